"""The same behaviours with ids of another kind: a store that is spoken to in plain words."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.port import Store
from tests.contract.stores.places import Place
from tests.event_ids import made_at

Naming = Callable[[str], str]
"""The event id that a test means by a word."""

_BORN = 1_790_000_000_000
_YEAR = 366 * 86_400_000


def as_it_is(word: str) -> str:
    """An id that tells no time."""
    return word


def timed(word: str) -> str:
    """A UUID of version 7; of words that end in numbers, one made after the other."""
    digits = word[len(word.rstrip("0123456789")) :][-9:]
    return made_at(_BORN + int(digits or "0") * 7, _noise(word))


def scattered(word: str) -> str:
    """A UUID of version 7, of any time in a year: no order in the log."""
    return made_at(_BORN + int.from_bytes(_noise(word)[:8]) % _YEAR, _noise(word))


def mixed(word: str) -> str:
    """Any of these."""
    return (as_it_is, timed, scattered)[_noise(word)[15] % 3](word)


EVERY_NAMING = [as_it_is, timed, scattered, mixed]


@dataclass(frozen=True)
class NamedPlace:
    """A place whose stores are spoken to in words."""

    place: Any
    naming: Naming

    @property
    def uri(self) -> str:
        return str(self.place.uri)

    def open(self, timeout: float = 10.0) -> Store:
        place: Place = self.place
        return Named(place.open(timeout), self.naming)  # type: ignore[return-value]


class Named:
    """A store that is told ids, and spoken to in words; whatever else it is, it stays."""

    def __init__(self, store: Store, naming: Naming) -> None:
        self._store = store
        self._naming = naming
        self._words: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def prepared(self, ledger: str, claims: Mapping[str, Coordinate]) -> Mapping[str, Coordinate]:
        return Prepared(claims, self._store.prepared(ledger, self._ids(claims)))

    def claim(self, ledger: str, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        told = claims.told if isinstance(claims, Prepared) else self._ids(claims)
        return self._in_words(self._store.claim(ledger, told))

    def owners(self, ledger: str, event_ids: Collection[str]) -> dict[str, str]:
        wanted = self._ids(dict.fromkeys(event_ids))
        return self._in_words(self._store.owners(ledger, wanted))

    def _ids(self, words: Mapping[str, Any]) -> dict[str, Any]:
        named = {self._naming(word): content for word, content in words.items()}
        self._words |= {self._naming(word): word for word in words}
        return named

    def _in_words(self, owners: Mapping[str, str]) -> dict[str, str]:
        return {self._words[event_id]: owner for event_id, owner in owners.items()}


class Prepared(dict[str, Coordinate]):
    """Claims in words, and what the store has made of them."""

    def __init__(self, claims: Mapping[str, Coordinate], told: Mapping[str, Coordinate]) -> None:
        super().__init__(claims)
        self.told = told


def _noise(word: str) -> bytes:
    return blake2b(word.encode("utf-8", "surrogatepass"), digest_size=16).digest()
