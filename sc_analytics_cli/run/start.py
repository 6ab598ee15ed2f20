"""Where a live run begins: the store's checkpoint, never the group's committed offset."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..errors import NotThereError
from ..source.port import LiveSource, Span
from .checkpoints import absorbed_since
from .flush import Flush
from .ports import Clock, Observer, Where
from .same_log import check_same_log, refuse_other_log
from .spec import Earliest, Spec, resolve


@dataclass(frozen=True)
class Accepted:
    """What a run is told to put up with.

    `gap`: records that retention deleted before they were read. `new_topic`: a
    topic that was created anew; it is read from its beginning.
    """

    gap: bool = False
    new_topic: bool = False


@dataclass(frozen=True)
class Beginnings:
    """Checks and writes the checkpoints of one projection and topic.

    `start` counts only where the projection has no checkpoint on the topic at
    all; a partition that is new to it later begins at its first record.
    """

    flush: Flush
    source: LiveSource
    topic: str
    start: Spec
    accept: Accepted
    clock: Clock
    observer: Observer

    def prepare(self) -> dict[str, Span]:
        """Give every partition a checkpoint and return the topic's bounds as seen now.

        Raises NotThereError where retention has deleted records above a
        checkpoint, ConflictError where the topic is not the one that was read; what is
        accepted raises neither, and is said and recorded.
        """
        checkpoints = self.flush.checkpoints
        partitions = self.source.partitions([self.topic])
        bounds = refuse_other_log(
            checkpoints, self.source, self.topic, partitions, accept_new=self.accept.new_topic
        )
        first_run = not checkpoints.of_topic(self.topic)
        known = checkpoints.load(bounds)
        for partition, checkpoint in known.items():
            self._check_gap(partition, checkpoint["next"], bounds[partition][0])
        if not first_run and not known:
            self._say_anew()
        fresh = {each: span for each, span in bounds.items() if each not in known}
        spec = self.start if first_run else Earliest()
        chosen = resolve(spec, bounds, self.source.offsets_at) if fresh else {}
        starts = {
            each: chosen[each] if each in chosen else self._unnamed(each, span)
            for each, span in fresh.items()
        }
        checkpoints.move({each: [[at, at]] for each, at in starts.items()}, self.clock.now())
        if first_run:
            self._say_what_is_gone(starts, bounds)
        return bounds

    def take(self, partitions: Collection[str]) -> dict[str, int]:
        """Begin partitions that the group has given us; returns where each of them starts.

        Raises like `prepare`: the log may have been cut or made anew since.
        """
        if not partitions:
            return {}
        checkpoints = self.flush.checkpoints.load(partitions)
        bounds, ids = self.source.bounds(partitions), self.source.topic_ids(partitions)
        for partition, checkpoint in checkpoints.items():
            check_same_log(partition, checkpoint, bounds[partition][1], ids.get(partition))
        fresh = {each: [[bounds[each][0]] * 2] for each in partitions if each not in checkpoints}
        if fresh:
            self.flush.checkpoints.identify(ids)
            self.flush.checkpoints.move(fresh, self.clock.now())
            checkpoints |= self.flush.checkpoints.load(fresh)
        if self.flush.row is not None:
            self.flush.row.resume(checkpoints.values())
        starts = {}
        for partition, checkpoint in checkpoints.items():
            since, at = absorbed_since(checkpoint)
            first = bounds[partition][0]
            if self._check_gap(partition, at, first):
                since = at = first
            self.flush.begin(partition, since, at)
            starts[partition] = at
        return starts

    def remaining(self, ends: Mapping[str, Span]) -> int:
        """How many offsets lie between the checkpoints and these ends."""
        checkpoints = self.flush.checkpoints.load(ends)
        return sum(
            max(0, end - checkpoints[partition]["next"])
            for partition, (_, end) in ends.items()
            if partition in checkpoints
        )

    def absorbed(self, ends: Mapping[str, Span]) -> bool:
        """Whether the checkpoints, whoever moved them, have come to these ends."""
        checkpoints = self.flush.checkpoints.load(ends)
        return all(
            partition in checkpoints and checkpoints[partition]["next"] >= end
            for partition, (_, end) in ends.items()
        )

    def _check_gap(self, partition: str, at: int, first: int) -> bool:
        """Whether records above the checkpoint are gone; raises NotThereError unless accepted."""
        if at >= first:
            return False
        lost = f"offsets {at} to {first - 1} of {partition} are gone before they were absorbed"
        if not self.accept.gap:
            raise NotThereError(
                f"{self.flush.projection.name}: {lost}",
                cause="retention deleted them while no consumer was running",
                advice="--accept-gap goes on at the first record that is there",
            )
        self.flush.checkpoints.accept_gap(partition, first, self.clock.now())
        self.observer.says(
            f"{self.flush.projection.name}: {lost}; going on without them",
            Where(self.flush.projection.name, partition, at),
            "warning",
        )
        return True

    def _unnamed(self, partition: str, span: Span) -> int:
        """Where a partition begins that the start does not name: what is there now is not read."""
        name, end = self.flush.projection.name, span[1]
        self.observer.says(
            f"{name}: --start does not name {partition}: it is followed from its end {end}",
            Where(name, partition, end),
            "warning",
        )
        return end

    def _say_what_is_gone(self, starts: Mapping[str, int], bounds: Mapping[str, Span]) -> None:
        """Name the partitions that a first run begins at the log's start, where that is cut."""
        cut = [each for each, at in starts.items() if 0 < at == bounds[each][0]]
        if not cut:
            return
        name, first = self.flush.projection.name, cut[0]
        at = starts[first]
        more = f"; so do {len(cut) - 1} more partitions" if len(cut) > 1 else ""
        self.observer.says(
            f"{name}: {first} begins at {at:,}: the {at:,} records before it are gone "
            f"(retention){more}",
            Where(name, first, at),
        )

    def _say_anew(self) -> None:
        self.observer.says(
            f"{self.flush.projection.name}: {self.topic} was created anew; "
            "reading it from its beginning, on top of what is counted",
            Where(self.flush.projection.name),
            "warning",
        )
