"""Counts by business date and hour, from which every figure of a document follows."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hour:
    """An hour of a business date, such as ("2026-11-22", "07")."""

    date: str
    hour: str


def business_hour(instant: datetime, zone: ZoneInfo) -> Hour:
    """Return the hour that the clocks of the reporting zone show at an instant."""
    local = instant.astimezone(zone)
    return Hour(f"{local.year:04d}-{local.month:02d}-{local.day:02d}", f"{local.hour:02d}")


class Tally:
    """What has been counted in each hour, and cents by id on each date."""

    def __init__(self) -> None:
        self._hours: defaultdict[Hour, Counter[str]] = defaultdict(Counter)
        self._cents: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def add(self, hour: Hour, field: str, amount: int = 1) -> None:
        """Add to a counter."""
        self._hours[hour][field] += amount

    def add_by_id(self, date: str, field: str, key: str, cents: int) -> None:
        """Add to an id's cents on a date."""
        self._cents[date, field][key] += cents

    def dates(self) -> list[str]:
        """Return the dates on which anything but zeros was counted."""
        return sorted({hour.date for hour, counts in self._hours.items() if any(counts.values())})

    def total(self, date: str, field: str) -> int:
        """Return a day's count, by adding up its hours."""
        return sum(counts[field] for hour, counts in self._hours.items() if hour.date == date)

    def hours(self, date: str) -> dict[str, dict[str, int]]:
        """Return a date's hours, with nothing that is zero."""
        found = {
            hour.hour: {field: n for field, n in sorted(counts.items()) if n}
            for hour, counts in self._hours.items()
            if hour.date == date
        }
        return {hour: fields for hour, fields in sorted(found.items()) if fields}

    def by_id(self, date: str, field: str) -> dict[str, int]:
        """Return a date's cents by id, with nothing that is zero."""
        found = self._cents.get((date, field), Counter())
        return {key: cents for key, cents in sorted(found.items()) if cents}


def rate(numerator: int, denominator: int) -> float | None:
    """Return a fraction, or null where there is nothing to divide by."""
    return numerator / denominator if denominator else None
