"""Every kind of the corpus has the fate that its table says, and that the oracle says."""

from __future__ import annotations

import pytest

from sc_analytics_cli.decode.moment import Calendar
from sc_analytics_cli.decode.reader import read
from sc_analytics_cli.event import LogRecord
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.settings import Rules
from tests.malformed import Malformed, malformed
from tests.oracle import documents as oracle

CORPUS = list(malformed())


def test_there_are_many_kinds() -> None:
    """Each once, and each a dead letter somewhere."""
    assert len({each.kind for each in CORPUS}) == len(CORPUS) >= 60
    assert all(set(each.fate.values()) - {"counted", "skipped"} for each in CORPUS)


@pytest.mark.parametrize("record", CORPUS, ids=[each.kind for each in CORPUS])
def test_its_fate(record: Malformed) -> None:
    """In each projection of its topic."""
    for name, fate in record.fate.items():
        (projection,) = named([name])
        found = read([LogRecord(0, record.value)], projection.readers(Rules()), Calendar("UTC"))
        got = (len(found.events), found.skipped, len(found.dead_letters))
        assert got == (fate == "counted", fate == "skipped", fate not in ("counted", "skipped"))
        if found.dead_letters:
            assert found.dead_letters[0].reason.startswith(fate)
        its = oracle.expected(name, [oracle.LogRecord(oracle.TOPIC_OF[name], 0, 0, record.value)])
        assert got == (its.counted, its.skipped, len(its.dead_letters))
