"""Checks of `doctor`: each one question, answered in words or by the error that it would cause."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from .errors import AnalyticsError, UnreachableError

Address = tuple[str, int]
"""Host and port."""


class Check(NamedTuple):
    """A question by `name`; `ask` says what it found, or raises what is wrong and how to mend it.

    It is not asked where one of those that it `needs` was not answered well. It
    changes nothing that it does not clean up.
    """

    name: str
    ask: Callable[[], str]
    needs: Sequence[str] = ()


@dataclass(frozen=True)
class Finding:
    """How a check ended; `error` is set where `outcome` is `bad`."""

    name: str
    outcome: Literal["good", "bad", "not asked"]
    words: str
    error: AnalyticsError | None = None


def examine(checks: Iterable[Check]) -> Iterator[Finding]:
    """Ask one after the other."""
    good: set[str] = set()
    for check in checks:
        missing = [each for each in check.needs if each not in good]
        if missing:
            yield Finding(check.name, "not asked", f"needs {missing[0]}")
            continue
        try:
            words = check.ask()
        except AnalyticsError as error:
            yield Finding(check.name, "bad", error.what, error)
        else:
            good.add(check.name)
            yield Finding(check.name, "good", words)


def names_resolve(addresses: Sequence[Address], advice: str) -> str:
    """Look up every host; raises UnreachableError for the first that has no address."""
    found = []
    for host in dict.fromkeys(host for host, _ in addresses):
        try:
            answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise UnreachableError(
                f"the name {host} has no address ({error})",
                cause="a misspelt host, or no name server answers",
                advice=advice,
            ) from error
        found.append(f"{host} is {', '.join(dict.fromkeys(str(each[4][0]) for each in answers))}")
    return "; ".join(found)


def ports_answer(addresses: Sequence[Address], timeout: float, advice: str) -> str:
    """Open a connection to each; raises UnreachableError where none takes it."""
    taken, refused = [], []
    for host, port in addresses:
        try:
            socket.create_connection((host, port), timeout).close()
        except OSError as error:
            refused.append(f"{host}:{port} does not ({error})")
        else:
            taken.append(f"{host}:{port} answers")
    if not taken:
        raise UnreachableError(
            "; ".join(refused),
            cause="nothing runs there, or a firewall lets nobody through",
            advice=advice,
        )
    return "; ".join(taken + refused)
