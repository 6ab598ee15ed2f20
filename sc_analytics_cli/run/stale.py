"""Dates whose documents an older version of their projection has folded."""

from __future__ import annotations

from ..projections.declaration import Projection
from ..store.port import Store


def stale_dates(store: Store, projection: Projection) -> list[str]:
    """The dates whose documents an older version of the projection has folded."""
    version = projection.shape.version
    found = store.scan(projection.collection(), fields=["version"])
    return [each["_id"] for each in found if each.get("version") != version]
