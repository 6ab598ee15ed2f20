"""`demo`: the first thing that a newcomer types."""

from __future__ import annotations

from pathlib import Path

from .command import Command
from .demo_files import total


def test_it_prints_three_reports_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Totals as the fixtures say; the configured store and the temporary folder stay untouched."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    mine = tmp_path / "mine.db"
    outcome = Command(f"sqlite:///{mine}", TMPDIR=str(temporary)).run("demo")
    assert outcome.code == 0, outcome.err
    assert list(temporary.iterdir()) == []
    assert not mine.exists()
    assert "Traceback" not in outcome.err
    lines = [line.split() for line in outcome.out.splitlines() if line.startswith("Total")]
    assert lines == [_funnel(), _revenue(), _users()]


def test_it_shows_the_commands_that_it_stands_for(tmp_path: Path) -> None:
    """They are messages, not results."""
    outcome = Command("", TMPDIR=str(tmp_path)).run("demo")
    for words in ("$ sc-analytics replay all --source", "$ sc-analytics report all --date"):
        assert words in outcome.err
        assert words not in outcome.out


def _funnel() -> list[str]:
    created, initiated = total("funnel", "orders_created"), total("funnel", "payments_initiated")
    succeeded, confirmed = (
        total("funnel", "payments_succeeded"),
        total("funnel", "orders_confirmed"),
    )
    delivered = total("funnel", "orders_delivered")
    return [
        "Total",
        *_counted(created, initiated, succeeded, total("funnel", "payments_failed"), confirmed),
        *_counted(total("funnel", "orders_shipped"), delivered),
        *_counted(total("funnel", "orders_cancelled")),
        *_percent(succeeded / initiated, confirmed / created, delivered / confirmed),
    ]


def _revenue() -> list[str]:
    gross, refunded = total("revenue", "gross_revenue_cents"), total("revenue", "refunded_cents")
    paid = total("revenue", "paid_orders")
    return [
        "Total",
        *_money(gross, refunded, gross - refunded),
        *_counted(paid, total("revenue", "refunded_orders")),
        *_money(round(gross / paid)),
    ]


def _users() -> list[str]:
    registrations, verifications = total("users", "registrations"), total("users", "verifications")
    names = (
        "leaders_promoted leaders_demoted suspensions reactivations deletions login_successes "
        "login_failures accounts_locked"
    )
    return [
        "Total",
        *_counted(registrations, verifications),
        *_percent(verifications / registrations),
        *_counted(*(total("users", name) for name in names.split())),
    ]


def _counted(*numbers: int) -> list[str]:
    return [f"{number:,}" for number in numbers]


def _money(*cents: int) -> list[str]:
    return [f"{each / 100:,.2f}" for each in cents]


def _percent(*fractions: float) -> list[str]:
    return [word for each in fractions for word in (f"{each * 100:.1f}", "%")]
