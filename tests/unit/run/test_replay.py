"""Replay: a range is read again; what is absorbed stays, what is missing is filled."""

from __future__ import annotations

import pytest

from sc_analytics_cli.errors import ConflictError, InterruptedRunError, NotThereError
from sc_analytics_cli.event import Chunk
from sc_analytics_cli.run.patience import Patience
from sc_analytics_cli.run.replay import Share, check_no_hole, replay
from sc_analytics_cli.source.port import Span

from .setting import Setting, created


def run(
    setting: Setting, spans: dict[str, Span], *shares: Share, batch: int = 4, stop: bool = False
) -> Share:
    """Replay these spans, by default for a new process; returns its (first) share."""
    taking = shares or (Share(setting.flush(), spans),)
    patience = Patience(setting.clock, setting.notebook, setting.clock.sleep, 10, lambda: False)
    reader = setting.log.read(spans)
    replay(reader, taking, patience, setting.notebook, batch=batch, stopped=lambda: stop)
    return taking[0]


def setting_of(*sizes: int) -> Setting:
    setting = Setting(partitions=len(sizes))
    for name, size in zip(setting.log.partitions(), sizes, strict=True):
        setting.log.append(name, *[created() for _ in range(size)])
    return setting


@pytest.mark.parametrize("batch", [1, 4, 100])
def test_a_range_is_read_to_its_end(batch: int) -> None:
    """In batches of about that many records; the checkpoint moves with it."""
    setting = setting_of(9, 5)
    share = run(setting, {"t/0": (0, 9), "t/1": (0, 3)}, batch=batch)
    assert share.tally.read == 12
    assert setting.total("orders_created") == 12
    assert (setting.checkpoint("t/0"), setting.checkpoint("t/1")) == ([[0, 9]], [[0, 3]])
    assert setting.notebook.total.read == 12


def test_what_is_absorbed_stays_and_what_is_missing_is_filled() -> None:
    """Over the end of what is absorbed, too."""
    setting = setting_of(9)
    run(setting, {"t/0": (0, 5)})
    share = run(setting, {"t/0": (2, 9)})
    assert (share.tally.counted, share.tally.redelivered) == (7, 3)
    assert setting.total("orders_created") == 9
    assert setting.checkpoint() == [[0, 9]]


def test_empty_spans_are_done_at_once() -> None:
    """Nothing is written."""
    setting = setting_of(9)
    run(setting, {"t/0": (5, 5)})
    assert setting.checkpoint() is None


def test_several_projections_share_one_reading() -> None:
    """Each takes what it asked for."""
    setting, other = setting_of(6, 6), setting_of(0)
    shares = (Share(setting.flush(), {"t/0": (0, 6), "t/1": (0, 6)}),
              Share(other.flush(), {"t/1": (0, 6)}))  # fmt: skip
    run(setting, {"t/0": (0, 6), "t/1": (0, 6)}, *shares)
    assert (setting.total("orders_created"), other.total("orders_created")) == (12, 6)


def test_an_interrupted_replay_keeps_what_was_stored() -> None:
    """And can be typed again."""
    setting = setting_of(9)
    with pytest.raises(InterruptedRunError):
        run(setting, {"t/0": (0, 9)}, stop=True)
    run(setting, {"t/0": (0, 9)})
    assert setting.total("orders_created") == 9


def test_a_source_that_breaks_off_loses_nothing_of_what_was_read() -> None:
    """A file that is cut: what stands before the cut is stored, the error is the caller's."""
    setting = setting_of(9)
    reader = setting.log.read({"t/0": (0, 9)})
    read = 0

    def poll(timeout: float, limit: int) -> list[Chunk]:
        nonlocal read
        read += 1
        if read == 2:
            raise NotThereError("the file was cut")
        return [setting.log.chunk("t/0", 0, 3)]

    reader.poll = poll  # type: ignore[method-assign]
    patience = Patience(setting.clock, setting.notebook, setting.clock.sleep, 10, lambda: False)
    shares = [Share(setting.flush(), {"t/0": (0, 9)})]
    with pytest.raises(NotThereError):
        replay(reader, shares, patience, setting.notebook, batch=100, stopped=lambda: False)
    assert setting.total("orders_created") == 3
    assert setting.checkpoint() == [[0, 3]]


@pytest.mark.parametrize(
    ("absorbed", "start"),
    [([(0, 5)], 0), ([(0, 5)], 3), ([(0, 5)], 5), ([(5, 7)], 0), ([(5, 7), (0, 2)], 3)],
)
def test_a_start_at_or_below_the_checkpoint_is_fine(absorbed: list[Span], start: int) -> None:
    """It leaves no hole that was not there; nothing is said."""
    setting = setting_of(9)
    for span in absorbed:
        run(setting, {"t/0": span})
    check_no_hole(setting.flush(), {"t/0": (start, 9)}, setting.notebook)
    assert setting.notebook.messages == []


@pytest.mark.parametrize("absorbed", [[(0, 5)], [(2, 5)], [(2, 5), (0, 1)]])
def test_a_start_above_the_checkpoint_is_refused(absorbed: list[Span]) -> None:
    """Naming the offset to start at, partition by partition."""
    setting = setting_of(9, 9)
    for span in absorbed:
        run(setting, {"t/1": span})
    with pytest.raises(ConflictError) as refused:
        check_no_hole(setting.flush(), {"t/1": (6, 9)}, setting.notebook)
    assert refused.value.what == (
        "order-funnel has absorbed t/1 up to offset 5; a replay from 6 would leave a hole"
    )
    assert refused.value.advice == "--from-offset 1:5"


def test_without_a_checkpoint_history_begins_at_the_start() -> None:
    """And that is said."""
    setting = setting_of(9)
    check_no_hole(setting.flush(), {"t/0": (4, 9)}, setting.notebook)
    assert setting.notebook.messages == ["order-funnel: its history begins with t/0 at 4"]
    run(setting, {"t/0": (4, 9)})
    assert setting.checkpoint() == [[4, 9]]


@pytest.mark.parametrize("partition", ["t/0", "file:abc/0"])
def test_no_hole_is_left_by_empty_spans_and_files(partition: str) -> None:
    """Lines of a file may be read in any pieces."""
    setting = setting_of(9)
    run(setting, {"t/0": (0, 2)})
    span = (7, 7) if partition == "t/0" else (7, 9)
    check_no_hole(setting.flush(), {partition: span}, setting.notebook)
    assert setting.notebook.messages == []
