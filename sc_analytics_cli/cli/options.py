"""The settings that every command takes: declared once, as flags and as variables."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from ..settings import LogFormat, Rules, Settings
from .failures import reporting
from .signals import raise_on_sigterm
from .voice import speak

PREFIX = "SC_ANALYTICS_"
_PANEL = "Settings"
_DEFAULTS = Settings()


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


def _setting(flag: str, help: str, **rest: Any) -> Any:  # noqa: A002
    return option(flag, help, panel=_PANEL, **rest)


_SETTINGS: dict[str, tuple[Any, Any]] = {
    "store": (
        Annotated[str, _setting("--store", "mongodb://… or sqlite:///FILE.")],
        _DEFAULTS.store,
    ),
    "bootstrap_servers": (
        Annotated[str, _setting("--bootstrap-servers", "Kafka brokers, HOST:PORT[,…].")],
        _DEFAULTS.bootstrap_servers,
    ),
    "user_topic": (
        Annotated[str, _setting("--user-topic", "Topic of user events.")],
        _DEFAULTS.user_topic,
    ),
    "order_topic": (
        Annotated[str, _setting("--order-topic", "Topic of order events.")],
        _DEFAULTS.order_topic,
    ),
    "timezone": (
        Annotated[str, _setting("--timezone", "Reporting time zone (IANA name).")],
        _DEFAULTS.rules.timezone,
    ),
    "leader_roles": (
        Annotated[str, _setting("--leader-roles", "Roles that lead, separated by commas.")],
        ",".join(sorted(_DEFAULTS.rules.leader_roles)),
    ),
    "currency": (
        Annotated[str | None, _setting("--currency", "Reporting currency; unset: any.")],
        _DEFAULTS.rules.currency,
    ),
    "timeout": (
        Annotated[float, _setting("--timeout", "Seconds to wait for a server.", min=0.1, max=3600)],
        _DEFAULTS.timeout,
    ),
    "flush_records": (
        Annotated[
            int, _setting("--flush-records", "Flush after so many records.", min=1, max=100_000)
        ],
        _DEFAULTS.flush_records,
    ),
    "flush_interval": (
        Annotated[str, _setting("--flush-interval", "… or after so long: 1s, 100ms.")],
        "1s",
    ),
    "session_timeout": (
        Annotated[
            str,
            _setting("--session-timeout", "When the group gives a silent member's work away."),
        ],
        "15s",
    ),
    "ledger_days": (
        Annotated[
            int,
            _setting("--ledger-days", "How long MongoDB remembers event ids.", min=1, max=20_000),
        ],
        _DEFAULTS.ledger_days,
    ),
    "log_format": (
        Annotated[LogFormat, _setting("--log-format", "Messages on stderr: text or JSON lines.")],
        _DEFAULTS.log_format,
    ),
    "debug": (
        Annotated[bool, _setting("--debug", "Show tracebacks.")],
        _DEFAULTS.debug,
    ),
}


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the settings' options, hand it `settings`, and report its errors."""
    signature = inspect.signature(function, eval_str=True)
    own = [each for name, each in signature.parameters.items() if name != "settings"]
    added = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
        )
        for name, (annotation, default) in _SETTINGS.items()
    ]

    def wrapped(**given: Any) -> None:
        raise_on_sigterm()
        chosen = {name: given.pop(name) for name in _SETTINGS}
        speak(chosen["log_format"])
        with reporting(debug=chosen["debug"]):
            function(**given, settings=_settings(chosen))

    parameters = [*own, *added]
    wrapped.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {each.name: each.annotation for each in parameters}
    wrapped.__name__, wrapped.__doc__ = function.__name__, function.__doc__
    return wrapped


def _settings(chosen: dict[str, Any]) -> Settings:
    from .durations import seconds

    rules = Rules.of(chosen.pop("timezone"), chosen.pop("leader_roles"), chosen.pop("currency"))
    for name in ("flush_interval", "session_timeout"):
        chosen[name] = seconds(chosen[name], "--" + name.replace("_", "-"))
    return Settings(rules=rules, **chosen)
