"""Who brought the money: the largest entries of a map of cents, and their shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..errors import UsageError
from ..fold.field import Cents, CentsBy
from ..projections.declaration import Projection
from .figures import UNDEFINED, heading, money, percent
from .safe import harmless

TOP: Final = 5


class Choice(NamedTuple):
    """How many entries of a ranking are named, and by what it ranks; None: by everything."""

    top: int = TOP
    by: str | None = None


USUAL: Final = Choice()
"""Every ranking, with its TOP entries."""


class Ranking(NamedTuple):
    """Entries as (id, amount, share) in words; `whole` names what the shares are of."""

    heading: str
    whole: str
    entries: Sequence[tuple[str, str, str]]


def check_choice(projections: Sequence[Projection], choice: Choice) -> None:
    """Raise UsageError where none of the projections knows what is ranked by."""
    known = [
        field.what
        for projection in projections
        for field in projection.shape.fields.values()
        if isinstance(field, CentsBy)
    ]
    if choice.by is not None and choice.by not in known:
        raise UsageError(
            f"these reports rank nothing by {choice.by!r}",
            cause="they rank by: " + (", ".join(known) or "nothing"),
            advice="sc-analytics report revenue --by community",
        )


def rankings(
    projection: Projection, figures: Mapping[str, Any], choice: Choice
) -> Iterator[Ranking]:
    """For each map its largest entries, with their share of the first money field declared.

    What is not named is summed up in one line, so that nothing goes unmentioned.
    """
    fields = projection.shape.fields
    whole = next((name for name, field in fields.items() if isinstance(field, Cents)), None)
    for name, field in fields.items():
        if whole is None or not isinstance(field, CentsBy) or not figures.get(name):
            continue
        if choice.by in (None, field.what):
            entries = _entries(figures[name], figures.get(whole, 0), choice.top)
            yield Ranking(heading(name), f"of {heading(whole).lower()}", entries)


def _entries(by_id: Mapping[str, int], whole: int, top: int) -> list[tuple[str, str, str]]:
    ranked = sorted(by_id.items(), key=lambda entry: (-entry[1], entry[0]))
    shown = [(harmless(key), cents) for key, cents in ranked[:top]]
    if rest := ranked[top:]:
        shown.append((f"and {len(rest):,} more", sum(cents for _, cents in rest)))
    return [
        (label, money(cents), percent(cents / whole) if whole else UNDEFINED)
        for label, cents in shown
    ]
