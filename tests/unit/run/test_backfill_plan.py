"""Which dates are whole where retention has cut the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sc_analytics_cli.run.backfill_plan import Cut, Plan, checkpoints_of, plan

from .setting import Setting, created

BEFORE, CUT, AFTER = "2026-11-20", "2026-11-21", "2026-11-22"


def planned(setting: Setting, *dates: str) -> Plan:
    """The plan for these dates."""
    return plan(
        setting.projection,
        setting.store,
        checkpoints_of(setting.store, setting.projection),
        setting.ends(),
        setting.log.offsets_at,
        dates,
        UTC,
        timedelta(days=1),
    )


def append(setting: Setting, *moments: str) -> None:
    """An order for each moment, recorded when it happened."""
    for each in moments:
        milliseconds = int(datetime.fromisoformat(each).replace(tzinfo=UTC).timestamp() * 1000)
        setting.log.append("t/0", created(at=f"{each}Z"), timestamp=milliseconds)


def beheaded() -> Setting:
    """A log whose first two records are gone; the first one left is of the cut date, 09:12."""
    setting = Setting(partitions=1)
    append(setting, f"{BEFORE}T08:00", f"{CUT}T03:00", f"{CUT}T09:12", f"{AFTER}T01:00")
    setting.log.delete_below("t/0", 2)
    return setting


def consume(setting: Setting) -> None:
    """A first run over what is there."""
    flush = setting.flush()
    begun = setting.beginnings(flush)
    begun.prepare()
    (at,) = begun.take(["t/0"]).values()
    flush.write([setting.log.chunk("t/0", at, setting.ends()["t/0"][1])])


def test_a_document_made_after_retention_had_cut_its_date_is_whole() -> None:
    """All that it has absorbed is still there, so a rebuild takes nothing from it."""
    setting = beheaded()
    consume(setting)
    assert planned(setting, BEFORE, CUT, AFTER).cut == {BEFORE: [Cut("t/0", 2)]}


def test_without_its_document_the_same_date_is_cut() -> None:
    """The first record left is of that date, so earlier ones of it may be gone."""
    setting = beheaded()
    consume(setting)
    kind = setting.projection.collection()
    setting.store.remove(kind, [setting.document(CUT)])
    assert planned(setting, BEFORE, CUT, AFTER).cut == {
        BEFORE: [Cut("t/0", 2)],
        CUT: [Cut("t/0", 2)],
    }


def test_a_document_that_has_absorbed_what_is_gone_is_cut() -> None:
    """A rebuild would make it smaller."""
    setting = Setting(partitions=1)
    append(setting, f"{BEFORE}T08:00", f"{CUT}T03:00", f"{CUT}T09:12", f"{AFTER}T01:00")
    consume(setting)
    setting.log.delete_below("t/0", 2)
    assert planned(setting, BEFORE, CUT, AFTER).cut == {
        BEFORE: [Cut("t/0", 2)],
        CUT: [Cut("t/0", 2)],
    }
