"""Where a live run begins, and when it refuses to."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from sc_analytics_cli.errors import ConflictError, NotThereError
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.run.spec import Back, Earliest, Latest, Offset, OffsetOf, Spec
from tests.fakes import MemoryLog

from .setting import Setting, created


def setting_of(*sizes: int) -> Setting:
    """A log with so many events in its partitions."""
    setting = Setting(partitions=len(sizes))
    for name, size in zip(setting.log.partitions(), sizes, strict=True):
        setting.log.append(name, *[created() for _ in range(size)])
    return setting


@pytest.mark.parametrize(
    ("start", "at"),
    [
        (Earliest(), {"t/0": 0, "t/1": 0}),
        (Latest(), {"t/0": 9, "t/1": 4}),
        (Back(5), {"t/0": 4, "t/1": 0}),
        (Offset(3), {"t/0": 3, "t/1": 3}),
    ],
)
def test_a_first_run_begins_where_it_is_told(start: Spec, at: dict[str, int]) -> None:
    """The checkpoints are written at once, so the next run goes on from there."""
    setting = setting_of(9, 4)
    assert setting.beginnings(start=start).prepare() == {"t/0": (0, 9), "t/1": (0, 4)}
    assert {name: setting.checkpoint(name) for name in at} == {n: [[o, o]] for n, o in at.items()}
    setting.log.append("t/0", created())
    later = setting.beginnings(start=Earliest())
    later.prepare()
    assert later.take(["t/0", "t/1"]) == at


def test_a_first_run_says_what_is_gone_already() -> None:
    """Once; neither the next run says it, nor one that begins elsewhere."""
    setting = setting_of(9, 4, 3)
    setting.log.delete_below("t/0", 7)
    setting.log.delete_below("t/2", 2)
    setting.beginnings().prepare()
    setting.beginnings().prepare()
    assert setting.notebook.messages == [
        "order-funnel: t/0 begins at 7: the 7 records before it are gone (retention); "
        "so do 1 more partitions"
    ]
    elsewhere = setting_of(9)
    elsewhere.log.delete_below("t/0", 7)
    elsewhere.beginnings(start=Latest()).prepare()
    assert elsewhere.notebook.messages == []


def test_a_start_beyond_the_end_is_refused() -> None:
    """And leaves no checkpoint behind."""
    setting = setting_of(9, 4)
    with pytest.raises(NotThereError):
        setting.beginnings(start=OffsetOf(((1, 5),))).prepare()
    assert setting.checkpoint("t/0") is None


def test_of_two_first_runs_at_latest_the_first_decides() -> None:
    """What comes in between their looks at the log is counted."""
    setting = setting_of(9)
    one, other = setting.beginnings(start=Latest()), setting.beginnings(start=Latest())
    seen = one.source.bounds(["t/0"])
    assert other.flush.checkpoints.load(seen) == {}
    one.prepare()
    setting.log.append("t/0", created(), created())
    other.flush.checkpoints.move({"t/0": [[11, 11]]}, setting.clock.now())
    assert one.take(["t/0"]) == other.take(["t/0"]) == {"t/0": 9}


def test_a_partition_that_is_new_is_read_from_its_start() -> None:
    """Whatever `--start` says, before a run or during it."""
    setting = setting_of(9)
    setting.beginnings(start=Latest()).prepare()
    setting.log.append(setting.log.add_partition(), created())
    later = setting.beginnings(start=Latest())
    later.prepare()
    setting.log.append(setting.log.add_partition(), created())
    assert later.take(["t/0", "t/1", "t/2"]) == {"t/0": 9, "t/1": 0, "t/2": 0}
    assert setting.checkpoint("t/2") == [[0, 0]]


def test_taking_nothing_asks_nobody() -> None:
    """A rebalance may leave a process without partitions."""
    assert setting_of(1).beginnings().take([]) == {}


def test_a_log_whose_head_is_gone_begins_at_its_first_record() -> None:
    """On a first run nothing was lost."""
    setting = setting_of(9)
    setting.log.delete_below("t/0", 5)
    beginnings = setting.beginnings()
    beginnings.prepare()
    assert beginnings.take(["t/0"]) == {"t/0": 5}
    assert setting.notebook.warnings == []


@pytest.mark.parametrize("absorbed", [5, 6, 9])
def test_nothing_is_lost_below_the_checkpoint(absorbed: int) -> None:
    """A head deleted up to there is no gap."""
    setting = setting_of(9)
    setting.flush().write([setting.log.chunk("t/0", 0, absorbed)])
    setting.log.delete_below("t/0", 5)
    beginnings = setting.beginnings()
    beginnings.prepare()
    assert beginnings.take(["t/0"]) == {"t/0": absorbed}


def test_a_gap_is_refused_until_it_is_accepted() -> None:
    """Naming partition and range; accepted, it is said, and stays a hole in what is absorbed."""
    setting = setting_of(9)
    setting.flush().write([setting.log.chunk("t/0", 0, 3)])
    setting.log.delete_below("t/0", 5)
    beginnings = setting.beginnings()
    for begin in (beginnings.prepare, lambda: beginnings.take(["t/0"])):
        with pytest.raises(NotThereError) as refused:
            begin()
        assert refused.value.what == (
            "order-funnel: offsets 3 to 4 of t/0 are gone before they were absorbed"
        )
        assert refused.value.advice == "--accept-gap goes on at the first record that is there"
    flush = setting.flush()
    accepting = setting.beginnings(flush, accept_gap=True)
    accepting.prepare()
    assert accepting.take(["t/0"]) == {"t/0": 5}
    assert setting.notebook.messages == [
        "order-funnel: offsets 3 to 4 of t/0 are gone before they were absorbed; "
        "going on without them"
    ]
    assert setting.checkpoint() == [[0, 3], [5, 5]]
    flush.write([setting.log.chunk("t/0", 5, 9)])
    assert setting.checkpoint() == [[0, 3], [5, 9]]
    assert setting.document()["source"]["t/0"]["ranges"] == [[0, 3], [5, 9]]
    again = setting.beginnings()
    again.prepare()
    assert again.take(["t/0"]) == {"t/0": 9}


@pytest.mark.parametrize("same_id", [True, False])
def test_a_topic_created_anew_is_refused(same_id: bool) -> None:
    """Told by its id, and where there is none, by an end below what is absorbed."""
    setting = setting_of(9)
    setting.beginnings().prepare()
    setting.flush().write([setting.log.chunk("t/0", 0, 9)])
    anew = setting_of(*[20, 4][same_id:])
    anew.store = setting.store
    anew.log.topic_id = "id-1" if same_id else "id-2"
    with pytest.raises(ConflictError, match="t/0 is not the log that was read before"):
        anew.beginnings().prepare()


def recreated(setting: Setting, end: int) -> Setting:
    """The same store in front of a topic that was created anew and holds so many new events."""
    anew = setting_of(end)
    anew.store = setting.store
    anew.log.topic_id = "id-2"
    return anew


def test_a_topic_created_anew_is_read_on_top_where_that_is_accepted() -> None:
    """Offsets that both logs have are counted in both; the old checkpoint stays as it is."""
    setting = setting_of(9)
    setting.beginnings().prepare()
    setting.flush().write([setting.log.chunk("t/0", 0, 9)])
    anew = recreated(setting, 20)
    flush = anew.flush()
    beginnings = anew.beginnings(flush, accept_new_topic=True)
    assert beginnings.prepare() == {"t@id-2/0": (0, 20)}
    assert beginnings.take(["t@id-2/0"]) == {"t@id-2/0": 0}
    chunk = anew.log.chunk("t/0", 0, 20)._replace(partition="t@id-2/0")
    flush.write([chunk])
    assert anew.total("orders_created") == 29
    assert anew.checkpoint() == [[0, 9]]
    assert anew.checkpoint("t@id-2/0") == [[0, 20]]
    assert "created anew" in anew.notebook.messages[0]
    later = anew.beginnings()
    later.prepare()
    assert later.take(["t@id-2/0"]) == {"t@id-2/0": 20}
    again = recreated(setting, 3)
    again.log.topic_id = "id-3"
    with pytest.raises(ConflictError, match="t/0 is not the log that was read before"):
        again.beginnings().prepare()


def test_what_one_projection_has_accepted_is_not_accepted_for_another() -> None:
    """Each is refused until it is told; one that begins there has nothing to be told."""
    setting = setting_of(9)
    (other,), (third,) = named(["revenue"]), named(["user-lifecycle"])
    for projection in (setting.projection, other):
        setting.projection = projection
        setting.beginnings().prepare()
    anew = recreated(setting, 20)
    anew.beginnings(accept_new_topic=True).prepare()
    anew.projection = other
    with pytest.raises(ConflictError, match="t/0 is not the log that was read before"):
        anew.beginnings().prepare()
    anew.projection = third
    anew.beginnings().prepare()
    assert anew.checkpoint("t@id-2/0") == [[0, 0]]


def test_a_log_that_lost_records_can_be_read_anew() -> None:
    """With the same identity: the ledger knows what is read a second time."""
    setting = setting_of(9)
    setting.beginnings().prepare()
    setting.flush().write([setting.log.chunk("t/0", 0, 9)])
    kept = [each.value for each in setting.log.chunk("t/0", 0, 4).records]
    anew = Setting(store=setting.store)
    anew.log = MemoryLog("t", 1)
    anew.log.append("t/0", *kept, created())
    with pytest.raises(ConflictError, match="absorbed up to 9, its end is now 5"):
        anew.beginnings().prepare()
    flush = anew.flush()
    anew.beginnings(flush, accept_new_topic=True).prepare()
    flush.write([anew.log.chunk("t/0", 0, 5)._replace(partition="t@id-1/0")])
    assert anew.total("orders_created") == 10


def test_a_topic_created_anew_under_a_live_run_is_refused() -> None:
    """Also where it has grown past the checkpoint meanwhile."""
    setting = setting_of(9)
    beginnings = setting.beginnings()
    beginnings.prepare()
    setting.flush().write([setting.log.chunk("t/0", 0, 4)])
    setting.log.topic_id = "id-2"
    with pytest.raises(ConflictError, match="t/0 is not the log that was read before"):
        beginnings.take(["t/0"])


def test_another_run_that_is_faster_is_not_taken_for_another_log() -> None:
    """Checkpoints that move on beyond the ends seen a moment ago are no sign of it."""
    setting = setting_of(9)
    setting.beginnings().prepare()
    beginnings, bounds = setting.beginnings(), setting.log.bounds

    def meanwhile(partitions: Iterable[str]) -> dict[str, tuple[int, int]]:
        seen = bounds(partitions)
        (end,) = [end for _, end in seen.values()]
        setting.log.append("t/0", created())
        setting.flush().write([setting.log.chunk("t/0", 0, end + 1)])
        return seen

    setting.log.bounds = meanwhile  # type: ignore[method-assign]
    assert beginnings.prepare() == {"t/0": (0, 9)}
    beginnings.take(["t/0"])


@pytest.mark.parametrize("verb", ["bounds", "topic_ids"])
def test_another_first_run_at_the_same_moment_is_not_taken_for_another_log(
    verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its checkpoints come to be while this one looks at the log for the first time."""
    setting = setting_of(9, 4)
    one, other = setting.beginnings(), setting.beginnings()
    ask = getattr(setting.log, verb)

    def slowly(partitions: Iterable[str]) -> object:
        monkeypatch.undo()
        other.prepare()
        return ask(partitions)

    monkeypatch.setattr(setting.log, verb, slowly)
    assert one.prepare() == {"t/0": (0, 9), "t/1": (0, 4)}
    assert one.take(["t/0"]) == {"t/0": 0}


def test_of_partitions_that_the_start_does_not_name_nothing_is_read_that_is_there() -> None:
    """They are followed from their end, and that is said."""
    setting = setting_of(9, 4)
    setting.beginnings(start=OffsetOf(((1, 3),))).prepare()
    assert (setting.checkpoint("t/0"), setting.checkpoint("t/1")) == ([[9, 9]], [[3, 3]])
    assert setting.notebook.messages == [
        "order-funnel: --start does not name t/0: it is followed from its end 9"
    ]


def test_how_much_is_left() -> None:
    """Offsets between the checkpoints and the ends, and whether there are none."""
    setting = setting_of(9, 4)
    beginnings = setting.beginnings()
    ends = beginnings.prepare()
    assert beginnings.remaining(ends) == 13
    other = setting.flush()
    other.write([setting.log.chunk("t/0", 0, 6), setting.log.chunk("t/1", 0, 4)])
    assert (beginnings.remaining(ends), beginnings.absorbed(ends)) == (3, False)
    other.write([setting.log.chunk("t/0", 6, 9)])
    assert (beginnings.remaining(ends), beginnings.absorbed(ends)) == (0, True)
