"""The error tree: exit codes, and errors that cross from one process to another."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from sc_analytics_cli import errors
from sc_analytics_cli.errors import AnalyticsError

CODES = {
    "AnalyticsError": 1,
    "LimitError": 1,
    "DeclarationError": 1,
    "UsageError": 2,
    "PartialError": 3,
    "AuthenticationError": 4,
    "UnreachableError": 5,
    "NotThereError": 6,
    "UnreadableError": 6,
    "ConflictError": 7,
    "InterruptedRunError": 130,
}


def test_exit_codes_are_those_that_the_outside_relies_on() -> None:
    """One class each."""
    assert {kind.__name__: kind.exit_code for kind in _tree(AnalyticsError)} == CODES


def test_three_errors_stop_one_projection_and_no_other() -> None:
    """All others would meet those that run beside it as well."""
    alone = {kind.__name__ for kind in _tree(AnalyticsError) if kind.stops_alone}
    assert alone == {"LimitError", "DeclarationError", "UnreadableError"}


def _tree(kind: type[AnalyticsError]) -> Iterator[type[AnalyticsError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _tree(each)


@pytest.mark.parametrize("name", CODES)
def test_an_error_of_a_worker_arrives_whole(name: str) -> None:
    """What, cause and advice survive the way between processes."""
    kind: type[AnalyticsError] = getattr(errors, name)
    for error in (kind("what"), kind("what", cause="cause", advice="advice")):
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is kind
        assert (copy.what, copy.cause, copy.advice) == (error.what, error.cause, error.advice)
        assert str(copy) == "what"
