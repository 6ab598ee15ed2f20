"""`sc-analytics demo`: two weeks of made-up events into a file of its own, and the reports."""

from __future__ import annotations

import tempfile
from functools import partial
from importlib.resources import files
from pathlib import Path

from ..projections.catalog import named
from ..settings import Settings
from .failures import say
from .options import command
from .processes import Job, run_jobs
from .progress import watcher
from .replay import RangeOptions, reread
from .report import Asked, write_report
from .report_question import Question

DATES = "2026-11-09..2026-11-22"


@command
def demo(settings: Settings) -> None:
    """Replay two weeks of made-up events into an embedded store and print the three reports.

    The store is a new file in the folder for temporary files; nothing else is touched.
    """
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
