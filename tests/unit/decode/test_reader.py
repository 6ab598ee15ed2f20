"""Records to events: envelopes, what is skipped, what is a dead letter, what JSON is."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from sc_analytics_cli.decode.fields import Envelope, Rejected
from sc_analytics_cli.decode.moment import Calendar
from sc_analytics_cli.decode.reader import read
from sc_analytics_cli.decode.reading import Reading
from sc_analytics_cli.event import Add, Effect, Event, Fact, LogRecord

ONE: Effect = (Add("things", 1),)
THING = {"event_id": "e-1", "event_type": "thing", "occurred_at": "2026-10-01T10:00:00Z"}
COUNTED = Event(0, "e-1", "2026-10-01", "10", ONE)


def _thing(envelope: Envelope) -> Effect:
    if envelope.get("bad"):
        raise Rejected("bad is bad")
    return ONE


def reading(*values: bytes | None) -> Reading:
    """What these records say to somebody who counts things."""
    records = [LogRecord(offset, value) for offset, value in enumerate(values)]
    return read(records, {"thing": _thing}, Calendar("UTC"))


def reason(value: bytes) -> str:
    """Why the value is a dead letter."""
    found = reading(value)
    assert (found.events, found.skipped) == ([], 0)
    ((_, why),) = found.dead_letters
    return why


def with_fields(**fields: Any) -> bytes:
    """The thing, with fields changed; None leaves one out."""
    event = {**THING, **fields}
    return json.dumps({name: value for name, value in event.items() if value is not None}).encode()


def test_events_dead_letters_and_skipped_records_in_their_order() -> None:
    """Each record is exactly one of them; a tombstone and an unlisted type are skipped."""
    found = reading(
        with_fields(event_id="e-0"), None, b"", with_fields(event_type="other"),
        with_fields(bad=1), with_fields(event_id="e-5"), b"null",
    )  # fmt: skip
    assert found.events == [
        Event(0, "e-0", "2026-10-01", "10", ONE),
        Event(5, "e-5", "2026-10-01", "10", ONE),
    ]
    assert [(record.offset, why) for record, why in found.dead_letters][1:] == [
        (4, "bad is bad"),
        (6, "not a JSON object"),
    ]
    assert found.dead_letters[0].record.offset == 2
    assert found.skipped == 2


def test_of_other_dates_there_are_dead_letters_and_facts_alone() -> None:
    """Their events are checked like any other, and counted as left out."""
    paid = Fact("o-1", "payment", 5)
    records = [
        LogRecord(0, with_fields(event_id="e-0")),
        LogRecord(1, with_fields(occurred_at="2026-10-02T10:00:00Z")),
        LogRecord(2, with_fields(occurred_at="2026-10-02T10:00:00Z", bad=1)),
        LogRecord(3, with_fields(occurred_at="2026-10-02T10:00:00Z", event_type="paid")),
    ]
    readers = {"thing": _thing, "paid": lambda _: paid}
    found = read(records, readers, Calendar("UTC"), {"2026-10-01"})
    assert [(each.offset, each.fact) for each in found.events] == [(0, None), (3, paid)]
    assert [(record.offset, why) for record, why in found.dead_letters] == [(2, "bad is bad")]
    assert (found.skipped, found.of_other_dates) == (0, 1)


@pytest.mark.parametrize(
    "envelope",
    [
        {"event_id": "e-1", "event_type": "thing", "occurred_at": "2026-10-01T10:00:00Z"},
        {"id": "e-1", "type": "thing", "time": "2026-10-01T10:00:00Z"},
        {"id": "e-1", "event_type": "thing", "time": "2026-10-01T10:00:00Z"},
        {**THING, "id": "other", "type": "other", "time": "1999"},
        {**THING, "id": 5, "type": 5, "time": 5},
        {"event_id": None, "event_type": None, "occurred_at": None,
         "id": "e-1", "type": "thing", "time": "2026-10-01T10:00:00Z"},
        {**THING, "specversion": "1.0", "source": "/shop", "extra": [1, {"a": None}]},
        {**THING, "aggregate_id": 5, "payload": "not looked at"},
        {**THING, "": 1, "bad": None},
    ],
)  # fmt: skip
def test_either_name_of_a_field(envelope: dict[str, object]) -> None:
    """Ours comes before that of CloudEvents; null counts as missing; others are not looked at."""
    assert reading(json.dumps(envelope).encode()).events == [COUNTED]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"event_id": None}, "event_id is missing"),
        ({"event_id": ""}, "event_id is empty"),
        ({"event_id": "", "id": "e-1"}, "event_id is empty"),
        ({"event_id": 5}, "event_id is not a string"),
        ({"event_id": "x" * 513}, "event_id is longer than 512 bytes"),
        ({"event_id": "a\0"}, "event_id holds U+0000"),
        ({"event_id": "\ud800"}, "event_id holds a lone surrogate"),
        ({"event_type": None}, "event_type is missing"),
        ({"event_type": 5}, "event_type is not a string"),
        ({"event_type": [], "type": "thing"}, "event_type is not a string"),
        ({"occurred_at": None}, "occurred_at is missing"),
        ({"occurred_at": "yesterday"}, "occurred_at is no date-time"),
        ({"occurred_at": "yesterday", "time": "2026-10-01T10:00:00Z"},
         "occurred_at is no date-time"),
        ({"occurred_at": "2026-02-30T10:00:00Z"}, "occurred_at: day is out of range for month"),
        ({"occurred_at": "1969-12-31T23:59:59Z"}, "occurred_at: year outside 1970 to 9998"),
    ],
)  # fmt: skip
def test_an_envelope_that_is_a_dead_letter(fields: dict[str, object], why: str) -> None:
    """The first name counts, even where the second would do."""
    assert reason(with_fields(**fields)) == why


@pytest.mark.parametrize(
    "fields",
    [
        {"event_id": None},
        {"occurred_at": "yesterday"},
        {"payload": 5},
        {"event_id": "\ud800", "huge": 10**400},
    ],
)
def test_an_unlisted_type_is_skipped_without_a_look_at_the_rest(fields: dict[str, object]) -> None:
    """It may be as broken as it likes, as long as its type can be read."""
    for kind in ("other", "", "thing ", "Thing", "thing\ud800"):
        assert reading(with_fields(**fields | {"event_type": kind})).skipped == 1


FINE = [
    f'{{"a":{value}}}'
    for value in (
        "-0", "1E400", "-1e400", "1e-400", "18446744073709551616", "-9223372036854775809",
        "1" * 5000, "-" + "9" * 400, "0." + "1" * 5000, '"\\ud800"', '"\\udfff\\ud800"',
        '["\\ud800", {"\\udc00": 1e999}]', '"\\u0000"', '"\x7f\u2028\ufeff\uffff"',
        "[" * 500 + "]" * 500,
    )
]  # fmt: skip


@pytest.mark.parametrize("extra", FINE, ids=range(len(FINE)))
def test_what_is_json_is_fine_where_nobody_reads_it(extra: str) -> None:
    """Numbers of any size, escapes of lone surrogates, U+0000."""
    text = json.dumps(THING)[:-1] + "," + extra[1:]
    assert reading(text.encode()).events == [COUNTED]


BROKEN = [
    b"", b" ", b"{", b"}", b"null x", b'{"a":1,}', b"{'a':1}", b'{"a":01}', b'{"a":1.}',
    b'{"a":+1}', b'{"a":.5}', b'{"a":NaN}', b'{"a":Infinity}', b'{"a":-Infinity}', b'{"a":nan}',
    b'{"a":undefined}', b'{"a":"\x01"}', b'{"a":"\\x41"}', b'{"a":"\\ud80"}', b'{"a" 1}',
    b'{1:2}', b'{"a":"\xff"}', b'{"a":"\xc1\xbf"}', b'{"a":"\xed\xa0\x80"}', b"\xef\xbb\xbf{}",
    '{"a":1}'.encode("utf-16"), '{"a":1}'.encode("utf-16-le"), b'{"a":1}\0', b"{}{}",
    b'{"a":1}//', b"\x00", b'\xa0{"a":1}', b'{"a":"\\ud800", "b":NaN}', b'{"a":1e999, "b":}',
    b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
]  # fmt: skip


@pytest.mark.parametrize("value", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_json_is_a_dead_letter(value: bytes) -> None:
    """With the parser's reason; NaN, a byte-order mark and deep nesting included."""
    assert reason(value).startswith("not JSON: ")


