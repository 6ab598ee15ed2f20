"""What `--watch` draws: as much of the reports as the window holds, and a last line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from ..report.packing import joined

Line = list[Segment]

_FEW: Final = 4
_MOST_MARKS: Final = (None, _FEW, 3, 2)
"""All marks; or so many, where the window is too low for them and the figures below."""


@dataclass(frozen=True)
class WatchScreen:
    """The reports as read `at`, and, while the store is `away`, why they are not newer.

    `reports` draws them with so many marks each at most. `marked` are those with
    something out of the ordinary: the last line names them, as the window may not
    reach so far.
    """

    reports: Callable[[int | None], Sequence[RenderableType]]
    marked: Sequence[str]
    at: str
    seconds: float
    away: str | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """See rich's protocol."""
        options = options.update(height=None)
        height = console.size.height
        first = [] if self.away is None else console.render_lines(self._away(), options)
        last = console.render_lines(self._last(0, options.max_width), options)
        room = max(0, height - len(first) - len(last))
        body = self._body(console, options, room)
        if hidden := max(0, len(body) - room):
            last = console.render_lines(self._last(hidden, options.max_width), options)
            room = max(0, height - len(first) - len(last))
        blank: list[Line] = [[]] * (room - len(body))
        for number, line in enumerate([*first, *body[:room], *blank, *last][:height]):
            if number:
                yield Segment.line()
            yield from line

    def _body(self, console: Console, options: ConsoleOptions, room: int) -> list[Line]:
        """With as many marks as leave room for all figures of the first report."""

        def drawn(most: int | None) -> list[list[Line]]:
            return [console.render_lines(each, options) for each in self.reports(most)]

        fitting = (each for each in map(drawn, _MOST_MARKS) if len(each[0]) <= room)
        first, *others = next(fitting, None) or drawn(_FEW)
        return [*first, *(line for lines in others for line in ([], *lines))]

    def _away(self) -> Text:
        return Text(f"▼ {self.away}; these are the figures of {self.at}, trying again", "bold red")

    def _last(self, hidden: int, width: int) -> Text:
        """Its parts stay whole, however narrow the window is."""
        alarm = f"▼▲ {', '.join(self.marked)}" if self.marked else ""
        parts = [
            alarm,
            f"{hidden:,} lines below" if hidden else "",
            f"at {self.at}",
            f"every {self.seconds:g} s",
            "Ctrl-C ends",
        ]
        text = Text("\n".join(joined(filter(None, parts), " · ", width)), "dim")
        if alarm:
            text.highlight_words([alarm], "not dim bold red")
        return text
