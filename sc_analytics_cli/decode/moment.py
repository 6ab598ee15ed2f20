"""`occurred_at` to the business date and hour (contract: RFC 3339 / ISO 8601 date-times)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

from ..settings import zone
from .fields import Rejected

_SECOND: Final = r"(?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_OFFSET: Final = r"([Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?"
_DATE_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([01][0-9]|2[0-3]):([0-5][0-9])" + _SECOND + _OFFSET
)
_MINUTES_AND_SECONDS: Final = frozenset(
    f":{minute:02}:{second:02}" for minute in range(60) for second in range(60)
)
_UTC_ENDINGS: Final = frozenset(["Z", *(f".{fraction:03}Z" for fraction in range(1000))])
"""What most producers write after the hour: a look into two tables takes a third of the time
of a regular expression."""

_AFTER_THE_HOUR: Final = re.compile(r":[0-5][0-9]" + _SECOND + _OFFSET)
_SECONDS: Final = re.compile(r":([0-5][0-9])")
_FIRST_YEAR, _LAST_YEAR = 1970, 9998
_HOUR, _MINUTE, _SECOND_ENDS = 13, 16, 19
_TO_HOUR: Final = slice(_HOUR)
_AFTER_HOUR: Final = slice(_HOUR, _SECOND_ENDS)
_AFTER_SECOND: Final = slice(_SECOND_ENDS, None)
_CACHED: Final = 100_000


class Slot(NamedTuple):
    """A business date (YYYY-MM-DD) and hour ("00" to "23") of the reporting time zone."""

    date: str
    hour: str


class Calendar:
    """Business dates in one reporting time zone.

    An event stream says the same few hours over and over, so the arithmetic is
    done once an hour of a written offset and remembered, or once a minute where
    the hour belongs to two business hours; the memory is bounded.
    """

    def __init__(self, timezone_name: str) -> None:
        self._zone = zone(timezone_name)
        self._known: dict[str | None, dict[str, Slot]] = {}
        self._known_of_utc = self._known.setdefault("Z", {})
        self._remembered = 0

    def slot(self, text: object) -> Slot:
        """The slot of a date-time; without an offset it is UTC.

        Raises Rejected where it is not a date-time, or its UTC instant lies
        outside the years 1970 to 9998.
        """
        try:
            if text[_AFTER_HOUR] in _MINUTES_AND_SECONDS and text[_AFTER_SECOND] in _UTC_ENDINGS:  # type: ignore[index]
                slot = self._known_of_utc.get(text[_TO_HOUR])  # type: ignore[index]
                if slot is not None:
                    return slot
        except (KeyError, TypeError):
            pass  # no text
        if type(text) is str:
            rest = _AFTER_THE_HOUR.fullmatch(text, _HOUR)
            if rest is not None:
                known = self._known.get(rest[1])
                if known is not None:
                    slot = known.get(text[:_HOUR]) or known.get(text[:_MINUTE])
                    if slot is not None:
                        return slot
        return self._reckon(text)

    def _reckon(self, text: object) -> Slot:
        match = _DATE_TIME.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise Rejected("occurred_at " + ("is missing" if text is None else "is no date-time"))
        assert isinstance(text, str)
        second = _SECONDS.match(text, _MINUTE)
        try:
            year, month, day, hour, of_hour = map(int, match.groups()[:5])
            minute = datetime(year, month, day, hour, of_hour, tzinfo=_offset(match[6]))
            instant = minute + timedelta(seconds=int(second[1]) if second else 0)
            if not _in_range(instant):
                raise Rejected(f"occurred_at: year outside {_FIRST_YEAR} to {_LAST_YEAR}")
            self._remember(text, match[6], minute)
            return self._slot_of(instant)
        except Rejected:
            raise
        except (OverflowError, ValueError) as error:
            raise Rejected(f"occurred_at: {error}") from None

    def _remember(self, text: str, offset: str | None, minute: datetime) -> None:
        """Remember the slot of the whole hour, or else minute, if it has but one."""
        if self._remembered >= _CACHED:
            self._known.clear()
            self._known_of_utc = self._known.setdefault("Z", {})
            self._remembered = 0
        hour = minute.replace(minute=0)
        for length, start, seconds in ((_HOUR, hour, 3599), (_MINUTE, minute, 59)):
            if self._has_one_slot(start, start + timedelta(seconds=seconds)):
                self._known.setdefault(offset, {})[text[:length]] = self._slot_of(start)
                self._remembered += 1
                return

    def _has_one_slot(self, first: datetime, last: datetime) -> bool:
        """Whether all instants of a stretch of at most an hour share a slot.

        Equal slots at both ends do not tell: zones have changed their offset at
        00:01 (America/St_Johns) and inside a minute (Africa/Monrovia, 1972).
        """
        offsets = {each.astimezone(self._zone).utcoffset() for each in (first, last)}
        slots = {self._slot_of(first), self._slot_of(last)}
        return len(offsets) == len(slots) == 1 and _in_range(first) and _in_range(last)

    def _slot_of(self, instant: datetime) -> Slot:
        local = instant.astimezone(self._zone)
        return Slot(f"{local.year:04}-{local.month:02}-{local.day:02}", f"{local.hour:02}")


def _in_range(instant: datetime) -> bool:
    return _FIRST_YEAR <= instant.astimezone(UTC).year <= _LAST_YEAR


def _offset(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
