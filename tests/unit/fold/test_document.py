"""A document absorbs deltas: each offset once, and never halfway."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_analytics_cli.errors import AnalyticsError
from sc_analytics_cli.event import Add
from sc_analytics_cli.fold.delta import Delta, Posting
from sc_analytics_cli.fold.document import MAX_INT64, absorb, unabsorbed
from sc_analytics_cli.fold.field import Cents, CentsBy, Difference, Document, Ratio, Shape, Tally

DAY = "2026-10-01"
NOW = datetime(2026, 10, 2, tzinfo=UTC)
LATER = datetime(2026, 10, 3, tzinfo=UTC)
SHAPE = Shape(
    {
        "paid": Cents(),
        "back": Cents(),
        "net": Difference("paid", "back"),
        "orders": Tally(),
        "share": Ratio("back", "paid"),
        "by": CentsBy("who"),
    },
    7,
)
PAY = (Add("paid", 100), Add("orders", 1), Add("by", 100, "a.b"))
BACK = (Add("back", 30),)


def postings(*offsets: int, hour: str = "10", adds: tuple[Add, ...] = PAY) -> Delta:
    return Delta([Posting(offset, DAY, hour, adds) for offset in offsets])


def absorbed(
    document: Document,
    deltas: dict[str, Delta],
    reach: dict[str, list[list[int]]],
    now: datetime = NOW,
) -> Document:
    """The document after both halves of step 5."""
    return absorb(SHAPE, document, unabsorbed(document, deltas, {}), reach, {}, now)


def test_the_first_delta_makes_the_document() -> None:
    """Every field, the hours, where it came from, the version of the logic, and when."""
    delta = postings(4, 6)
    delta.postings.append(Posting(5, DAY, "09", BACK))
    assert absorbed(SHAPE.empty(DAY), {"t/0": delta}, {"t/0": [[0, 8]]}) == {
        "_id": DAY,
        "date": DAY,
        "paid": 200,
        "back": 30,
        "net": 170,
        "orders": 2,
        "share": 0.15,
        "by": {"a.b": 200},
        "hours": {"09": {"back": 30}, "10": {"paid": 200, "orders": 2}},
        "source": {"t/0": {"first": 4, "ranges": [[0, 8]]}},
        "version": 7,
        "updated_at": NOW,
    }


def test_fields_stay_in_their_order() -> None:
    """However often it is written."""
    document = absorbed(SHAPE.empty(DAY), {"t/0": postings(1)}, {"t/0": [[0, 2]]})
    again = absorbed(document, {"t/0": postings(2, hour="08")}, {"t/0": [[0, 3]]}, LATER)
    order = ["_id", "date", "paid", "back", "net", "orders", "share", "by", "hours", "source",
             "version", "updated_at"]  # fmt: skip
    assert list(document) == list(again) == order
    assert list(again["hours"]) == ["08", "10"]
    assert again["updated_at"] == LATER


def test_what_is_absorbed_changes_nothing() -> None:
    """Redelivery of all of it leaves no delta."""
    document = absorbed(SHAPE.empty(DAY), {"t/0": postings(4, 6)}, {"t/0": [[0, 8]]})
    assert unabsorbed(document, {"t/0": postings(4, 6)}, {}) == {}
    assert unabsorbed(document, {"t/0": postings(0, 7)}, {}) == {}


def test_a_delta_is_absorbed_in_part() -> None:
    """Only the offsets outside of the document's ranges count, at both ends and in holes."""
    document = absorbed(SHAPE.empty(DAY), {"t/0": postings(5, 12)}, {"t/0": [[5, 7], [11, 13]]})
    delta = postings(4, 5, 6, 7, 10, 11, 12, 13)
    fresh = unabsorbed(document, {"t/0": delta}, {})
    assert [posting.offset for posting in fresh["t/0"].postings] == [4, 7, 10, 13]
    grown = absorb(SHAPE, document, fresh, {"t/0": [[4, 14]]}, {}, NOW)
    assert grown["paid"] == 600
    assert grown["source"] == {"t/0": {"first": 4, "ranges": [[4, 14]]}}


def test_partitions_are_told_apart() -> None:
    """The same offset in another partition is another event."""
    document = absorbed(SHAPE.empty(DAY), {"t/0": postings(5)}, {"t/0": [[0, 6]]})
    grown = absorbed(
        document, {"t/0": postings(5), "t/1": postings(5)}, {"t/0": [[0, 9]], "t/1": [[3, 6]]}
    )
    assert grown["paid"] == 200
    assert grown["source"] == {
        "t/0": {"first": 5, "ranges": [[0, 6]]},
        "t/1": {"first": 5, "ranges": [[3, 6]]},
    }


