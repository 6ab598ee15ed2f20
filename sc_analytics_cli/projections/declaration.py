"""How a projection is declared: as a class whose attributes are the document's fields.

    class OrderFunnelDaily(DailyProjection, name="order-funnel", ...):
        orders_created = Count("order.created")
        payment_success_rate = Ratio("payments_succeeded", "payments_initiated")

From that follow the table from event type to what it adds, the derived fields,
the stored document and the report's columns.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from ..decode.fields import Envelope, Rejected
from ..decode.reading import EffectReader, FunctionFailed
from ..event import Add, Effect
from ..fold.field import CentsBy, Count, Counter, Derived, Field, Shape
from ..fold.journal import Bookkeeper
from ..settings import Rules

Result = TypeVar("Result")

FactReader = Callable[[Envelope, Rules], Effect]


@dataclass(frozen=True)
class Share:
    """`part` out of the sum of `wholes`, counters all: for reports alone, not in the document."""

    part: str
    wholes: tuple[str, ...]

    def of(self, document: Mapping[str, Any]) -> float | None:
        """The share in a document, or in any sums of its counters; None of nothing.

        None too where a counter is not there, as in documents of an older version.
        """
        part, wholes = document.get(self.part), [document.get(name) for name in self.wholes]
        if part is None or None in wholes:
            return None
        whole = sum(each for each in wholes if each is not None)
        return part / whole if whole else None


class DailyProjection:
    """One document a date; never instantiated, the class itself is the declaration.

    Class arguments: `name` on the command line, `report` the name of its report,
    `topic` (`user` or `order`; settings say what each is called on the broker),
    `version` of its logic, to be raised with every change of what is counted.
    """

    name: ClassVar[str]
    report: ClassVar[str]
    topic: ClassVar[str]
    shape: ClassVar[Shape]
    facts: ClassVar[Mapping[str, FactReader]] = {}
    """Event type → reader, for events that go through the order journal."""

    stages: ClassVar[Sequence[str]] = ()
    """Counters that follow upon each other, the first one first: drawn as a funnel in reports."""

    shares: ClassVar[Mapping[str, Share]] = {}
    """Name → a share to show in reports, below its part."""

    @classmethod
    def bookkeeper(cls) -> Bookkeeper | None:
        """What the facts of an order add; None where no event goes through the journal."""
        return None

    def __init_subclass__(cls, *, name: str, report: str, topic: str, version: int) -> None:
        cls.name, cls.report, cls.topic = name, report, topic
        fields = {
            attribute: value
            for attribute, value in vars(cls).items()
            if isinstance(value, Counter | CentsBy | Derived)
        }
        cls.shape = Shape(fields, version)
        both = cls.facts.keys() & _counts_by_type(fields).keys()
        if both:
            raise TypeError(f"{cls.__name__}: {min(both)} is a fact and cannot be counted as well")
        for attribute, field in fields.items():
            if isinstance(field, Count) and field.when is not None:
                _check_parameters(f"{cls.__name__}.{attribute}: when=", field.when)
        for kind, reader in cls.facts.items():
            _check_parameters(f"{cls.__name__}: the fact {kind}", reader)
        shown = {*cls.stages, *(name for s in cls.shares.values() for name in (s.part, *s.wholes))}
        unknown = {name for name in shown if not isinstance(fields.get(name), Counter)}
        if unknown:
            raise TypeError(f"{cls.__name__}: {min(unknown)} is no counter that it declares")

    @classmethod
    def collection(cls) -> str:
        """Where its documents are stored."""
        return "analytics_" + cls.name.replace("-", "_")

    @classmethod
    def ledger(cls) -> str:
        """Where the event ids that it has counted are stored."""
        return "analytics_ledger_" + cls.name.replace("-", "_")

    @classmethod
    def journals(cls) -> str:
        """Where the journals of its orders are stored."""
        return "analytics_orders_" + cls.name.replace("-", "_")

    @classmethod
    def group(cls) -> str:
        """Its consumer group."""
        return "sc-analytics-" + cls.name

    @classmethod
    def readers(cls, rules: Rules) -> dict[str, EffectReader]:
        """The dispatch table for one run: listed event type → what such an event does."""
        table = {kind: _bind(reader, rules) for kind, reader in cls.facts.items()}
        for kind, counts in _counts_by_type(cls.shape.fields).items():
            table[kind] = _counting(counts, rules)
        return table


Projection = type[DailyProjection]


def _check_parameters(what: str, function: Callable[..., Any]) -> None:
    """Raise TypeError where the function cannot be called as functions of a projection are."""
    try:
        inspect.signature(function).bind({}, Rules())
    except TypeError:
        raise TypeError(
            f"{what} is called as {_name(function)}(envelope, rules); it takes "
            f"{inspect.signature(function)}"
        ) from None


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__qualname__", function))


def _bind(
    function: Callable[[Envelope, Rules], Result], rules: Rules
) -> Callable[[Envelope], Result]:
    """The function with these rules; what is wrong with it is told by its name."""

    def bound(envelope: Envelope) -> Result:
        try:
            return function(envelope, rules)
        except Rejected:
            raise
        except Exception as error:
            raise FunctionFailed(_name(function), error) from error

    return bound


def _counts_by_type(fields: Mapping[str, Field]) -> dict[str, list[tuple[str, Count]]]:
    table: dict[str, list[tuple[str, Count]]] = {}
    for name, field in fields.items():
        if isinstance(field, Count):
            table.setdefault(field.event_type, []).append((name, field))
    return table


def _counting(counts: list[tuple[str, Count]], rules: Rules) -> EffectReader:
    always = tuple(Add(name, 1) for name, count in counts if count.when is None)
    conditional = [(Add(name, 1), _bind(count.when, rules)) for name, count in counts if count.when]
    if not conditional:
        return lambda envelope: always
    return lambda envelope: (
        *always,
        *(add for add, when in conditional if when(envelope)),
    )
