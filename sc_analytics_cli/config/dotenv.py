"""`./.env`: variables in a file, for those that the environment does not have.

Only names that begin with SC_ANALYTICS_ are looked at: the file is often shared
with other programs. A line is NAME=VALUE, with `export` before it or not; a value
may stand in quotes; nothing is expanded. A `#` begins a comment, at the beginning
of a line or after a blank.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..errors import UsageError
from ..settings.declaration import PREFIX
from .written import Written

FILE: Final = Path(".env")
_OURS: Final = re.compile(rf"\s*(?:export\s+)?({PREFIX}\w*)\s*=\s*(.*?)\s*")
_QUOTED: Final = re.compile(r"""(?P<quote>["'])(?P<value>.*?)(?P=quote)\s*(?:#.*)?""")
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")


def read_dotenv(path: Path = FILE) -> dict[str, Written]:
    """Variable → what the file says; nothing where there is no file.

    Raises UsageError for a line of ours that cannot be read; the value is not quoted.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return {}
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{path} cannot be read: {type(error).__name__}") from None
    found = {}
    for number, line in enumerate(lines, 1):
        if match := _OURS.fullmatch(line):
            origin = f"{path}, line {number}"
            found[match[1]] = Written(_value(match[2], origin), origin)
    return found


def _value(text: str, origin: str) -> str:
    if not text.startswith(("'", '"')):
        return _COMMENT.sub("", text)
    match = _QUOTED.fullmatch(text)
    if match is None:
        raise UsageError(f"{origin}: the quotation mark is not closed, or something follows it")
    return match["value"]
