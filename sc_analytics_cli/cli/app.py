"""The command line: every command, one file each."""

from __future__ import annotations

import typer

from . import (
    backfill,
    config,
    consume,
    dead_letters,
    demo,
    doctor,
    explain,
    replay,
    report,
    runs,
    status,
)
from .environment import add_dotenv

app = typer.Typer(
    name="sc-analytics",
    help="Exact daily analytics documents out of Kafka domain events.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("consume")(consume.consume)
app.command("replay")(replay.replay)
app.command("backfill")(backfill.backfill)
app.command("verify")(backfill.verify)
app.command("report")(report.report)
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(runs.app, name="runs")
app.command("explain")(explain.explain)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.add_typer(config.app, name="config")
app.command("demo")(demo.demo)


def run() -> None:
    """Run the command that was typed."""
    app(obj=add_dotenv())
