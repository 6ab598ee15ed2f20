"""Working ahead: a batch is being written while the next one is polled and waits.

The driver and the store spend most of a flush waiting for a socket; meanwhile the
interpreter is free. Only one batch is ever being written, and what it came to is
asked for before the next one begins: a flush never meets another of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Start(Protocol):
    """Starts an action; its future gives the result, or raises what the action has raised."""

    def __call__(self, action: Callable[[], Result], /) -> Future[Result]:
        """See the class."""
        ...


def at_once(action: Callable[[], Result]) -> Future[Result]:
    """A `Start` that is done before it returns: what happens when is decided by the caller."""
    future: Future[Result] = Future()
    _carry_out(action, future)
    return future


def in_background(action: Callable[[], Result]) -> Future[Result]:
    """A `Start` in a thread of its own.

    The thread does not keep the process alive: whoever interrupts does not wait,
    and a flush may be cut off anywhere.
    """
    future: Future[Result] = Future()
    threading.Thread(target=_carry_out, args=(action, future), name="flush", daemon=True).start()
    return future


def _carry_out(action: Callable[[], Result], future: Future[Result]) -> None:
    try:
        result = action()
    except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
        future.set_exception(error)
    else:
        future.set_result(result)
