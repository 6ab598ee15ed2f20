"""`sc-analytics doctor`: whether everything is in place, and what mends it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from .. import bootstrap
from ..examination import Finding, examine
from ..report.safe import harmless
from ..settings import Settings
from .options import command, option
from .output import write_json

SCHEMA = "sc-analytics.doctor/1"
_SIGNS: Final = {"good": "✓", "bad": "✗", "not asked": "·"}
_ASCII_SIGNS: Final = {"good": "ok  ", "bad": "FAIL", "not asked": "-   "}


@command
def doctor(
    settings: Settings,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
) -> None:
    """Check settings, Kafka, the store and how they fit; each line says what was found.

    Nothing is changed but a trial document, which is removed again. The exit
    code is that of the first failure: 4 login, 5 unreachable, 6 not there, 7
    conflict, 1 anything else; 0 where all is well.
    """
    findings: list[Finding] = []
    with bootstrap.checks(settings) as checks:
        for finding in examine(checks):
            findings.append(finding)
            if not as_json:
                _print(finding)
    if as_json:
        write_json({"schema": SCHEMA, "checks": [_content(each) for each in findings]})
    code = _exit_code(findings)
    if code:
        raise typer.Exit(code)


def _print(finding: Finding) -> None:
    """A line a check, at once: some of them take a while."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    sign = (_SIGNS if encoding.startswith("utf") else _ASCII_SIGNS)[finding.outcome]
    error = finding.error
    lines = [f"{sign} {finding.name:<18} {harmless(finding.words)}"]
    if error is not None and error.cause:
        lines.append(f"    cause: {harmless(error.cause)}")
    if error is not None and error.advice:
        lines.append(f"    next:  {harmless(error.advice)}")
    for line in lines:
        print(line, flush=True)  # noqa: T201


def _content(finding: Finding) -> dict[str, str | None]:
    error = finding.error
    return {
        "check": finding.name,
        "outcome": finding.outcome,
        "found": finding.words,
        "cause": None if error is None else error.cause,
        "next": None if error is None else error.advice,
    }


def _exit_code(findings: Sequence[Finding]) -> int:
    return next((each.error.exit_code for each in findings if each.error is not None), 0)
