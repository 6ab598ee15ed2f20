"""The command line: every command, one file each, loaded when it is typed."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .. import __version__
from .completion import answering_a_shell, completes
from .environment import add_dotenv
from .lazy import Entry, LazyGroup
from .shell_scripts import hand_out_ours

_TYPED = f"{__name__}.typed"
"""Where a context keeps the words behind the name of the program."""


class Commands(LazyGroup):
    """All of them, each with the first sentence of its help."""

    entries = {  # noqa: RUF012
        "consume": Entry(
            "consume:consume",
            "Follow the topics and keep the daily documents up to date.",
        ),
        "replay": Entry(
            "replay:replay",
            "Read a range again: fills what is missing, doubles nothing.",
        ),
        "backfill": Entry(
            "backfill:backfill",
            "Make dates exactly what the log says, while live runs go on.",
        ),
        "verify": Entry("verify:verify", "Compare documents with the log; writes nothing."),
        "report": Entry("report:report", "Show the daily documents; without --date, today's."),
        "status": Entry("status:status", "Show how far each projection is, and what is wrong."),
        "doctor": Entry("doctor:doctor", "Check settings, Kafka, the store and how they fit."),
        "dead-letters": Entry("dead_letters:app", "Records that a projection could not read."),
        "explain": Entry("explain:explain", "Say what an event is, and whether it was counted."),
        "runs": Entry("runs:app", "Records of backfills: who, when, what, before and after."),
        "config": Entry("config:app", "The settings: show them, write a file of them."),
        "demo": Entry("demo:demo", "Two weeks of made-up events and their reports; live traffic."),
    }

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Settings may stand before the command too; other options may not, and are told so."""
        ctx.meta[_TYPED] = tuple(args)
        if args and args[0].startswith("-"):
            from .leading import behind_the_command

            args = behind_the_command(args, self.commands.get)
            flag = args[0].partition("=")[0] if args else ""
            own = {each for param in self.get_params(ctx) for each in param.opts}
            if flag.startswith("-") and flag not in own and not ctx.resilient_parsing:
                ctx.fail(f"No such option: {flag}; those of a command are written behind it")
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Settings too, as they may stand before the command; no command as a setting's value."""
        from .leading import awaits_value, settings_flags

        if awaits_value(ctx.meta[_TYPED]):
            return []
        offered = super().shell_complete(ctx, incomplete)
        if not incomplete.startswith("-"):
            return offered
        of_any_command = self.commands["status"].shell_complete(ctx, incomplete)
        flags = settings_flags()
        return [*offered, *(each for each in of_any_command if each.value in flags)]


app = typer.Typer(
    cls=Commands,
    name="sc-analytics",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"sc-analytics {__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def sc_analytics(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    """Exact daily analytics documents out of Kafka domain events."""


def run() -> None:
    """Run the command that was typed, or answer the shell that asks how its line could go on."""
    dotenv = add_dotenv()
    if completes():
        with answering_a_shell():
            app(obj=dotenv)
    hand_out_ours()
    app(obj=dotenv)
