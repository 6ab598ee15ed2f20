"""Who says it, in fields and in words."""

from __future__ import annotations

from sc_analytics_cli.cli.signed import Signed, SignedInWords
from sc_analytics_cli.run.ports import NOWHERE, Level, Where
from tests.fakes import Notebook


class Register(Notebook):
    """Keeps what a message is about, too."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Where] = []

    def says(self, message: str, where: Where = NOWHERE, level: Level = "info") -> None:
        """See Observer.says."""
        super().says(message, where, level)
        self.places.append(where)


def test_a_worker_alone_is_named_in_fields_only() -> None:
    """Its words stay as they are."""
    heard = Register()
    Signed(heard, "revenue", 7).says("Kafka is away; trying again", level="warning")
    assert heard.messages == heard.warnings == ["Kafka is away; trying again"]
    assert heard.places == [Where(worker="revenue", pid=7)]


def test_one_of_several_is_named_in_words_too() -> None:
    """Its name takes the place of the projection's, or comes before words that name none."""
    heard = Register()
    second = SignedInWords(heard, "revenue (2)", 8)
    second.says("revenue: reads t/0 at 5", Where("revenue", "t/0", 5))
    second.says("Kafka is away; trying again")
    SignedInWords(heard, "worker 1", 9).says("revenue: begins at 3", Where("revenue"))
    assert heard.messages == [
        "revenue (2): reads t/0 at 5",
        "revenue (2): Kafka is away; trying again",
        "worker 1: revenue: begins at 3",
    ]
    assert heard.places[0] == Where("revenue", "t/0", 5, "revenue (2)", 8)
