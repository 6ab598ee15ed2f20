"""Finds the projections: every DailyProjection declared in this folder."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ..errors import DeclarationError, UsageError, perhaps
from .declaration import DailyProjection, Projection


@cache
def all_projections() -> tuple[Projection, ...]:
    """Every projection, by name; raises DeclarationError where one is declared wrongly."""
    package = __package__ or ""
    for module in iter_modules(import_module(package).__path__):
        try:
            import_module(f"{package}.{module.name}")
        except TypeError as error:
            raise DeclarationError(
                str(error),
                cause="this projection is not declared as it should be",
                advice=f"mend projections/{module.name}.py; docs/projection.md shows how",
            ) from error
    declared = [
        each for each in DailyProjection.__subclasses__() if each.__module__.startswith(package)
    ]
    return tuple(sorted(declared, key=lambda each: each.name))


def named(names: Iterable[str]) -> tuple[Projection, ...]:
    """The projections of these names, each once, in the catalogue's order; `all` means all.

    Raises UsageError for a name that there is not.
    """
    wanted = set(names)
    known = {projection.name for projection in all_projections()}
    unknown = sorted(wanted - known - {"all"})
    if unknown:
        raise UsageError(
            f"no projection is called {unknown[0]!r}",
            cause=_of_report(unknown[0]) or perhaps(unknown[0], {*known, "all"}),
            advice="choose from: " + ", ".join(sorted(known)) + ", all",
        )
    return tuple(p for p in all_projections() if "all" in wanted or p.name in wanted)


def _of_report(name: str) -> str | None:
    """What to say to somebody who named a report instead of its projection."""
    found = [each.name for each in all_projections() if each.report == name]
    return f"that report is of the projection {found[0]}" if found else None
