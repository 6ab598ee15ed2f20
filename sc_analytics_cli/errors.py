"""Every error that a caller can meet, as one tree.

    AnalyticsError            1  unexpected
    ├── LimitError            1  a limit of the product was met
    ├── DeclarationError      1  a projection's own function has failed
    ├── UsageError            2  a flag, SPEC, date or setting that cannot be understood
    ├── PartialError          3  done in part: something was skipped, and is named
    ├── AuthenticationError   4  a server refused the login
    ├── UnreachableError      5  Kafka or the store does not answer
    ├── NotThereError         6  the data asked for is not there
    │   └── UnreadableError   6  … what is there instead cannot be read as events
    ├── ConflictError         7  it would contradict what the store already holds
    └── InterruptedRunError 130  stopped by a signal before the end

The number is the exit code. Errors of drivers are translated into this tree at
the adapters; nothing else crosses a port.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class AnalyticsError(Exception):
    """What went wrong, its likely `cause`, and the `advice` on what to type next.

    None of the three may hold a secret: they are printed and logged as they are.
    """

    exit_code: ClassVar[int] = 1
    stops_alone: ClassVar[bool] = False
    """Whether only the projection that met it has to stop, and those beside it go on."""

    def __init__(self, what: str, *, cause: str | None = None, advice: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.cause = cause
        self.advice = advice

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.cause, self.advice)


def _rebuild(
    kind: type[AnalyticsError], what: str, cause: str | None, advice: str | None
) -> AnalyticsError:
    return kind(what, cause=cause, advice=advice)


class LimitError(AnalyticsError):
    """What a projection would store is beyond what a document can hold; nothing of it is."""

    stops_alone = True


class DeclarationError(AnalyticsError):
    """A function that a projection was declared with has raised something else than Rejected.

    The record is not absorbed: it is read again once the function is mended.
    """

    stops_alone = True


class UsageError(AnalyticsError):
    """The command line or a setting cannot be understood."""

    exit_code = 2


class PartialError(AnalyticsError):
    """A part was done and a part was not; the message names both."""

    exit_code = 3


class AuthenticationError(AnalyticsError):
    """A server answered and refused the login."""

    exit_code = 4


class UnreachableError(AnalyticsError):
    """A server does not answer within the time allowed; trying again may help."""

    exit_code = 5


class NotThereError(AnalyticsError):
    """A topic, offset, retained range or file that was asked for does not exist."""

    exit_code = 6


class UnreadableError(NotThereError):
    """So many records in a row cannot be read that the topic must be another one."""

    stops_alone = True


class ConflictError(AnalyticsError):
    """Going on would contradict what the store already holds."""

    exit_code = 7


class InterruptedRunError(AnalyticsError):
    """A signal ended a bounded command before its end."""

    exit_code = 130


def perhaps(word: str, known: Iterable[str]) -> str | None:
    """The cause of an error about a misspelt word: the nearest known one, if any is near."""
    from difflib import get_close_matches

    spelt = {each.lower(): each for each in sorted(known)}
    near = get_close_matches(word.lower(), spelt, 1)
    return f"perhaps {spelt[near[0]]} is meant" if near else None
