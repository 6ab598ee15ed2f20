"""The settings that every command takes, as flags made from their declaration."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from ..config.layers import Configuration, all_settings, configuration
from ..config.written import Written
from ..settings.declaration import PREFIX, Setting
from ..settings.kinds import SWITCH
from .environment import NOTHING, FromDotenv, warn_of_unknown
from .failures import reporting
from .signals import raise_on_sigterm
from .voice import speak

_PANEL = "Settings"
_CONFIG, _PROFILE = "config", "profile"
FILE_AND_PROFILE = (_CONFIG, _PROFILE)
"""Options of every command that are no settings themselves."""


def option(flag: str, help: str, *more: str, panel: str | None = None, **rest: Any) -> Any:  # noqa: A002
    """An option whose variable is SC_ANALYTICS_ and its name in capitals."""
    variable = PREFIX + flag.removeprefix("--").split("/")[0].replace("-", "_").upper()
    return typer.Option(
        flag,
        *more,
        help=help,
        envvar=variable,
        show_envvar=False,
        rich_help_panel=panel,
        **rest,
    )


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the settings' options, and report its errors.

    It is handed what it has a parameter for: `settings`, or the whole
    `configuration` with the places that they came from.
    """
    signature = inspect.signature(function, eval_str=True)
    handed = {"settings", "configuration"} & set(signature.parameters)
    own = [each for name, each in signature.parameters.items() if name not in handed]
    parameters = [*own, *_OPTIONS, _parameter("context", typer.Context, inspect.Parameter.empty)]

    def wrapped(context: typer.Context, **given: Any) -> None:
        raise_on_sigterm()
        typed = {each.name: given.pop(each.name) for each in _OPTIONS}
        with reporting(debug=bool(typed["debug"])):
            found = configured(context, typed)
        speak(found.settings.log_format)
        with reporting(debug=found.settings.debug):
            whole = {"settings": found.settings, "configuration": found}
            function(**given, **{name: whole[name] for name in handed})

    wrapped.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {each.name: each.annotation for each in parameters}
    wrapped.__name__, wrapped.__doc__ = function.__name__, function.__doc__
    return wrapped


def configured(context: typer.Context, typed: Mapping[str, Any]) -> Configuration:
    """The settings of what was typed and of every other place that may speak."""
    dotenv = context.obj if isinstance(context.obj, FromDotenv) else NOTHING
    warn_of_unknown(context, dotenv)
    flags = {
        each.name: Written(_text(typed[each.name]), each.flag)
        for each in all_settings()
        if each.name in typed and _on_command_line(context, each.name)
    }
    return configuration(
        flags,
        {name: value for name, value in os.environ.items() if name not in dotenv.lines},
        dotenv.lines,
        file=typed[_CONFIG],
        profile=typed[_PROFILE],
    )


def _on_command_line(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _text(value: Any) -> str:
    return SWITCH.write(value) if isinstance(value, bool) else str(value)


def _parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, keyword, default=default, annotation=annotation)


def _flag_of(setting: Setting) -> inspect.Parameter:
    """The option of one setting; its text is read later, like that of the other places."""
    if setting.kind is SWITCH:
        flag = f"{setting.flag}/--no-{setting.key}" if setting.default else setting.flag
        made = option(flag, setting.help, panel=_PANEL, show_default=False)
        return _parameter(setting.name, Annotated[bool | None, made])
    default = setting.written(setting.default)
    words = f"{setting.help}  [default: {default}]" if default else setting.help
    made = option(setting.flag, words, panel=_PANEL, metavar=setting.kind.metavar)
    return _parameter(setting.name, Annotated[str | None, made])


_OPTIONS = [
    *(_flag_of(each) for each in all_settings() if not each.secret),
    *(
        _parameter(name, Annotated[str | None, option(f"--{name}", words, panel=_PANEL, metavar=m)])
        for name, m, words in (
            (_CONFIG, "FILE", "Configuration file; else ./sc-analytics.toml, or the user's own."),
            (_PROFILE, "NAME", "Which profile of the configuration file."),
        )
    ),
]
