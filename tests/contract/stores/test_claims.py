"""Claims: the first coordinate to claim an event id owns it."""

import pytest

from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.port import Store
from tests.contract.stores.naming import EVERY_NAMING

pytestmark = pytest.mark.parametrize("naming", EVERY_NAMING)

LEDGER = "analytics_ledger_order_funnel"
FIRST = Coordinate("sc.domain.order/0", 5)
SECOND = Coordinate("sc.domain.order/1", 5)
IN_FILE = Coordinate("file:" + "0123456789abcdef" * 4, 1)
HOSTILE = ["", " ", "a", "a ", "A", "a.b", "$x", "é", "e\u0301", "😀", "\u202e", "\x01", "k" * 512]
UUID7 = "01a0f4c2-c400-77e3-9c76-2bdd1a09aece"
HOSTILE += [UUID7, UUID7.upper(), UUID7.replace("-", ""), UUID7.replace("-7", "-4"), UUID7 + " "]


def test_the_first_claim_wins(store: Store) -> None:
    assert store.claim(LEDGER, {"e1": FIRST, "e2": SECOND, "e3": IN_FILE}) == {}
    assert store.owners(LEDGER, ["e1", "e2", "e3"]) == {
        "e1": str(FIRST),
        "e2": str(SECOND),
        "e3": str(IN_FILE),
    }


def test_claiming_again_from_the_same_coordinate_wins_again(store: Store) -> None:
    for _ in range(4):
        assert store.claim(LEDGER, {"e1": FIRST, "e2": FIRST}) == {}
    assert store.owners(LEDGER, ["e1", "e2"]) == {"e1": str(FIRST), "e2": str(FIRST)}


MANY = {f"e{number}": Coordinate("sc.domain.order/0", number) for number in range(1_200)}


def test_claims_that_were_prepared_are_the_same_claims(store: Store) -> None:
    """Also when they are claimed again, as after an answer that was lost."""
    prepared = store.prepared(LEDGER, MANY)
    assert dict(prepared) == MANY
    for _ in range(3):
        assert store.claim(LEDGER, prepared) == {}
    assert store.claim(LEDGER, MANY) == {}
    assert store.owners(LEDGER, MANY) == {each: str(at) for each, at in MANY.items()}
    assert dict(store.prepared(LEDGER, {})) == {}


def test_prepared_claims_of_which_some_are_taken(store: Store) -> None:
    taken = {f"e{number}": SECOND for number in (3, 700, 701)}
    prepared = store.prepared(LEDGER, MANY)
    store.claim(LEDGER, taken)
    store.claim(LEDGER, {"e900": MANY["e900"]})
    for _ in range(3):
        assert store.claim(LEDGER, prepared) == dict.fromkeys(taken, str(SECOND))
    assert store.owners(LEDGER, MANY) == {
        each: str(taken.get(each, at)) for each, at in MANY.items()
    }


def test_another_coordinate_loses_and_learns_the_owner(store: Store) -> None:
    store.claim(LEDGER, {"e1": FIRST})
    for other in (SECOND, FIRST._replace(offset=6), IN_FILE):
        assert store.claim(LEDGER, {"e1": other}) == {"e1": str(FIRST)}
    assert store.claim(LEDGER, {"e1": FIRST}) == {}


def test_a_mixture_of_claims_is_told_apart(store: Store) -> None:
    store.claim(LEDGER, {"mine": FIRST, "theirs": SECOND, "a file's": IN_FILE})
    claims = dict.fromkeys(["new", "mine", "theirs", "a file's", "newer"], FIRST)
    for _ in range(3):
        assert store.claim(LEDGER, claims) == {"theirs": str(SECOND), "a file's": str(IN_FILE)}
    assert store.owners(LEDGER, claims) == {
        "new": str(FIRST),
        "mine": str(FIRST),
        "theirs": str(SECOND),
        "a file's": str(IN_FILE),
        "newer": str(FIRST),
    }


def test_owners_claims_nothing(store: Store) -> None:
    assert store.owners(LEDGER, ["e1", "e2"]) == {}
    store.claim(LEDGER, {"e1": FIRST})
    assert store.owners(LEDGER, ["e1", "e2"]) == {"e1": str(FIRST)}
    assert store.claim(LEDGER, {"e2": SECOND}) == {}
    assert store.owners(LEDGER, []) == {}


def test_ledgers_do_not_see_each_other(store: Store) -> None:
    other = "analytics_ledger_user_activity"
    assert store.claim(LEDGER, {"e1": FIRST}) == {}
    assert store.owners(other, ["e1"]) == {}
    assert store.claim(other, {"e1": SECOND}) == {}
    assert store.claim(LEDGER, {"e1": SECOND}) == {"e1": str(FIRST)}
    assert store.claim(other, {"e1": FIRST}) == {"e1": str(SECOND)}


def test_any_text_can_be_an_event_id(store: Store) -> None:
    claims = {each: Coordinate("p", number) for number, each in enumerate(HOSTILE)}
    assert store.claim(LEDGER, claims) == {}
    assert store.owners(LEDGER, HOSTILE) == {each: str(at) for each, at in claims.items()}
    for each, at in claims.items():
        assert store.claim(LEDGER, {each: at}) == {}
        assert store.claim(LEDGER, {each: SECOND}) == {each: str(at)}


def test_claims_go_on_whatever_the_share_of_known_ids_is(store: Store) -> None:
    """A store may insert first or look up first, and change its mind with every claim."""
    owner: dict[str, Coordinate] = {}
    stretches = [(0, 100), (0, 100), (0, 100), (50, 150), (100, 300), (300, 400), (395, 500)]
    stretches += [(0, 500), (500, 900), (900, 1000), (0, 1), (1000, 1001), (990, 1010)]
    for turn, (start, stop) in enumerate(stretches):
        claims = {f"e{n}": Coordinate(f"topic/{turn % 3}", n) for n in range(start, stop)}
        lost = store.claim(LEDGER, claims)
        expected = {}
        for each, at in claims.items():
            if owner.setdefault(each, at) != at:
                expected[each] = str(owner[each])
        assert lost == expected
        assert store.claim(LEDGER, {}) == {}
    assert store.owners(LEDGER, owner) == {each: str(at) for each, at in owner.items()}


def test_twenty_thousand_claims_in_one_call(store: Store) -> None:
    claims = {f"event-{n}": Coordinate("topic/0", n) for n in range(20_000)}
    assert store.claim(LEDGER, claims) == {}
    assert store.claim(LEDGER, claims) == {}
    elsewhere = {each: Coordinate("topic/1", at.offset) for each, at in claims.items()}
    owners = {each: str(at) for each, at in claims.items()}
    assert store.claim(LEDGER, elsewhere) == owners
    assert store.owners(LEDGER, [*claims, "unknown"]) == owners
