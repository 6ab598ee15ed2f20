"""The kinds of field that a daily document is declared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..settings import Rules

Document = dict[str, Any]
"""A stored document: JSON values, and datetimes for instants; `_id` is its key."""

Condition = Callable[[Document, Rules], bool]
"""Decides on an event's envelope; raises Rejected where it cannot."""


@dataclass(frozen=True)
class Count:
    """How many events of a type there were; with `when`, only those it accepts."""

    event_type: str
    when: Condition | None = None


@dataclass(frozen=True)
class Tally:
    """How many orders did something for the first time; filled by the order journal."""


@dataclass(frozen=True)
class Cents:
    """A sum of money in cents; filled by the order journal."""


@dataclass(frozen=True)
class CentsBy:
    """Cents by an id, exactly as the event writes it; filled by the order journal."""

    what: str


@dataclass(frozen=True)
class Ratio:
    """`part` / `whole` as a double, not clamped; None where `whole` is 0."""

    part: str
    whole: str

    def of(self, document: Mapping[str, Any]) -> float | None:
        """The value that agrees with the document's counters."""
        whole: int = document[self.whole]
        return document[self.part] / whole if whole else None


@dataclass(frozen=True)
class Difference:
    """Cents of `plus` less cents of `minus`; may be negative."""

    plus: str
    minus: str

    def of(self, document: Mapping[str, Any]) -> int:
        """The value that agrees with the document's counters."""
        return int(document[self.plus] - document[self.minus])


@dataclass(frozen=True)
class Mean:
    """Cents of `total` / `count`, rounded half to even to whole cents; None where `count` is 0."""

    total: str
    count: str

    def of(self, document: Mapping[str, Any]) -> int | None:
        """The value that agrees with the document's counters."""
        count: int = document[self.count]
        if not count:
            return None
        quotient, rest = divmod(document[self.total], count)
        up = 2 * rest > count or (2 * rest == count and quotient % 2 == 1)
        return int(quotient + up)


Counter = Count | Tally | Cents
"""Fields that are added to, for the day and for its hours."""

Derived = Ratio | Difference | Mean
"""Fields that follow from the counters beside them."""

Field = Counter | CentsBy | Derived


def operands(field: Derived) -> tuple[str, ...]:
    """The counters that a derived field follows from."""
    return tuple(vars(field).values())


@dataclass(frozen=True)
class Shape:
    """The fields of a projection's documents in their order, and its logic's version."""

    fields: Mapping[str, Field]
    version: int

    def empty(self, date: str) -> Document:
        """The document of a date with nothing counted yet."""
        document: Document = {"_id": date, "date": date}
        for name, field in self.fields.items():
            document[name] = {} if isinstance(field, CentsBy) else 0
        return document | {"hours": {}, "source": {}}

    def filled(self, document: Document) -> Document:
        """The document with every field; one of an older version may lack those that are new."""
        if document.keys() >= self.fields.keys():
            return document
        return self.empty(document["_id"]) | document

    def derive(self, document: Document) -> None:
        """Set the derived fields to what the counters say."""
        for name, field in self.fields.items():
            if isinstance(field, Derived):
                document[name] = field.of(document)
