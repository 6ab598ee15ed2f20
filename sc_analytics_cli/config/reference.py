"""docs/settings.md, made from the declarations: `make docs` writes it."""

from __future__ import annotations

import sys

from ..settings.declaration import Setting
from .layers import all_settings

_HEAD = """\
# Settings

Made from the code by `make docs`; a test fails when it is stale.

Every setting can be said in five places. The first that says something counts:

1. the **flag**, on any command: `--timeout 5s`;
2. the **variable**, its name in capitals: `SC_ANALYTICS_TIMEOUT=5s`. An empty one says nothing;
3. **`./.env`** in the folder where the command is typed: lines `SC_ANALYTICS_TIMEOUT=5s`, with
   `export` or without, the value in quotes or not. Other programs' lines are passed over;
4. the **configuration file**: in the profile that `--profile` (`SC_ANALYTICS_PROFILE`) names;
5. the configuration file: above the first profile.

```toml
timezone = "Europe/Berlin"
timeout = "5s"

[profile.prod]
bootstrap-servers = "kafka-1:9093,kafka-2:9093"
security-protocol = "SASL_SSL"
```

The file is the one that `--config` (`SC_ANALYTICS_CONFIG`) names, else `./sc-analytics.toml`, else
`$XDG_CONFIG_HOME/sc-analytics/config.toml` (`~/.config/sc-analytics/config.toml`): one file, never
several. `sc-analytics config init` writes one with every setting, commented out;
`sc-analytics config show` tells what counts and where it came from.

A key that does not exist is an error (exit 2) that names file and line and the key that is nearest;
so is a variable in `./.env`. One in the environment is a warning, since container platforms put
names of their own there. The options of single commands (`--date`, `--workers`) have a flag and a
variable, but no key.

## Passwords

A password has no flag, because every user of a machine can read the words of its commands; a
`--store` address with a password in it is refused too. Say it by its variable, by its key in the
file, or keep it in a file of its own (one line) and name that. The configuration file should be
readable by you alone, as `config init` makes it. `config show` hides passwords, also those inside
an address.

## All of them

A duration is written `100ms`, `1.5s`, `2m` or `1h`; without a unit it is seconds.
"""


def reference() -> str:
    """The page as it ought to be."""
    return _HEAD + "".join(_entry(each) for each in all_settings())


def _entry(setting: Setting) -> str:
    default = setting.written(setting.default)
    flag = "no flag" if setting.secret else f"`{_flag(setting)}`"
    return (
        f"\n**`{setting.key}`**: {setting.help}\n"
        f"{setting.kind.words[0].upper()}{setting.kind.words[1:]}; "
        + (f"default `{default}`.\n" if default else "unset by default.\n")
        + f"{flag} · `{setting.variable}`\n"
    )


def _flag(setting: Setting) -> str:
    return f"--no-{setting.key}" if setting.default is True else setting.flag


if __name__ == "__main__":
    sys.stdout.write(reference())
