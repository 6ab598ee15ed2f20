"""A log of its own for a test: topics of new names, filled with generated traffic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid4

from tests.oracle.documents import Expected, LogRecord, expected
from tests.oracle.traffic import Traffic, traffic

from .broker import publish
from .documents import PROJECTIONS


@dataclass(frozen=True)
class Log:
    """Generated traffic under topic names that no other test uses."""

    suffix: str
    traffic: Traffic

    @property
    def flags(self) -> tuple[str, ...]:
        """How the product is told of the topics."""
        names = {name: self.name(name) for name in ("sc.domain.user", "sc.domain.order")}
        return (
            "--user-topic",
            names["sc.domain.user"],
            "--order-topic",
            names["sc.domain.order"],
        )

    def name(self, topic: str) -> str:
        """The topic's name in this log."""
        return f"{topic}.{self.suffix}"

    def records(self, topic: str) -> list[LogRecord]:
        """The topic's records, renamed."""
        return [replace(each, topic=self.name(topic)) for each in self.traffic.records[topic]]

    def expected(self) -> dict[str, Expected]:
        """What each projection must have in the end."""
        return {each: expected(each, self.traffic.of(each)) for each in PROJECTIONS}

    def publish(self, servers: str) -> None:
        """Put all of it on the broker."""
        publish(servers, {self.name(each): self.records(each) for each in self.traffic.records})


def new_log(*, seed: int, events: int, days: int = 10) -> Log:
    """Traffic of so many sound events, not yet on a broker."""
    made = traffic(seed=seed, events=events, days=days, text_only=True)
    return Log(uuid4().hex[:8], made)
