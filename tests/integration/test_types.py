"""The types that other readers of the database meet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pymongo import MongoClient

from sc_analytics_cli.projections.catalog import all_projections

from .product import ROOT, Product


def test_counters_are_int64_ratios_double_and_instants_dates(
    mongo_database: str, tmp_path: Path
) -> None:
    """Every counter and every cents field is a long, in hours and maps too."""
    Product("", mongo_database).ok("replay", "--source", str(ROOT / "fixtures" / "demo.ndjson"))
    ratios = {"double", "null"}
    with MongoClient[dict[str, Any]](mongo_database) as client:
        database = client.get_default_database()
        for projection in all_projections():
            types = database[projection.collection()].aggregate(
                [
                    {"$project": {"pair": {"$objectToArray": "$$ROOT"}}},
                    {"$unwind": "$pair"},
                    {"$group": {"_id": "$pair.k", "types": {"$addToSet": {"$type": "$pair.v"}}}},
                ]
            )
            found = {each["_id"]: set(each["types"]) for each in types}
            for name in projection.shape.fields:
                if name.endswith("_rate"):
                    assert found[name] <= ratios, name
                elif name.startswith("revenue_by"):
                    assert found[name] == {"object"}, name
                else:
                    assert found[name] <= {"long", "null"}, name
            assert found["updated_at"] == {"date"}
