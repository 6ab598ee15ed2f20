"""`occurred_at` to the business date and hour (contract: RFC 3339 / ISO 8601 date-times)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

from ..settings import zone
from .fields import Rejected

_DATE_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]"
    r"([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
    r"([Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?"
)
_SECONDS: Final = re.compile(r":([0-5][0-9])")
_FIRST_YEAR, _LAST_YEAR = 1970, 9998
_CACHED_MINUTES: Final = 100_000


class Slot(NamedTuple):
    """A business date (YYYY-MM-DD) and hour ("00" to "23") of the reporting time zone."""

    date: str
    hour: str


class Calendar:
    """Business dates in one reporting time zone.

    An event stream says the same few minutes over and over, so the arithmetic
    is done once a minute and remembered; the memory is bounded.
    """

    def __init__(self, timezone_name: str) -> None:
        self._zone = zone(timezone_name)
        self._minutes: dict[tuple[str, str | None], Slot] = {}

    def slot(self, text: object) -> Slot:
        """The slot of a date-time; without an offset it is UTC.

        Raises Rejected where it is not a date-time, or its UTC instant lies
        outside the years 1970 to 9998.
        """
        match = _DATE_TIME.fullmatch(text) if type(text) is str else None
        if match is None:
            raise Rejected("occurred_at " + ("is missing" if text is None else "is no date-time"))
        assert isinstance(text, str)
        key = (text[:16], match[6])
        known = self._minutes.get(key)
        return known if known is not None else self._reckon(key, text, match)

    def _reckon(self, key: tuple[str, str | None], text: str, match: re.Match[str]) -> Slot:
        second = _SECONDS.match(text, 16)
        try:
            year, month, day, hour, of_hour = map(int, match.groups()[:5])
            minute = datetime(year, month, day, hour, of_hour, tzinfo=_offset(match[6]))
            instant = (minute + timedelta(seconds=int(second[1]) if second else 0)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise Rejected(f"occurred_at: {error}") from None
        if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
            raise Rejected(f"occurred_at: year outside {_FIRST_YEAR} to {_LAST_YEAR}")
        local = instant.astimezone(self._zone)
        slot = Slot(f"{local.year:04}-{local.month:02}-{local.day:02}", f"{local.hour:02}")
        if self._steady(minute):
            if len(self._minutes) >= _CACHED_MINUTES:
                self._minutes.clear()
            self._minutes[key] = slot
        return slot

    def _steady(self, minute: datetime) -> bool:
        """Whether all seconds of the minute share a slot.

        Not so where the zone's offset has seconds or changes inside the minute
        (Africa/Monrovia until 1972).
        """
        first = minute.astimezone(self._zone).utcoffset()
        last = (minute + timedelta(seconds=59)).astimezone(self._zone).utcoffset()
        return first == last and first is not None and first.total_seconds() % 60 == 0


def _offset(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
