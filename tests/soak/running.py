"""The long part: everything at once, for so many minutes, and an orderly end."""

from __future__ import annotations

import os
import time
from pathlib import Path
from random import Random

from tests.integration.product import Product

from . import crew as consumers
from . import rebuilding
from .agenda import Agenda, Book, tell
from .crew import crew
from .deeds import Deeds
from .looking import Looking
from .memory import Memory
from .producing import Producing
from .rebuilding import Rebuilding
from .site import Site

_TICK_SECONDS = 0.1
_TOLD_EVERY_SECONDS = 60.0
_COMMANDS_SECONDS = 600.0


class Soak:
    """One run; what is random of it follows from the seed, as far as the machine lets it."""

    def __init__(
        self, site: Site, directory: Path, seed: int, rate: int, book: Book, memory: Memory
    ) -> None:
        self._site = site
        self._book = book
        self._memory = memory
        self._chance = Random(seed)
        self._mends = Agenda()
        self._crew = crew(Product(site.servers, site.store, *consumers.FLAGS), directory)
        product = Product(site.servers, site.store, *rebuilding.FLAGS)
        self._commands = Rebuilding(product, directory, book, Random(seed + 1))
        self._producing = Producing(site.servers, seed, rate)
        self._deeds = Deeds(site, self._crew, self._producing, self._mends, book, self._chance)

    def run(self, minutes: float) -> dict[str, int]:
        """Soak; returns how many requests came to grief, by their fate and server."""
        try:
            with Looking(self._site.store_itself, self._book) as looking:
                for member in self._crew:
                    member.start()
                self._go_on(time.monotonic() + minutes * 60)
                self._calm_down()
            self._book.did("documents looked at meanwhile", looking.looks)
            self._stop_crew()
            return self._deeds.lost()
        finally:
            self._producing.stop()
            self._commands.kill_all()
            for member in self._crew:
                member.kill()

    def _go_on(self, end: float) -> None:
        plan = Agenda()
        plan.after(15, lambda: plan.again(self._deeds.one, self._chance, (1, 6)))
        plan.after(30, lambda: plan.again(self._commands.another, self._chance, (5, 20)))
        plan.after(40, lambda: plan.again(self._commands.kill_one, self._chance, (10, 40)))
        plan.again(self._tell, self._chance, (_TOLD_EVERY_SECONDS, _TOLD_EVERY_SECONDS))
        while time.monotonic() < end:
            plan.run_due()
            self._mends.run_due()
            self._attend()
            time.sleep(_TICK_SECONDS)

    def _attend(self) -> None:
        self._commands.attend()
        for member in self._crew:
            code = member.code()
            if code is None:
                continue
            if member.refused_to_start():
                self._book.did("starts of consumers refused, a server away (exit 5)")
            else:
                self._book.wrong(f"{member.name} ended: exit {code}: {member.last_words()}")
            member.start()
        if self._producing.ended:
            raise RuntimeError("the producer has ended")
        self._memory.look(self._processes())
        self._memory.note("a backfill or replay", self._commands.pids)

    def _processes(self) -> dict[str, int | None]:
        site = self._site
        servers = {
            f"server {each.name}": each.pid if each.running else None
            for each in (site.mongo, site.kafka)
        }
        members = {each.name: each.pid for each in self._crew}
        return members | servers | {"this program": os.getpid(), "producer": self._producing.pid}

    def _calm_down(self) -> None:
        """No more faults, no more traffic; the commands that are running come to their end."""
        tell(f"{self._book.elapsed()} the faults are over")
        self._mends.run_all()
        self._site.heal()
        self._producing.stop()
        self._book.did("transactions aborted", self._producing.aborted)
        deadline = time.monotonic() + _COMMANDS_SECONDS
        while self._commands.pids and time.monotonic() < deadline:
            self._attend_to_the_end()
            time.sleep(_TICK_SECONDS)

    def _attend_to_the_end(self) -> None:
        self._commands.attend()
        self._memory.look(self._processes() | {"producer": None})

    def _stop_crew(self) -> None:
        for member in self._crew:
            code = member.stop()
            if code:
                self._book.wrong(f"{member.name}: exit {code} at SIGTERM: {member.last_words()}")
        self._book.did("flush conflicts told of", sum(each.conflicts() for each in self._crew))

    def _tell(self) -> None:
        counts = self._book.counts
        deeds = ", ".join(f"{number:,} {what}" for what, number in sorted(counts.items()))
        tell(f"{self._book.elapsed()} {deeds or 'nothing yet'}")