@pytest.mark.parametrize("value", [b"[]", b"5", b'"x"', b"null", b"true", b"1e999", b'"\\ud800"'])
def test_json_that_is_no_object_is_a_dead_letter(value: bytes) -> None:
    """Whichever of the two parsers read it."""
    assert reason(value) == "not a JSON object"


@pytest.mark.parametrize("extra", ["", ',"a":"\\ud800"', ',"a":1e999'])
def test_of_duplicate_keys_the_last_wins(extra: str) -> None:
    """In both parsers."""
    text = '{"event_id":5,"event_type":"other",' + json.dumps(THING)[1:-1] + extra + "}"
    assert reading(text.encode()).events == [COUNTED]


@pytest.mark.parametrize("extra", ["", ',"a":"\\ud800"', ',"a":1e999'])
@pytest.mark.parametrize("space", [" ", "\t", "\n", "\r\n"])
def test_space_around_the_object_is_json(extra: str, space: str) -> None:
    """In both parsers."""
    text = space + json.dumps(THING)[:-1] + extra + space + "}" + space
    assert reading(text.encode()).events == [COUNTED]


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("-0", 0),
        ("9007199254740991", 2**53 - 1),
        ("9007199254740992", 2**53),
        ("9223372036854775808", 2**63),
        ("1" * 5000, None),
        ("-" + "1" * 5000, None),
        ("1.0", None),
        ("1e3", None),
        ("1e999", None),
    ],
)
@pytest.mark.parametrize("extra", ["", ',"a":"\\ud800"'])
def test_both_parsers_see_the_same_integers(number: str, value: int | None, extra: str) -> None:
    """Exactly up to 2^53 - 1; above it, whatever they see is no amount any more (None)."""
    seen: list[object] = []

    def look(envelope: Envelope) -> Effect:
        seen.append(envelope["n"])
        return ()

    text = json.dumps(THING)[:-1] + f',"n":{number}{extra}}}'
    read([LogRecord(0, text.encode())], {"thing": look}, Calendar("UTC"))
    (found,) = seen
    if value is not None and value < 2**53:
        assert (found, type(found)) == (value, int)
    else:
        assert type(found) is not int or found > 2**53 - 1


def test_the_first_parser_is_as_strict_as_assumed() -> None:
    """It refuses what the second one is asked about; were it to change, these tests say so."""
    for text in (b'"\\ud800"', b"1e999", b"[" * 1025 + b"]" * 1025):
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(text)
