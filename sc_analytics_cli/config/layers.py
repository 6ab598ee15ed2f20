"""One configuration out of all the places that may speak: the first that does counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from ..errors import UsageError
from ..settings import Settings
from ..settings.declaration import Setting, built, declared, read_as
from .toml_file import find_file, read_file
from .written import Written

DEFAULT: Final = "default"

Layer = Mapping[str, Written]
"""Setting → what one place says of it."""


@dataclass(frozen=True)
class Configuration:
    """The settings, and for each by name where it came from.

    `secret_files` are the names of the files that secrets were read from, by setting.
    """

    settings: Settings
    origins: Mapping[str, str]
    file: Path | None
    profile: str | None
    secret_files: Mapping[str, Written]


@cache
def all_settings() -> tuple[Setting, ...]:
    """Every setting that there is, in the order of their declaration."""
    return tuple(declared(Settings))


def configuration(
    flags: Layer,
    environment: Mapping[str, str],
    dotenv: Mapping[str, Written],
    *,
    file: str | None = None,
    profile: str | None = None,
) -> Configuration:
    """What flags, variables, `.env` and the file come to.

    A variable that is empty says nothing. Raises UsageError for what cannot be
    understood, naming flag, variable, or file and line.
    """
    path = find_file(file, environment)
    if profile and path is None:
        raise UsageError(
            f"there is no configuration file to find profile {profile!r} in",
            advice="--config FILE, or sc-analytics config init",
        )
    variables = {
        each.name: Written(environment[each.variable], each.variable)
        for each in all_settings()
        if environment.get(each.variable)
    }
    lines = {
        each.name: dotenv[each.variable]
        for each in all_settings()
        if each.variable in dotenv and dotenv[each.variable].text
    }
    from_file = read_file(path, profile or None, all_settings()) if path else []
    _refuse_typed_secret(flags)
    values, origins, files = _settled([flags, variables, lines, *from_file])
    return Configuration(built(Settings, values), origins, path, profile or None, files)


def _settled(
    layers: Sequence[Layer],
) -> tuple[dict[str, Any], dict[str, str], dict[str, Written]]:
    """Setting → value, → origin, and → the file that it was read from."""
    values, origins = {}, {}
    files: dict[str, Written] = {}
    for field, settings in _by_field().items():
        origins[field] = DEFAULT
        for layer in layers:
            said = [each for each in settings if each.name in layer]
            if len(said) > 1:
                places = " and ".join(layer[each.name].origin for each in said)
                raise UsageError(f"{places}: one of them is too many", advice="remove one")
            if said:
                text, origin = layer[said[0].name]
                origins[field] = origin
                values[field] = _value(said[0], text, origin)
                if said[0].named_file:
                    files[said[0].name] = layer[said[0].name]
                break
    return values, origins, files


def _by_field() -> dict[str, list[Setting]]:
    """Field → the settings that fill it: one, or a secret and the file that holds it."""
    found: dict[str, list[Setting]] = {}
    for each in all_settings():
        found.setdefault(each.holds, []).append(each)
    return found


def _value(setting: Setting, text: str, origin: str) -> Any:
    if not setting.named_file:
        return read_as(setting.kind, text, origin)
    try:
        secret = Path(text).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"{origin}: {text} cannot be read: {reason}") from None
    if not secret:
        raise UsageError(f"{origin}: {text} is empty")
    return secret


def _refuse_typed_secret(flags: Layer) -> None:
    """Raise UsageError where a flag's address has a password in it."""
    from .secrets import has_secret

    for name, (text, origin) in flags.items():
        if has_secret(text):
            raise UsageError(
                f"{origin}: every user of the machine can read a password on the command line",
                advice=f"set {_variable(name)}, or leave the password out of the address and set "
                "SC_ANALYTICS_STORE_PASSWORD or --store-password-file FILE",
            )


def _variable(name: str) -> str:
    return next(each.variable for each in all_settings() if each.name == name)


def described(configuration: Configuration) -> Iterator[tuple[Setting, str | None, str]]:
    """Each setting, its value as text without any secret, and where it came from.

    None where it is unset.
    """
    from .secrets import masked

    values = dict(_flat(configuration.settings))
    for each in all_settings():
        if each.named_file:
            name, origin = configuration.secret_files.get(each.name, (None, DEFAULT))
            yield each, name, origin
            continue
        value = values[each.name]
        text = None if value is None else masked(each, each.written(value))
        yield each, text, configuration.origins[each.name]


def _flat(group: Any) -> Iterator[tuple[str, Any]]:
    from dataclasses import fields, is_dataclass

    for each in fields(group):
        value = getattr(group, each.name)
        if is_dataclass(value):
            yield from _flat(value)
        else:
            yield each.name, value