def test_earlier_pieces_may_come_later() -> None:
    """`first` goes down, ranges meet."""
    document = absorbed(SHAPE.empty(DAY), {"t/0": postings(52)}, {"t/0": [[50, 60]]})
    document = absorbed(document, {"t/0": postings(3)}, {"t/0": [[0, 10]]})
    assert document["source"] == {"t/0": {"first": 3, "ranges": [[0, 10], [50, 60]]}}
    document = absorbed(document, {"t/0": postings(20)}, {"t/0": [[10, 50]]})
    assert document["source"] == {"t/0": {"first": 3, "ranges": [[0, 60]]}}
    assert document["paid"] == 300


def test_ids_of_a_map_are_taken_as_they_are() -> None:
    """Whatever they hold."""
    ids = ["", ".", "a.b", "$x", " ", "hours", "_id", "\u2028", "\U0001f600"]
    delta = Delta([Posting(n, DAY, "10", (Add("by", 5, each),)) for n, each in enumerate(ids)])
    document = absorbed(SHAPE.empty(DAY), {"t/0": delta}, {"t/0": [[0, 9]]})
    assert document["by"] == dict.fromkeys(ids, 5)
    assert document["hours"] == {}


offsets = st.lists(st.integers(0, 12), max_size=6, unique=True)


@given(st.lists(st.tuples(offsets, st.sampled_from(("09", "10")), st.sampled_from((PAY, BACK)))))
def test_absorbing_leaves_the_given_document_as_it_is(
    rounds: list[tuple[list[int], str, tuple[Add, ...]]],
) -> None:
    """A lost swap must not have changed what the next try begins with."""
    document = SHAPE.empty(DAY)
    for number, (chosen, hour, adds) in enumerate(rounds):
        deltas = {f"t/{number % 2}": postings(*chosen, hour=hour, adds=adds)} if chosen else {}
        before = deepcopy(document)
        fresh = unabsorbed(document, deltas, {})
        grown = absorb(SHAPE, document, fresh, {name: [[0, 13]] for name in fresh}, {}, NOW)
        assert document == before
        document = grown


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 19), st.integers(0, 19)).map(
            lambda each: (each[0], min(each[1:]), max(each[1:]))
        ),
        max_size=12,
    )
)
def test_every_offset_counts_once(reads: list[tuple[int, int, int]]) -> None:
    """However the two partitions, with an event at each even offset, are read and read again."""
    document = SHAPE.empty(DAY)
    seen: set[tuple[int, int]] = set()
    for partition, start, end in reads:
        delta = postings(*range(start + start % 2, end, 2))
        if delta.postings:
            name = f"t/{partition}"
            fresh = unabsorbed(document, {name: delta}, {})
            if fresh:
                document = absorb(SHAPE, document, fresh, {name: [[start, end]]}, {}, NOW)
            seen |= {(partition, offset) for offset in range(start, end) if offset % 2 == 0}
    assert document["orders"] == len(seen)


@pytest.mark.parametrize(
    ("adds", "field"),
    [((Add("paid", 2),), "paid"), ((Add("by", 2, "a"),), "by"), ((Add("orders", 2),), "orders")],
)
def test_more_than_64_bits_is_an_error(adds: tuple[Add, ...], field: str) -> None:
    """Up to the limit it counts; one more names field and date, and changes nothing."""
    nearly = tuple(add._replace(amount=MAX_INT64 - 1) for add in adds)
    once = tuple(add._replace(amount=1) for add in adds)
    document = absorbed(SHAPE.empty(DAY), {"t/0": postings(0, adds=nearly)}, {"t/0": [[0, 1]]})
    full = absorbed(document, {"t/0": postings(1, adds=once)}, {"t/0": [[0, 2]]})
    assert full[field] in (MAX_INT64, {"a": MAX_INT64})
    with pytest.raises(AnalyticsError) as refused:
        absorbed(document, {"t/0": postings(1, adds=adds)}, {"t/0": [[0, 2]]})
    assert refused.value.what.startswith(f"{field} of {DAY} would outgrow 64 bits")
    assert refused.value.cause is not None


def test_refunds_far_above_revenue_are_an_error_too() -> None:
    """A negative difference has the same limit."""
    delta = postings(0, 1, adds=(Add("back", MAX_INT64),))
    with pytest.raises(AnalyticsError, match="would outgrow 64 bits"):
        absorbed(SHAPE.empty(DAY), {"t/0": delta}, {"t/0": [[0, 2]]})


def test_a_document_of_an_older_version_begins_a_new_field_at_0() -> None:
    """Consumers of the new version go on with it; it stays one of the older version."""
    older = absorbed(SHAPE.empty(DAY), {"t/0": postings(4)}, {"t/0": [[0, 5]]})
    for name in ("back", "net", "share", "by"):
        del older[name]
    older["version"] = 6
    found = absorbed(older, {"t/0": postings(5)}, {"t/0": [[0, 6]]})
    assert (found["paid"], found["back"], found["net"], found["version"]) == (200, 0, 200, 6)
    assert found["by"] == {"a.b": 100}
