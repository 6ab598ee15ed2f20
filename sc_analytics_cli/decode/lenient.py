"""A second reading of what orjson refuses although it is JSON.

RFC 8259 allows numbers of any size and escapes of lone surrogates; orjson refuses
a whole record for either, in a field that nobody reads. Such records are rare, so
a slower parser is asked before one becomes a dead letter.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from .fields import MAX_INTEGER, Rejected

_TOO_DEEP = "depth limit"


def parse_leniently(value: bytes, refusal: str) -> Any:
    """The JSON value; raises Rejected, with orjson's words, where there is none.

    A number that no double can hold becomes infinite, an integer too large for a
    field becomes MAX_INTEGER + 1: either is rejected by any field that needs it.
    """
    if _TOO_DEEP not in refusal:
        try:
            text = value.decode("utf-8")
            return json.loads(text, parse_int=_bounded, parse_constant=_no_json)
        except (ValueError, RecursionError):
            pass
    raise Rejected(f"not JSON: {refusal}")


def _bounded(digits: str) -> int:
    return int(digits) if len(digits) <= len(str(MAX_INTEGER)) else MAX_INTEGER + 1


def _no_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
