"""The configuration file: keys at its top, and profiles that override them.

timezone = "Europe/Berlin"
[profile.prod]
bootstrap-servers = "kafka-1:9093,kafka-2:9093"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from ..errors import UsageError, perhaps
from ..settings.declaration import Setting
from .written import Written

HERE: Final = Path("sc-analytics.toml")
OF_THE_USER: Final = Path("sc-analytics", "config.toml")
_PROFILES: Final = "profile"


def find_file(named: str | None, environment: Mapping[str, str]) -> Path | None:
    """The file that counts: the one named, ./sc-analytics.toml, or the user's own; or none.

    Raises UsageError where the one that is named is not there.
    """
    if named:
        if not Path(named).is_file():
            raise UsageError(
                f"there is no configuration file {named}",
                cause="--config or SC_ANALYTICS_CONFIG names it",
                advice=f"sc-analytics config init {named}",
            )
        return Path(named)
    # A relative XDG path is to be ignored, says its specification.
    folder = environment.get("XDG_CONFIG_HOME", "")
    home = environment.get("HOME", "")
    folder = folder if Path(folder).is_absolute() else f"{home}/.config" if home else ""
    places = [HERE, *([Path(folder) / OF_THE_USER] if folder else [])]
    return next((each for each in places if each.is_file()), None)


def read_file(
    path: Path, profile: str | None, settings: Iterable[Setting]
) -> list[dict[str, Written]]:
    """What the profile says, then what the top of the file says: setting → its text.

    Raises UsageError for what is no TOML, an unknown key in any profile, a value
    of another type, and a profile that the file does not have.
    """
    content, text = _parsed(path)
    known = {each.key: each for each in settings}
    profiles = content.pop(_PROFILES, {})
    if not isinstance(profiles, dict) or not all(isinstance(v, dict) for v in profiles.values()):
        raise UsageError(
            f"{path}: {_PROFILES!r} must be tables", advice=f"write [{_PROFILES}.prod]"
        )
    table = _Table(path, text, known)
    top = table.read(content, "")
    chosen = {name: table.read(each, name) for name, each in profiles.items()}
    if profile is None:
        return [top]
    if profile not in chosen:
        raise UsageError(
            f"{path} has no profile {profile!r}",
            cause=perhaps(profile, chosen),
            advice="choose from: " + ", ".join(sorted(chosen))
            if chosen
            else f"write [{_PROFILES}.{profile}] into it",
        )
    return [chosen[profile], top]


def _parsed(path: Path) -> tuple[dict[str, Any], str]:
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text), text
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise UsageError(f"{path} is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{path} is not TOML: {error}", advice="sc-analytics config init"
        ) from None


class _Table:
    """Reads tables of one file."""

    def __init__(self, path: Path, text: str, known: Mapping[str, Setting]) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._known = known

    def read(self, table: Mapping[str, Any], profile: str) -> dict[str, Written]:
        """Setting → its text, of the top ("") or of a profile."""
        found = {}
        for key, value in table.items():
            origin = self._place(key, profile)
            if key not in self._known:
                raise self._unknown(key, origin)
            setting = self._known[key]
            found[setting.name] = Written(_as_text(setting, value, origin), origin)
        return found

    def _unknown(self, key: str, origin: str) -> UsageError:
        return UsageError(
            f"{origin}: there is no such setting",
            cause=perhaps(key.replace("_", "-"), self._known),
            advice="sc-analytics config show lists them all",
        )

    def _place(self, key: str, profile: str) -> str:
        """File, line where it can be told, profile and key."""
        wanted, inside = (f"[{_PROFILES}.{profile}]" if profile else ""), ""
        of_profile = f" [{_PROFILES}.{profile}]" if profile else ""
        for number, line in enumerate(self._lines, 1):
            if line.lstrip().startswith("["):
                inside = re.sub(r"[\s\"']|#.*", "", line)
            elif inside == wanted and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
                return f"{self._path}, line {number}{of_profile}: {key}"
        return f"{self._path}{of_profile}: {key}"


def _as_text(setting: Setting, value: Any, origin: str) -> str:
    """The text form of a TOML value; its type must be one that the setting is given in."""
    native = setting.kind.native
    if type(value) not in native:
        raise UsageError(
            f"{origin}: {setting.kind.words} is needed, not {_called(value)}",
            advice="sc-analytics config init writes a file with every setting in its form",
        )
    if isinstance(value, list):
        if not all(isinstance(each, str) and "," not in each for each in value):
            raise UsageError(f"{origin}: {setting.kind.words} are needed, as texts")
        return ",".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _called(value: Any) -> str:
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "a table" if isinstance(value, dict) else "a list or a date")
