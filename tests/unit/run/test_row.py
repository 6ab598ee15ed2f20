"""Dead letters in a row: a live run that is pointed at another topic stops, and loses nothing."""

from __future__ import annotations

import pytest

from sc_analytics_cli.errors import LimitError, UnreadableError
from sc_analytics_cli.event import Chunk
from sc_analytics_cli.run.flush import Flush
from sc_analytics_cli.run.patience import Patience
from sc_analytics_cli.run.replay import Share, replay
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.store.port import CHECKPOINTS, DEAD_LETTERS

from .setting import Setting, created, event

BAD = b"no event"
SKIPPED = b'{"event_type":"price.changed"}'
KINDS = {"+": created, "-": lambda: BAD, "s": lambda: SKIPPED, "t": lambda: None}


class Reading:
    """A topic written as a line of + (sound), - (bad), s (skipped) and t (tombstone)."""

    def __init__(self, *partitions: str) -> None:
        self.setting = Setting(partitions=len(partitions))
        for number, line in enumerate(partitions):
            self.setting.log.append(f"t/{number}", *[KINDS[each]() for each in line])

    def process(self, limit: int) -> Flush:
        """A new process that has taken all partitions."""
        setting = self.setting
        flush = Flush(
            setting.projection, setting.store, Rules(), setting.clock.now, max_dead_letters=limit
        )
        setting.beginnings(flush).prepare()
        self.starts = setting.beginnings(flush).take(setting.log.partitions())
        return flush

    def chunk(self, start: int, end: int, number: int = 0) -> Chunk:
        """A part of a partition."""
        return self.setting.log.chunk(f"t/{number}", start, end)

    def left(self) -> tuple[int, int, object]:
        """Orders counted, dead letters kept, what is absorbed of the first partition."""
        letters = len(list(self.setting.store.scan(DEAD_LETTERS)))
        return self.setting.total("orders_created"), letters, self.setting.checkpoint()


@pytest.mark.parametrize("cuts", [[10], [1, 10], [4, 10], [5, 6, 10], list(range(1, 11))])
def test_it_stops_behind_the_dead_letter_that_fills_the_row(cuts: list[int]) -> None:
    """Wherever batches end: what comes before is stored, what comes after is not."""
    topic = Reading("+-s-t-+---")
    flush = topic.process(limit=3)
    starts = [0, *cuts]
    with pytest.raises(UnreadableError) as stopped:
        [flush.write([topic.chunk(*each)]) for each in zip(starts, cuts, strict=False)]
    assert topic.left() == (1, 3, [[0, 6]])
    assert "order-funnel: 3 records in a row cannot be read; t/0:5: not JSON" in stopped.value.what
    assert stopped.value.exit_code == 6


def test_a_restart_does_not_begin_a_new_row() -> None:
    """Nothing more is stored by it, however often it is tried; a raised limit goes on."""
    topic = Reading("+-----+-")
    for _ in range(3):
        flush = topic.process(limit=3)
        with pytest.raises(UnreadableError):
            flush.write([topic.chunk(topic.starts["t/0"], 8)])
        assert topic.left() == (1, 3, [[0, 4]])
    topic.process(limit=10).write([topic.chunk(4, 8)])
    assert topic.left() == (2, 6, [[0, 8]])


def test_a_full_row_is_ended_by_an_event() -> None:
    """The producer was mended: the same command goes on by itself."""
    topic = Reading("---+--")
    with pytest.raises(UnreadableError):
        topic.process(limit=3).write([topic.chunk(0, 3)])
    topic.process(limit=3).write([topic.chunk(3, 6)])
    assert topic.left() == (1, 5, [[0, 6]])


@pytest.mark.parametrize("line", ["---", "-" * 30, "ss--tt-s"])
def test_no_limit(line: str) -> None:
    """0 never stops a run."""
    topic = Reading(line)
    topic.process(limit=0).write([topic.chunk(0, len(line))])
    assert topic.left()[1] == line.count("-")


def test_the_row_goes_over_all_partitions_of_a_process() -> None:
    """An event in any of them ends it; without one they fill it together."""
    topic = Reading("--", "--", "+-")
    flush = topic.process(limit=3)
    flush.write([topic.chunk(0, 2, 0), topic.chunk(0, 1, 2)])
    flush.write([topic.chunk(0, 2, 1)])
    with pytest.raises(UnreadableError, match="t/2:1"):
        flush.write([topic.chunk(1, 2, 2)])
    assert topic.left() == (1, 5, [[0, 2]])
    assert topic.setting.checkpoint("t/2") == [[0, 2]]


def test_partitions_behind_the_full_row_are_left_for_later() -> None:
    """Of a batch that is cut in one partition, nothing of the next one is stored."""
    topic = Reading("----", "++")
    flush = topic.process(limit=2)
    with pytest.raises(UnreadableError):
        flush.write([topic.chunk(0, 4, 0), topic.chunk(0, 2, 1)])
    assert topic.left() == (0, 2, [[0, 2]])
    assert topic.setting.checkpoint("t/1") == [[0, 0]]


def test_a_duplicate_is_no_dead_letter() -> None:
    """It can be read, so the topic is the right one."""
    topic = Reading("")
    same = created("e-1")
    topic.setting.log.append("t/0", same, BAD, same, BAD, same, BAD)
    topic.process(limit=2).write([topic.chunk(0, 6)])
    assert topic.left() == (1, 3, [[0, 6]])


def test_a_failed_write_does_not_count() -> None:
    """What was not stored is read again, and fills the row once."""
    topic = Reading("--")
    flush = topic.process(limit=3)
    swap = topic.setting.store.swap

    def fails(*_: object) -> dict[str, str]:
        raise LimitError("full")

    topic.setting.store.swap = fails  # type: ignore[method-assign]
    for _ in range(3):
        with pytest.raises(LimitError):
            flush.write([topic.chunk(0, 2)])
    topic.setting.store.swap = swap  # type: ignore[method-assign]
    flush.write([topic.chunk(0, 2)])
    assert topic.left() == (0, 2, [[0, 2]])


def test_replay_and_backfill_know_no_limit_and_leave_the_row_alone() -> None:
    """They end by themselves."""
    topic = Reading("-" * 20)
    topic.setting.flush().write([topic.chunk(0, 20)])
    (checkpoint,) = topic.setting.store.scan(CHECKPOINTS)
    assert (topic.left()[1], "dead_in_a_row" in checkpoint) == (20, False)


def test_a_projection_that_meets_a_limit_does_not_stop_those_beside_it() -> None:
    """They are replayed to the end, then its error is raised; nothing of its batch is absorbed."""
    good, full = Setting("order-funnel", 1), Setting("revenue", 1)
    full.log = good.log
    pay = {"order_id": "o-1", "amount_cents": 2**53 - 1}
    count = 2000
    payments = [event("order.payment_succeeded", pay) for _ in range(count)]
    good.log.append("t/0", *payments)
    spans = {"t/0": (0, count)}
    shares = [Share(full.flush(), spans), Share(good.flush(), spans)]
    patience = Patience(good.clock, good.notebook, good.clock.sleep, 10, lambda: False)
    with pytest.raises(LimitError, match="gross_revenue_cents of 2026-10-01 would outgrow 64 bits"):
        replay(
            good.log.read(spans), shares, patience, good.notebook, batch=500, stopped=lambda: False
        )
    assert good.total("payments_succeeded") == count
    assert full.checkpoint() == [[0, 1000]]
    assert full.document()["gross_revenue_cents"] == 1000 * (2**53 - 1)
    assert good.notebook.messages[-1].endswith("; the others go on")
