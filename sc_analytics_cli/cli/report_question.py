"""What a report is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..projections.declaration import Projection
from ..report.ranking import USUAL, Choice


@dataclass(frozen=True)
class Question:
    """Which reports of which dates; dates as typed, so that `today` moves on while one watches."""

    projections: Sequence[Projection]
    dates: Sequence[str]
    choice: Choice = USUAL
