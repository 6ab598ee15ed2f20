"""The pages of a report, read from a store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ..report.dates import parse_dates
from ..report.page import Known, Page, with_history
from ..report.rows import Row
from ..run import dead_letters
from ..run.checkpoints import flushed_at
from ..run.store_rules import stored_rules
from ..settings import Settings, zone
from ..store.port import Store
from .report_question import Question


def read_pages(store: Store, settings: Settings, question: Question, now: datetime) -> list[Page]:
    """A page for each projection asked for, with what is needed to judge it."""
    timezone, dates = _dates(store, settings, question, now)
    counted = dead_letters.counts(store)
    pages = []
    for projection in question.projections:
        known = Known(
            projection,
            store.load(projection.collection(), with_history(dates)),
            flushed_at(store, projection.name),
            counted.get(projection.name, {}).get(dead_letters.OPEN, 0),
        )
        pages.append(Page(known, dates, now, zone(timezone), question.choice))
    return pages


def read_rows(
    store: Store, settings: Settings, question: Question, now: datetime
) -> tuple[str, Mapping[str, list[Row]]]:
    """The zone, and by report the rows alone, for programs."""
    timezone, dates = _dates(store, settings, question, now)
    reports = {}
    for projection in question.projections:
        known = Known(projection, store.load(projection.collection(), dates), None, 0)
        reports[projection.report] = Page(known, dates, now, zone(timezone)).rows
    return timezone, reports


def _dates(
    store: Store, settings: Settings, question: Question, now: datetime
) -> tuple[str, list[str]]:
    timezone = (stored_rules(store) or settings.rules).timezone
    today = now.astimezone(zone(timezone)).date()
    return timezone, parse_dates(question.dates, today)
