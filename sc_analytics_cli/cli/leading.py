"""Settings that were typed before the command: they count as if they stood behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..config.layers import all_settings
from ..settings.kinds import SWITCH
from .options import FILE_AND_PROFILE


def behind_the_command(typed: Sequence[str], load: Callable[[str], Any]) -> list[str]:
    """The words with leading settings moved behind the command.

    Where no command follows them, what is left: nothing, or options that are no settings.
    """
    leading, rest = _apart(typed)
    if not rest or rest[0].startswith("-"):
        return rest
    words = 2 if len(rest) > 1 and rest[1] in getattr(load(rest[0]), "commands", ()) else 1
    return rest[:words] + leading + rest[words:]


def awaits_value(typed: Sequence[str]) -> bool:
    """Whether the words end in a leading flag whose value is still to be typed."""
    leading, rest = _apart(typed)
    return bool(leading and not rest and settings_flags().get(leading[-1]))


def _apart(typed: Sequence[str]) -> tuple[list[str], list[str]]:
    """The leading settings with their values, and the words behind them."""
    valued = settings_flags()
    leading: list[str] = []
    rest = list(typed)
    while rest and rest[0].partition("=")[0] in valued:
        flag, equals, _ = rest[0].partition("=")
        count = 2 if valued[flag] and not equals else 1
        leading, rest = leading + rest[:count], rest[count:]
    return leading, rest


def settings_flags() -> dict[str, bool]:
    """The flags that may stand before the command → whether a value follows."""
    found = dict.fromkeys((f"--{name}" for name in FILE_AND_PROFILE), True)
    for each in all_settings():
        if not each.secret:
            found[each.flag] = each.kind is not SWITCH
            if each.kind is SWITCH:
                found[f"--no-{each.key}"] = False
    return found
