"""Checks that the demo fixture is what its script writes and what the oracle expects."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from .documents import TOPIC_OF, expected, lines_of

FIXTURES = Path(__file__).parents[2] / "fixtures"
DEMO = FIXTURES / "demo.ndjson"


def test_the_script_reproduces_the_fixture_byte_for_byte(tmp_path: Path) -> None:
    runpy.run_path(str(FIXTURES / "make_demo.py"))["write"](tmp_path)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(written) == 1 + len(TOPIC_OF)
    for path in written:
        assert (tmp_path / path).read_bytes() == (FIXTURES / path).read_bytes()


@pytest.mark.parametrize("projection", TOPIC_OF)
def test_read_as_one_file_it_leads_to_the_same_documents(projection: str) -> None:
    found = expected(projection, lines_of(DEMO)).documents
    text = (FIXTURES / "expected" / f"demo.{projection}.json").read_text(encoding="utf-8")
    assert [found[date] for date in sorted(found)] == json.loads(text)
    assert sorted(found) == [f"2026-11-{day:02d}" for day in range(9, 23)]
