"""Reports as an SVG picture of a terminal; it loads nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from typing import Final

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console, RenderableType

from .safe import harmless

WIDTH: Final = 120
"""Columns of the picture."""

_WEB_FONT: Final = re.compile(r"@font-face \{\{.*?\}\}", re.DOTALL)
_FONTS: Final = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def screens_svg(screens: Sequence[RenderableType], heading: str) -> str:
    """The screens below each other under a title bar."""
    console = Console(
        record=True,
        width=WIDTH,
        file=StringIO(),
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
    )
    for number, screen in enumerate(screens):
        if number:
            console.print()
        console.print(screen)
    form = _WEB_FONT.sub("", CONSOLE_SVG_FORMAT).replace("Fira Code, monospace", _FONTS)
    return console.export_svg(title=harmless(heading), code_format=form)
