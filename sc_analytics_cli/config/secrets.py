"""Finding the secret in an address, and hiding it."""

from __future__ import annotations

import re
from typing import Final

from ..settings.declaration import Setting

HIDDEN: Final = "********"
_LOGIN: Final = re.compile(r"(?P<before>://[^:/]*:)(?P<secret>.*)(?P<after>@)", re.DOTALL)
"""Greedy up to the last @: a password that was not %-encoded may hold one."""

_OPTION: Final = re.compile(
    r"(?P<before>[?&;](?:tlsCertificateKeyFilePassword|authMechanismProperties|proxyPassword)=)"
    r"(?P<secret>[^&;]+)(?P<after>)",
    re.IGNORECASE,
)


def has_secret(address: str) -> bool:
    """Whether an address names a password, or an option that holds one."""
    return any(each.search(address) for each in (_LOGIN, _OPTION))


def masked(setting: Setting, text: str) -> str:
    """The value of a setting as it may be shown."""
    if setting.secret:
        return HIDDEN
    for each in (_LOGIN, _OPTION):
        text = each.sub(rf"\g<before>{HIDDEN}\g<after>", text)
    return text
