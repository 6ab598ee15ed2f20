"""The options that backfill and verify share."""

from __future__ import annotations

from typing import Annotated

import typer

from .completion import dates_with_data, projection_names
from .options import option

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME…|all]", help="Default: all.", autocompletion=projection_names),
]
Dates = Annotated[
    list[str] | None,
    option(
        "--date",
        "YYYY-MM-DD, A..B, today, -7d..yesterday; repeatable.",
        metavar="DATES",
        autocompletion=dates_with_data,
    ),
]
Stale = Annotated[
    bool, option("--stale", "The dates that an older version of the projection has folded.")
]
From = Annotated[str, option("--source", "kafka, or a file that is the whole truth.")]
Json = Annotated[bool, option("--json", "The differences as one JSON document on stdout.")]
Workers = Annotated[
    int,
    option(
        "--workers",
        "Processes to split the partitions among; a dry run uses one.",
        min=1,
        max=64,
    ),
]
Slack = Annotated[
    str, option("--slack", "Begin to read so long before the first date, by record time.")
]
AllowIncomplete = Annotated[
    bool, option("--allow-incomplete", "Rebuild dates of which retention has cut a part, too.")
]
