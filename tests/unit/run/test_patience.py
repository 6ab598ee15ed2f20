"""Trying again while a server is away, by a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sc_analytics_cli.errors import ConflictError, UnreachableError
from sc_analytics_cli.run.patience import Patience
from tests.fakes import FakeClock, Notebook


class Answers:
    """Is away until its clock shows `back`; then answers."""

    def __init__(self, clock: FakeClock, back: float) -> None:
        self.clock = clock
        self.back = back
        self.asked: list[float] = []

    def __call__(self) -> str:
        self.asked.append(round(self.clock.monotonic(), 3))
        if self.clock.monotonic() < self.back:
            raise UnreachableError("the store does not answer")
        return "done"


def patience(
    clock: FakeClock,
    notebook: Notebook,
    limit: float | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Patience:
    return Patience(clock, notebook, clock.sleep, limit, stopped)


def test_an_answer_at_once_is_an_answer() -> None:
    """Nothing is said, nobody waits."""
    clock, notebook = FakeClock(), Notebook()
    assert patience(clock, notebook).until_answered(Answers(clock, 0)) == "done"
    assert (clock.monotonic(), notebook.messages) == (0, [])


def test_pauses_grow_up_to_five_seconds() -> None:
    """So a server that comes back is not overrun."""
    clock, notebook = FakeClock(), Notebook()
    answers = Answers(clock, 20)
    assert patience(clock, notebook).until_answered(answers) == "done"
    assert answers.asked == [0, 0.2, 0.6, 1.4, 3.0, 6.2, 11.2, 16.2, 21.2]
    assert notebook.messages == ["the store does not answer; trying again"]


def test_it_is_said_once_a_minute() -> None:
    """Also over several goes of the same run."""
    clock, notebook = FakeClock(), Notebook()
    patient = patience(clock, notebook)
    patient.until_answered(Answers(clock, 170))
    assert len(notebook.messages) == 3
    patient.until_answered(Answers(clock, clock.monotonic() + 1))
    assert len(notebook.messages) == 3


def test_patience_has_a_limit_where_one_is_set() -> None:
    """After that the error is the caller's."""
    clock, notebook = FakeClock(), Notebook()
    answers = Answers(clock, 1000)
    with pytest.raises(UnreachableError):
        patience(clock, notebook, limit=10).until_answered(answers)
    assert 10 <= clock.monotonic() < 15


def test_a_run_that_is_stopped_does_not_wait() -> None:
    """Nor does it try once more."""
    clock, notebook = FakeClock(), Notebook()
    answers = Answers(clock, 1000)
    with pytest.raises(UnreachableError):
        patience(clock, notebook, stopped=lambda: clock.monotonic() > 2).until_answered(answers)
    assert answers.asked == [0, 0.2, 0.6, 1.4, 3.0]


def test_only_what_may_pass_is_waited_for() -> None:
    """Any other error comes at once."""
    clock, notebook = FakeClock(), Notebook()

    def refuses() -> None:
        raise ConflictError("another zone")

    with pytest.raises(ConflictError):
        patience(clock, notebook).until_answered(refuses)
    assert (clock.monotonic(), notebook.messages) == (0, [])
