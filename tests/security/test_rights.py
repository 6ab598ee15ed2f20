"""Right by right: without one of those in docs/security.md a command fails, and says which."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.command import Command
from tests.integration.topics import Log

from .conftest import (
    PASSWORD,
    READS_GROUPS,
    READS_TOPICS,
    RIGHTS,
    USER,
    LockedMongo,
    with_variables,
)

CONSUME = "consume order-funnel --until-end"
NEEDED = {
    "find": "report funnel",
    "insert": CONSUME,
    "createIndex": CONSUME,
    "update": CONSUME,
    "remove": "backfill order-funnel --date 2000-01-01 --yes",
    "collMod": "replay order-funnel --from-offset earliest --ledger-days 3",
}
"""Right → a command that does not work without it."""


@pytest.mark.parametrize("right", NEEDED)
def test_without_one_right_of_mongodb(
    product: Command, locked_mongo: LockedMongo, locked_store: str, right: str
) -> None:
    """Exit 4, naming server, user, right and database; with it back, the same command works."""
    line = NEEDED[right].split()
    if line[0] in ("backfill", "replay"):
        product.ok(*CONSUME.split())
        with locked_mongo.client() as client:
            found: dict[str, Any] = client[locked_store]["analytics_order_funnel"].find_one() or {}
            client[locked_store]["analytics_order_funnel"].insert_one(
                found | {"_id": "2000-01-01", "date": "2000-01-01", "source": {}}
            )
    grant(locked_mongo, locked_store, [each for each in RIGHTS if each != right])
    outcome = product.run(*line)
    assert outcome.code == 4, outcome.err
    assert f"user 'analytics' has not the right {right!r} on database {locked_store}" in outcome.err
    assert PASSWORD not in outcome.err
    grant(locked_mongo, locked_store, RIGHTS)
    product.ok(*line)


def grant(locked_mongo: LockedMongo, database: str, rights: Any) -> None:
    """Give the role of the test's user just these rights."""
    privilege = {"resource": {"db": database, "collection": ""}, "actions": list(rights)}
    with locked_mongo.client() as client:
        client[database].command("updateRole", "scAnalytics", privileges=[privilege])


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (READS_TOPICS, "has not the right Read on the groups"),
        (READS_GROUPS, "has not the right Read on the topics"),
        ("stranger", "has not the right Read on the"),
    ],
)
def test_with_one_half_of_the_rights_of_kafka(
    product: Command, locked_log: Log, user: str, words: str
) -> None:
    """Exit 4, naming the half that is missing; whoever reads without a group needs the topics."""
    halved = with_variables(product, SC_ANALYTICS_SASL_USERNAME=user)
    outcome = halved.run(*CONSUME.split())
    assert outcome.code == 4, outcome.err
    assert words in outcome.err
    replayed = halved.run("replay", "order-funnel", "--from-offset", "earliest")
    assert replayed.code == (0 if user == READS_TOPICS else 4), replayed.err


@pytest.mark.parametrize(("user", "members"), [(READS_TOPICS, None), (USER, 0)])
def test_without_a_right_on_the_groups_status_says_nothing_of_consumers(
    product: Command, user: str, members: int | None
) -> None:
    """It works all the same, and does not take what it may not see for nobody."""
    halved = with_variables(product, SC_ANALYTICS_SASL_USERNAME=user)
    content = json.loads(halved.ok("status", "--json"))
    assert {each["members"] for each in content["projections"]} == {members}
    assert ("no consumer runs" in halved.ok("status")) == (members == 0)
