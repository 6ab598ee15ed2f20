"""The demo's events and what they must lead to, from the fixtures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
EVENTS = FIXTURES / "demo.ndjson"
DATES = "2026-11-09..2026-11-22"
PROJECTION_OF = {"funnel": "order-funnel", "revenue": "revenue", "users": "user-lifecycle"}

FIELDS = {
    "funnel": [
        "orders_created",
        "payments_initiated",
        "payments_succeeded",
        "payments_failed",
        "orders_confirmed",
        "orders_shipped",
        "orders_delivered",
        "orders_cancelled",
        "payment_success_rate",
        "confirmation_rate",
        "completion_rate",
    ],
    "revenue": [
        "gross_revenue_cents",
        "refunded_cents",
        "net_revenue_cents",
        "paid_orders",
        "refunded_orders",
        "average_order_value_cents",
    ],
    "users": [
        "registrations",
        "verifications",
        "verification_rate",
        "leaders_promoted",
        "leaders_demoted",
        "suspensions",
        "reactivations",
        "deletions",
        "login_successes",
        "login_failures",
        "accounts_locked",
    ],
}
"""The scalar fields of each report's documents, in their order."""

MAPS = {"funnel": [], "revenue": ["revenue_by_community", "revenue_by_promotion"], "users": []}


def expected(report: str) -> list[dict[str, Any]]:
    """The documents of a report over `DATES`."""
    file = FIXTURES / "expected" / f"demo.{PROJECTION_OF[report]}.json"
    return json.loads(file.read_text(encoding="utf-8"))


def total(report: str, field: str) -> int:
    """A counter or an amount over all dates."""
    return sum(document[field] for document in expected(report))
