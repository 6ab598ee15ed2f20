"""A happening written down as an event."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from .happening import Happening


def event_json(happening: Happening, event_id: str) -> bytes:
    """The value of its record."""
    at = datetime.fromtimestamp(happening.at, UTC).isoformat(timespec="milliseconds")
    event = {
        "event_id": event_id,
        "event_type": f"{happening.topic}.{happening.name}",
        "occurred_at": at.replace("+00:00", "Z"),
        "aggregate_id": happening.key,
    }
    if happening.payload is not None:
        event |= {"payload": happening.payload}  # type: ignore[dict-item]
    return json.dumps(event, separators=(",", ":")).encode()
