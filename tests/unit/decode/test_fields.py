"""Single fields: ids, integers, and which of two names counts."""

from __future__ import annotations

import pytest

from sc_analytics_cli.decode.fields import (
    Rejected,
    cents,
    either,
    identifier,
    nonempty,
    order_id,
    payload,
)


@pytest.mark.parametrize(
    "text",
    [
        "a", " ", "a.b", "$", "\u2028", "\U0001f600", "\ufffe", "\x01", "a b\n", "__proto__",
        "x" * 512, "é" * 256, "\U0001f600" * 128,
    ],
)  # fmt: skip
def test_an_id_is_taken_as_it_is_written(text: str) -> None:
    """Up to 512 bytes of any Unicode."""
    assert nonempty(text, "event_id") == text
    assert identifier(text, "event_id") == text


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "event_id is missing"),
        (5, "event_id is not a string"),
        (True, "event_id is not a string"),
        (["a"], "event_id is not a string"),
        ({"id": "a"}, "event_id is not a string"),
        ("x" * 513, "event_id is longer than 512 bytes"),
        ("é" * 257, "event_id is longer than 512 bytes"),
        ("x" * 511 + "é", "event_id is longer than 512 bytes"),
        ("a\0b", "event_id holds U+0000"),
        ("é\0", "event_id holds U+0000"),
        ("\ud800", "event_id holds a lone surrogate"),
        ("a\udfffb", "event_id holds a lone surrogate"),
    ],
)
def test_an_id_that_is_refused(value: object, reason: str) -> None:
    """Another type, too long, U+0000, a lone surrogate."""
    for check in (identifier, nonempty):
        with pytest.raises(Rejected) as refused:
            check(value, "event_id")
        assert str(refused.value) == reason


def test_some_ids_may_be_empty() -> None:
    """Those of communities and promotions, not those of events and orders."""
    assert identifier("", "community_id") == ""
    with pytest.raises(Rejected, match=r"^order_id is empty$"):
        nonempty("", "order_id")


@pytest.mark.parametrize("value", [0, 1, 1990, 2**53 - 1])
def test_cents_are_integers(value: int) -> None:
    """From 0 to 2^53 - 1."""
    assert cents(value, "amount_cents") == value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "amount_cents is missing"),
        (True, "amount_cents is not an integer"),
        (False, "amount_cents is not an integer"),
        (1.0, "amount_cents is not an integer"),
        (1e400, "amount_cents is not an integer"),
        ("12", "amount_cents is not an integer"),
        ("", "amount_cents is not an integer"),
        ([5], "amount_cents is not an integer"),
        ({"cents": 5}, "amount_cents is not an integer"),
        (-1, "amount_cents is negative"),
        (2**53, "amount_cents is above 2^53 - 1"),
        (2**64, "amount_cents is above 2^53 - 1"),
    ],
)
def test_cents_that_are_refused(value: object, reason: str) -> None:
    """true, 1.0, "12" and what a double could not count."""
    with pytest.raises(Rejected) as refused:
        cents(value, "amount_cents")
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({}, None),
        ({"a": 1}, 1),
        ({"b": 2}, 2),
        ({"a": 1, "b": 2}, 1),
        ({"a": None, "b": 2}, 2),
        ({"a": None, "b": None}, None),
        ({"a": "", "b": 2}, ""),
        ({"a": 0, "b": 2}, 0),
        ({"a": False, "b": 2}, False),
    ],
)
def test_the_first_of_two_names_wins(fields: dict[str, object], value: object) -> None:
    """Null counts as missing; what is empty or wrong does not."""
    assert either(fields, "a", "b") == value


@pytest.mark.parametrize(
    ("envelope", "fields"),
    [
        ({}, {}),
        ({"payload": None}, {}),
        ({"payload": {"x": 1}}, {"x": 1}),
        ({"data": {"x": 1}}, {"x": 1}),
        ({"payload": {"x": 1}, "data": {"x": 2}}, {"x": 1}),
        ({"payload": None, "data": {"x": 2}}, {"x": 2}),
        ({"payload": {}, "data": {"x": 2}}, {}),
    ],
)
def test_the_payload(envelope: dict[str, object], fields: dict[str, object]) -> None:
    """Under either name; none is an empty one."""
    assert payload(envelope) == fields


@pytest.mark.parametrize("value", [[], "x", 5, 0, True, False, ""])
def test_a_payload_that_is_no_object_is_refused(value: object) -> None:
    """Even beside one under the other name."""
    with pytest.raises(Rejected, match=r"^payload is not an object$"):
        payload({"payload": value, "data": {}})


@pytest.mark.parametrize(
    ("envelope", "fields", "order"),
    [
        ({}, {"order_id": "o-1"}, "o-1"),
        ({"aggregate_id": "o-2"}, {"order_id": "o-1"}, "o-1"),
        ({"aggregate_id": "o-2"}, {}, "o-2"),
        ({"aggregate_id": "o-2"}, {"order_id": None}, "o-2"),
        ({"subject": "o-3"}, {}, "o-3"),
        ({"aggregate_id": None, "subject": "o-3"}, {}, "o-3"),
        ({"aggregate_id": "o-2", "subject": "o-3"}, {}, "o-2"),
        ({"aggregate_id": 5}, {"order_id": "o-1"}, "o-1"),
    ],
)
def test_the_id_of_an_order(
    envelope: dict[str, object], fields: dict[str, object], order: str
) -> None:
    """The payload's, else the aggregate's."""
    assert order_id(envelope, fields) == order


@pytest.mark.parametrize(
    ("envelope", "fields", "reason"),
    [
        ({}, {}, "order_id is missing"),
        ({"aggregate_id": 5}, {}, "order_id is missing"),
        ({"aggregate_id": 5, "subject": "o-3"}, {}, "order_id is missing"),
        ({"aggregate_id": ""}, {}, "order_id is empty"),
        ({"aggregate_id": "o-2"}, {"order_id": ""}, "order_id is empty"),
        ({"aggregate_id": "o-2"}, {"order_id": 5}, "order_id is not a string"),
        ({"aggregate_id": "\ud800"}, {}, "order_id holds a lone surrogate"),
    ],
)
def test_the_id_of_no_order(
    envelope: dict[str, object], fields: dict[str, object], reason: str
) -> None:
    """An aggregate id of another type is ignored; a wrong `order_id` is not made good by it."""
    with pytest.raises(Rejected) as refused:
        order_id(envelope, fields)
    assert str(refused.value) == reason
