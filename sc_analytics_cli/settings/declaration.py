"""How a setting is declared: once, as a field of a frozen dataclass.

From the declaration come its flag, its variable, its key in the file, its line in
every `--help` and in docs/settings.md, and how its text is read and checked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from ..errors import UsageError
from .kinds import FILE, Kind

PREFIX: Final = "SC_ANALYTICS_"
_MARK: Final = "setting"
_IN_A_FILE: Final = "_file"

Group = TypeVar("Group")


@dataclass(frozen=True)
class Setting:
    """One setting.

    `holds` is the field that it fills: a secret has a second setting that names
    the file which holds it. A secret has no flag: the words of a command can be
    read by every user of the machine. `default` is None where it may be unset.
    """

    name: str
    help: str
    kind: Kind
    default: Any
    secret: bool
    holds: str

    @property
    def key(self) -> str:
        """Its name in the configuration file."""
        return self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """Its name on the command line, where a setting that is not secret may stand."""
        return "--" + self.key

    @property
    def named_file(self) -> bool:
        """Whether it names the file that holds a secret."""
        return self.name != self.holds

    def written(self, value: Any) -> str:
        """A value as text, fit to be read again; empty where it is unset."""
        return "" if value is None else self.kind.write(value)


def setting(
    default: Any, words: str, kind: Kind, *, secret: bool = False, shown: bool = True
) -> Any:
    """A field that is a setting.

    A `secret` is kept out of `repr`; so is what is not to be `shown`, since it
    may have a secret inside.
    """
    return field(
        default=default, repr=shown and not secret, metadata={_MARK: (words, kind, secret)}
    )


def declared(group: type[Any]) -> Iterator[Setting]:
    """The settings of a dataclass and of the dataclasses inside it, in their order."""
    for each in dataclasses.fields(group):
        if _MARK not in each.metadata:
            yield from declared(type(each.default))
            continue
        words, kind, secret = each.metadata[_MARK]
        yield Setting(each.name, words, kind, each.default, secret, each.name)
        if secret:
            words = f"File that holds {words[0].lower()}{words[1:]}"
            yield Setting(each.name + _IN_A_FILE, words, FILE, None, False, each.name)


def built(group: type[Group], values: Mapping[str, Any]) -> Group:
    """The dataclass, and those inside it, with these values by name; the others are defaults."""
    chosen = {}
    for each in dataclasses.fields(group):  # type: ignore[arg-type]
        if _MARK not in each.metadata:
            chosen[each.name] = built(type(each.default), values)
        elif each.name in values:
            chosen[each.name] = values[each.name]
    return group(**chosen)


def read_as(kind: Kind, text: str, origin: str) -> Any:
    """The value of a text; raises UsageError that names where it stands."""
    try:
        return kind.read(text)
    except UsageError as error:
        raise UsageError(
            f"{origin}: {error.what}", cause=error.cause, advice=error.advice
        ) from None
