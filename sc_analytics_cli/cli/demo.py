"""`sc-analytics demo`: two weeks of made-up events into a file of its own, and the reports."""

from __future__ import annotations

import tempfile
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from ..errors import UsageError
from ..projections.catalog import named
from ..settings import Settings
from .durations import seconds
from .options import command, option
from .processes import Job, run_jobs
from .progress import watcher
from .replay import RangeOptions, reread
from .report import Asked, write_report
from .report_question import Question
from .voice import say

DATES = "2026-11-09..2026-11-22"


@command
def demo(
    settings: Settings,
    live: Annotated[
        bool, option("--live", "Produce made-up events to the configured brokers instead.")
    ] = False,
    rate: Annotated[
        float,
        option("--rate", "Events a second, averaged over a day: 0.1 is 8,640.", min=0.01, max=5000),
    ] = 5.0,
    seed: Annotated[int, option("--seed", "Another number, other events.", min=0)] = 1,
    broken: Annotated[
        str | None, option("--break", "`payments`: most of them fail, since the last midnight.")
    ] = None,
    duration: Annotated[
        str | None, option("--duration", "Stop after so long: 10m, 1h; else at Ctrl-C.")
    ] = None,
    count: Annotated[int | None, option("--count", "Stop after so many events.", min=1)] = None,
    history: Annotated[
        int,
        option(
            "--history",
            "First produce so many past days, at once: some 8,000 events a second.",
            min=0,
            max=60,
        ),
    ] = 0,
    partitions: Annotated[
        int, option("--partitions", "Of a topic that has to be created.", min=1, max=100)
    ] = 6,
    yes: Annotated[
        bool, option("--yes", "Also where the topics already hold records; do not ask.")
    ] = False,
) -> None:
    """Replay two weeks of made-up events into an embedded store and print the three reports.

    The store is a new file in the folder for temporary files; nothing else is touched.

    With --live: produce believable traffic to the configured brokers, so that
    consume, status and report have something to show. Missing topics are created.
    Everything below goes with --live.
    """
    if live:
        from .demo_live import LiveTraffic, produce_live

        bound = None if duration is None else seconds(duration, "--duration")
        produce_live(
            settings,
            LiveTraffic(rate, seed, broken, bound, count, history, partitions, yes),
        )
        return
    if broken or duration or count or history or yes:
        raise UsageError("this goes with --live", advice="sc-analytics demo --live")
    _replay_and_report(settings)


def _replay_and_report(settings: Settings) -> None:
    events = events_file()
    with tempfile.TemporaryDirectory(prefix="sc-analytics-demo-") as folder:
        mine = Settings(store=f"sqlite:///{folder}/demo.db", debug=settings.debug)
        say(f"$ sc-analytics replay all --source {events.name} --store sqlite:///demo.db")
        observer = watcher(bounded=True)
        try:
            work = partial(reread, mine, ["all"], RangeOptions(str(events), "earliest", None))
            run_jobs([Job("demo", work)], observer)
        finally:
            observer.close()
        say(f"$ sc-analytics report all --date {DATES} --store sqlite:///demo.db")
        write_report(mine, Question(named(["all"]), [DATES]), Asked())


def events_file() -> Path:
    """The demo's events: packaged with the product, or in the checkout's fixtures."""
    packaged = Path(str(files("sc_analytics_cli") / "demo.ndjson"))
    return packaged if packaged.exists() else packaged.parents[1] / "fixtures" / "demo.ndjson"
