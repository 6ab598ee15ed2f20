"""What `--watch` draws: as much of the reports as the window holds, and a last line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

Line = list[Segment]


@dataclass(frozen=True)
class WatchScreen:
    """The reports as read `at`, and, while the store is `away`, why they are not newer.

    `marked` are the reports with something out of the ordinary: the last line
    names them, as the window may not reach so far.
    """

    reports: Sequence[RenderableType]
    marked: Sequence[str]
    at: str
    seconds: float
    away: str | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """See rich's protocol."""
        options = options.update(height=None)
        height = console.size.height
        first = [] if self.away is None else console.render_lines(self._away(), options)
        body = [line for each in self._spaced() for line in console.render_lines(each, options)]
        last = console.render_lines(self._last(0), options)
        room = max(0, height - len(first) - len(last))
        if hidden := max(0, len(body) - room):
            last = console.render_lines(self._last(hidden), options)
            room = max(0, height - len(first) - len(last))
        blank: list[Line] = [[]] * (room - len(body))
        for number, line in enumerate([*first, *body[:room], *blank, *last][:height]):
            if number:
                yield Segment.line()
            yield from line

    def _spaced(self) -> Iterator[RenderableType]:
        for number, report in enumerate(self.reports):
            if number:
                yield Text()
            yield report

    def _away(self) -> Text:
        return Text(f"▼ {self.away}; these are the figures of {self.at}, trying again", "bold red")

    def _last(self, hidden: int) -> Text:
        more = f"{hidden:,} lines more in a taller window · " if hidden else ""
        alarm = f"▼▲ {', '.join(self.marked)}" if self.marked else ""
        rest = f"{more}read at {self.at}, every {self.seconds:g} s · Ctrl-C ends"
        return Text.assemble((alarm, "bold red"), "  " if alarm else "", (rest, "dim"))
