"""Keys of the ledger: none is shared by two ids, and UUIDs of version 7 keep their order."""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_analytics_cli.store.ledger_key import key_of

UUID7 = "01a0f4c2-c400-77e3-9c76-2bdd1a09aece"


def test_ids_made_one_after_another_are_neighbours() -> None:
    made = [f"01a0f4c2-c4{number:02x}-7{number:03x}-8000-0000000000ff" for number in range(256)]
    keys = [key_of(each) for each in made]
    assert keys == sorted(keys)
    assert keys == [UUID(each).bytes for each in made]


@pytest.mark.parametrize(
    "other",
    [
        UUID7.upper(),
        UUID7.replace("-", ""),
        "{" + UUID7 + "}",
        "urn:uuid:" + UUID7,
        UUID7 + " ",
        " " + UUID7[:-1],
        UUID7[:-1] + "\u0665",
        UUID7[:-2] + "  ",
        UUID7[:-1] + "g",
        UUID7[:-2] + "-e",
        UUID7 + "e",
        UUID7[:-1],
        UUID7.replace("-", "_"),
        UUID7[:14] + "4" + UUID7[15:],
        UUID7[:19] + "c" + UUID7[20:],
    ],
)
def test_what_is_spelt_otherwise_is_another_id(other: str) -> None:
    assert key_of(other) != key_of(UUID7)
    assert len(key_of(other)) == 16


def test_no_id_can_be_made_to_share_the_key_of_another() -> None:
    """Whoever knows the digest of an id cannot send a UUID that stands for it."""
    for victim in _digests_that_look_like_uuids(50):
        digest = blake2b(victim.encode(), digest_size=16).digest()
        assert key_of(str(UUID(bytes=digest))) == digest
        assert key_of(victim) != digest


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_every_other_key_is_no_version_7(event_id: str) -> None:
    key = key_of(event_id)
    assert (key[6] >> 4, key[8] >> 6) != (7, 2)


def _digests_that_look_like_uuids(wanted: int) -> Iterator[str]:
    for number in count():
        digest = blake2b(str(number).encode(), digest_size=16).digest()
        if (digest[6] >> 4, digest[8] >> 6) == (7, 2):
            yield str(number)
            wanted -= 1
            if not wanted:
                return
