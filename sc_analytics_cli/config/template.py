"""A configuration file to begin with."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import UsageError
from ..settings.declaration import Setting
from .layers import all_settings

_HEAD = """\
# Settings of sc-analytics. A flag beats a variable (SC_ANALYTICS_…), a variable ./.env,
# and ./.env this file. `sc-analytics config show` tells what counts, and why.
"""

_TAIL = """
# --profile prod takes what stands here before what stands above.
# [profile.prod]
# bootstrap-servers = "kafka-1:9093,kafka-2:9093"
# security-protocol = "SASL_SSL"
"""


def create(path: Path) -> None:
    """Write the file, readable by its owner only, as it may come to hold a password.

    Raises UsageError where there is one already, or it cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            f"{path} exists and is left as it is", advice="sc-analytics config init OTHER.toml"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(template())


def template() -> str:
    """Every setting with its default, commented out."""
    return _HEAD + "".join(_entry(each) for each in all_settings()) + _TAIL


def _entry(setting: Setting) -> str:
    return f"\n# {setting.help}\n# {setting.key} = {_toml(setting)}\n"


def _toml(setting: Setting) -> str:
    value = setting.default
    if isinstance(value, bool | int) and value is not None:
        return setting.written(value)
    if isinstance(value, frozenset):
        return "[" + ", ".join(f'"{each}"' for each in sorted(value)) + "]"
    return f'"{setting.written(value)}"'
