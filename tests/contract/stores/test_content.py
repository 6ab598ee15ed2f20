"""What a document holds comes back exactly, whatever its keys and values."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sc_analytics_cli.errors import AnalyticsError, UnreachableError
from sc_analytics_cli.store.port import Store
from tests.contract.stores.exactly import exactly
from tests.contract.stores.kinds import DURABLE, only

KIND = "analytics_user_activity"
LARGEST = 2**63 - 1

HOSTILE = [
    "",
    " ",
    ".",
    "a.b",
    "a..b.",
    "$",
    "$x",
    "$$ROOT",
    "$set",
    "$date",
    "$binary",
    "$literal",
    "$numberLong",
    "$ref",
    "$id",
    "$db",
    "_id",
    "rev",
    "0",
    "-1",
    "null",
    "__proto__",
    "k" * 512,
    "é" * 256,
    "😀" * 128,
    "e\u0301",
    "\u00e9",
    "\u202eabc\u202c",
    "שלום",
    "مرحبا",
    "\u200d\ufeff\ufffe",
    "\x01\x1f\x7f\x85",
    "a\nb\r\tc",
    "\u2028\u2029",
    "\"'\\/`;--",
]

VALUES = {
    "integers": [0, 1, -1, 2**31, -(2**31) - 1, 2**53 + 1, LARGEST, -LARGEST],
    "floats": [0.0, -0.0, 1.0, 0.1, 2 / 3, 1e16, 1e22, 1.7976931348623157e308, 5e-324],
    "constants": [None, True, False],
    "lists": [[], [[]], [[1, [2.0, [None]], []], [[[]]]], [{"a": [{"b": []}]}]],
    "objects": [{}, {"a": {}}, {"a": {"b": {"c": {"d": [{}]}}}}],
    "text": ["", "$x", "a.b", "😀", "\u202e", "x" * 5000, *HOSTILE],
    "objects that look like the store's own marks": [
        {"$date": 5},
        {"$date": "2026-01-01T00:00:00+00:00"},
        {"$binary": "AAAA"},
        {"$literal": 7},
        {"$literal": {"$date": "2026-01-01T00:00:00+00:00"}},
        {"$numberLong": "1"},
        {"$oid": "0123456789abcdef01234567"},
    ],
}


def assert_kept(store: Store, content: dict[str, Any]) -> None:
    """Write it new and as a replacement; both must come back by `load` and by `scan`."""
    document = {"_id": "a", **content}
    (old,) = store.load(KIND, ["a"]).values() or [None]
    if old is not None:
        assert store.remove(KIND, [old]) == {"a"}
    revs = store.swap(KIND, [document])
    assert exactly(store.load(KIND, ["a"])["a"]) == exactly(document | {"rev": revs["a"]})
    revs = store.swap(KIND, [document | {"rev": revs["a"], "more": 1}])
    wanted = exactly(document | {"rev": revs["a"], "more": 1})
    assert exactly(store.load(KIND, ["a"])["a"]) == wanted
    assert [exactly(each) for each in store.scan(KIND)] == [wanted]


def test_hostile_keys_are_kept_together_in_one_map(store: Store) -> None:
    cents = {key: number - 5 for number, key in enumerate(HOSTILE)}
    assert_kept(store, {"by_community": cents, "deeper": {"map": {"in": cents}, "list": [cents]}})


def test_each_hostile_key_is_kept_alone(store: Store) -> None:
    for key in HOSTILE:
        assert_kept(store, {"map": {key: 7}, "deeper": {key: {key: [{key: LARGEST}]}}})


def test_one_hostile_key_more_in_a_map_that_is_there(store: Store) -> None:
    document: dict[str, Any] = {"_id": "a", "map": {}}
    for number, key in enumerate(HOSTILE):
        document["map"][key] = number
        document["rev"] = store.swap(KIND, [document])["a"]
        assert exactly(store.load(KIND, ["a"])["a"]) == exactly(document)


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_values_keep_type_and_value(store: Store, values: list[Any]) -> None:
    for value in values:
        assert_kept(store, {"top": value, "map": {"k": value}, "list": [value, [value]]})


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=45))])
def test_instants_keep_their_milliseconds(store: Store, zone: timezone) -> None:
    for moment in (
        datetime(2026, 2, 28, 23, 59, 59, 999_000, tzinfo=zone),
        datetime(2024, 2, 29, tzinfo=zone),
        datetime(1970, 1, 1, 0, 0, 0, 1_000, tzinfo=zone),
        datetime(1950, 6, 1, 12, 30, 15, 123_000, tzinfo=zone),
        datetime(9999, 12, 31, 1, 59, 59, 999_000, tzinfo=zone),
        datetime(1, 1, 2, tzinfo=zone),
    ):
        assert_kept(store, {"updated_at": moment, "n": 1})
        assert store.load(KIND, ["a"])["a"]["updated_at"].tzinfo is not None


@pytest.mark.parametrize("value", [b"", b"\x00\xff\xfe{}", bytes(range(256)), b"x" * 100_000])
def test_bytes_are_kept(store: Store, value: bytes) -> None:
    assert_kept(store, {"value": value, "key": None})


def test_any_text_can_be_the_id_of_a_document(store: Store) -> None:
    revs = store.swap(KIND, [{"_id": key, "n": 1} for key in HOSTILE])
    wanted = {key: {"_id": key, "rev": revs[key], "n": 1} for key in HOSTILE}
    assert store.load(KIND, HOSTILE) == wanted
    for key in HOSTILE:
        assert list(store.scan(KIND, key, key)) == [wanted[key]]
        assert store.swap(KIND, [{"_id": key, "n": 2}]) == {}
        again = store.swap(KIND, [wanted[key] | {"n": 2}])
        assert store.remove(KIND, [wanted[key]]) == set()
        assert store.remove(KIND, [wanted[key] | {"rev": again[key]}]) == {key}


def test_a_map_of_fifty_thousand_keys_is_kept(store: Store) -> None:
    cents = {f"community-{n:08}": n * n for n in range(50_000)}
    assert_kept(store, {"by_community": cents})


@only(*DURABLE)
@pytest.mark.parametrize("value", [2**64, "\ud800", {"\ud800": 1}, {1: 1}, {1, 2}])
def test_what_cannot_be_kept_is_refused_whole(store: Store, value: object) -> None:
    revs = store.swap(KIND, [{"_id": "a", "n": 1}])
    for document in ({"_id": "a", "rev": revs["a"], "top": value}, {"_id": "b", "map": [value]}):
        with pytest.raises(AnalyticsError) as caught:
            store.swap(KIND, [document])
        assert not isinstance(caught.value, UnreachableError)
    assert list(store.scan(KIND)) == [{"_id": "a", "n": 1, "rev": revs["a"]}]


texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20
) | st.sampled_from(HOSTILE)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(content=st.lists(values, max_size=4))
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_anything_made_of_json_is_kept(store: Store, content: list[Any]) -> None:
    assert_kept(store, {f"field_{number}": value for number, value in enumerate(content)})
