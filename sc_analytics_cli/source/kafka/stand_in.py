"""Putting functions of ours in the place of private methods of kafka-python.

The driver may change those in any version: pyproject.toml says up to which one
they are known, and what is no longer there is refused, not silently left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kafka

from ...errors import AnalyticsError


def stand_in(owner: type[Any], name: str, ours: Callable[..., Any]) -> None:
    """Replace a method; raises AnalyticsError where this version of the driver has none such."""
    if not callable(getattr(owner, name, None)):
        raise AnalyticsError(
            f"kafka-python {kafka.__version__} cannot be used: it has no {owner.__name__}.{name}",
            cause="a version that sc-analytics does not know yet was installed",
            advice="pip install 'kafka-python<3.1', or --kafka-client confluent",
        )
    setattr(owner, name, ours)
