"""What records say to one projection, and what is asked for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..event import DeadLetter, Effect, Event
from .fields import Envelope

EffectReader = Callable[[Envelope], Effect]
"""Reads what an event of one type does; raises Rejected where a field it needs is wrong."""


class FunctionFailed(Exception):
    """A `function` that a projection was declared with has raised `error` at `offset`."""

    def __init__(self, function: str, error: Exception) -> None:
        super().__init__(function)
        self.function = function
        self.error = error
        self.offset = -1


@dataclass
class Reading:
    """What records say: each is one of these four, the first two in order.

    `of_other_dates` counts the events that were read and left out, see `read`.
    """

    events: list[Event] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    skipped: int = 0
    of_other_dates: int = 0

    @property
    def records(self) -> int:
        """How many records it is of."""
        return len(self.events) + len(self.dead_letters) + self.skipped + self.of_other_dates

    def add(self, more: Reading) -> None:
        """Add what was read further on."""
        self.events += more.events
        self.dead_letters += more.dead_letters
        self.skipped += more.skipped
        self.of_other_dates += more.of_other_dates

    def below(self, offset: int) -> Reading:
        """Its events and dead letters below an offset; of the others it is not known where."""
        return Reading(
            [event for event in self.events if event.offset < offset],
            [letter for letter in self.dead_letters if letter.record.offset < offset],
        )
