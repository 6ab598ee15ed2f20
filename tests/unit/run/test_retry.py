"""Dead letters that a later version can read: each counts once, whoever reads it first."""

from __future__ import annotations

from itertools import permutations

import pytest

from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.run.flush import Flush
from sc_analytics_cli.run.retry import Retry
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.store.port import DEAD_LETTERS

from .setting import DAY, Setting, event

OLD = Rules(currency="EUR")
"""Stands for the version that cannot read a payment in dollars; `Rules()` for the one that can."""

NEXT_DAY = "2026-10-02"


def paid(order: str, cents: int, currency: str, day: str = DAY) -> bytes:
    """A payment."""
    payload = {"order_id": order, "amount_cents": cents, "currency": currency}
    return event("order.payment_succeeded", payload, at=f"{day}T10:00Z")


def unread(*records: bytes) -> Setting:
    """A store into which the old version has consumed these records."""
    setting = Setting("revenue", 1)
    setting.log.append("t/0", *records)
    setting.live_run(setting.follower(), flush=flush(setting, OLD)).run(setting.ends())
    return setting


def flush(setting: Setting, rules: Rules) -> Flush:
    """The write path of a process of one version."""
    return Flush(setting.projection, setting.store, rules, setting.clock.now)


def replay(setting: Setting, start: int = 0, rules: Rules | None = None) -> None:
    """Read the log again from an offset, with the new version."""
    (end,) = [end for _, end in setting.ends().values()]
    flush(setting, rules or Rules()).write([setting.log.chunk("t/0", start, end)])


def retry(setting: Setting) -> list[str]:
    """Retry every dead letter with the new version."""
    retrying = Retry(setting.projection, setting.store, Rules(), setting.clock.now)
    return [retrying.retry(each).became for each in letters(setting)]


def letters(setting: Setting) -> list[Document]:
    """The dead letters, closed ones too."""
    return list(setting.store.scan(DEAD_LETTERS))


def test_a_retry_counts_what_can_be_read_now_once() -> None:
    """Beside what its date has counted already; a second retry does nothing."""
    setting = unread(paid("a", 5, "EUR"), paid("b", 70, "USD"))
    assert setting.document()["gross_revenue_cents"] == 5
    assert retry(setting) == ["retried"]
    assert retry(setting) == ["retried already"]
    assert setting.document()["gross_revenue_cents"] == 75
    assert setting.document()["source"]["t/0"] == {"first": 0, "ranges": [[0, 2]], "amended": [1]}
    assert setting.checkpoint() == [[0, 2]]


def test_a_retry_after_a_replay_into_a_date_without_a_document_counts_once() -> None:
    """The replay has put the offset into the ranges of a new document."""
    setting = unread(paid("a", 5, "EUR"), paid("b", 70, "USD", NEXT_DAY))
    replay(setting)
    assert setting.document(NEXT_DAY)["gross_revenue_cents"] == 70
    assert retry(setting) == ["replayed already"]
    assert setting.document(NEXT_DAY)["gross_revenue_cents"] == 70


@pytest.mark.parametrize("day", [DAY, NEXT_DAY])
def test_replays_and_retries_in_any_order_count_once(day: str) -> None:
    """Whether the date had a document or not."""
    for order in permutations(["replay", "replay", "retry", "retry"]):
        setting = unread(paid("a", 5, "EUR"), paid("b", 70, "USD", day), paid("c", 1, "EUR"))
        for each in order:
            replay(setting) if each == "replay" else retry(setting)
        assert setting.total("gross_revenue_cents") == 76
        assert setting.total("paid_orders") == 3
        assert letters(setting)[0]["status"] in ("retried", "replayed")


def test_a_letter_that_the_store_has_lost_the_effect_of_is_counted_again_by_a_replay() -> None:
    """A document restored from before the retry is healed although the letter is closed."""
    setting = unread(paid("a", 5, "EUR"), paid("b", 70, "USD"))
    before = setting.document()
    retry(setting)
    setting.store.put("analytics_revenue", [before])
    replay(setting)
    assert setting.document()["gross_revenue_cents"] == 75


def test_a_live_run_of_the_new_version_counts_what_was_listed_but_not_absorbed() -> None:
    """The old version listed the record and was killed before its checkpoint moved."""
    setting = Setting("revenue", 1)
    setting.log.append("t/0", paid("b", 70, "USD"))

    def killed(step: object) -> None:
        raise KeyboardInterrupt

    setting.beginnings().prepare()
    dying = Flush(setting.projection, setting.store, OLD, setting.clock.now, killed)
    with pytest.raises(KeyboardInterrupt):
        dying.write([setting.log.chunk("t/0", 0, 1)])
    assert retry(setting) == ["it lies above the checkpoint: the next live run reads it"]
    setting.live_run(setting.follower()).run(setting.ends())
    assert retry(setting) == ["replayed already"]
    assert setting.document()["gross_revenue_cents"] == 70


def test_what_was_absorbed_and_cannot_be_read_any_more_is_not_missing() -> None:
    """A stricter version lists it as absorbed; no later reading counts it a second time."""
    setting = unread(paid("a", 5, "EUR"))
    setting.log.append("t/0", paid("b", 70, "USD"))
    setting.live_run(setting.follower()).run(setting.ends())
    replay(setting, rules=OLD)
    assert [each["status"] for each in letters(setting)] == ["absorbed"]
    replay(setting)
    assert retry(setting) == ["absorbed already"]
    assert setting.document()["gross_revenue_cents"] == 75


def test_a_duplicate_is_closed_without_effect() -> None:
    """What can be read now may be a copy of something counted elsewhere."""
    copy = paid("b", 70, "USD")
    setting = unread(paid("a", 5, "EUR"), copy)
    setting.log.append("t/0", copy)
    setting.live_run(setting.follower()).run(setting.ends())
    assert retry(setting) == ["duplicate"]
    assert setting.total("gross_revenue_cents") == 75
