"""Where a live run begins: the store's checkpoint, never the group's committed offset."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..errors import NotThereError, UsageError
from ..fold.field import Document
from ..source.port import Source, Span
from .checkpoints import absorbed_since
from .flush import Flush
from .ports import Clock, Observer, Where
from .same_log import check_same_log
from .spec import Earliest, Spec, resolve


@dataclass(frozen=True)
class Beginnings:
    """Checks and writes the checkpoints of one projection and topic.

    `start` counts only where the projection has no checkpoint on the topic at
    all; a partition that is new to it later begins at its first record.
    """

    flush: Flush
    source: Source
    topic: str
    start: Spec
    accept_gap: bool
    clock: Clock
    observer: Observer

    def prepare(self) -> dict[str, Span]:
        """Give every partition a checkpoint and return the topic's bounds as seen now.

        Raises NotThereError where retention has deleted records above a
        checkpoint, ConflictError where the topic is not the one that was read.
        """
        partitions = self.source.partitions([self.topic])
        # Before the bounds: somebody else may be moving the checkpoints on meanwhile.
        known = self.flush.checkpoints.load(partitions)
        bounds = self.source.bounds(partitions)
        ids = self.source.topic_ids(partitions)
        for partition, checkpoint in known.items():
            self._check(partition, checkpoint, bounds[partition], ids.get(partition))
        first_run = not known
        fresh = {each: span for each, span in bounds.items() if each not in known}
        spec = self.start if first_run else Earliest()
        chosen = resolve(spec, bounds, self.source.offsets_at) if fresh else {}
        _check_all_named(fresh, chosen)
        starts = {each: chosen[each] for each in fresh}
        self.flush.checkpoints.move(
            {each: [[at, at]] for each, at in starts.items()}, self.clock.now(), ids
        )
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
            self.flush.checkpoints.move(fresh, self.clock.now(), ids)
            checkpoints |= self.flush.checkpoints.load(fresh)
        if self.flush.row is not None:
            self.flush.row.resume(checkpoints.values())
        starts = {}
        for partition, checkpoint in checkpoints.items():
            since, at = absorbed_since(checkpoint)
            first = bounds[partition][0]
            if at < first:
                self._report_gap(partition, at, first)
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

    def _check(
        self, partition: str, checkpoint: Document, span: Span, topic_id: str | None
    ) -> None:
        at, (first, end) = checkpoint["next"], span
        check_same_log(partition, checkpoint, end, topic_id)
        if at < first:
            self._report_gap(partition, at, first)

    def _report_gap(self, partition: str, at: int, first: int) -> None:
        lost = f"offsets {at} to {first - 1} of {partition} are gone before they were absorbed"
        if not self.accept_gap:
            raise NotThereError(
                f"{self.flush.projection.name}: {lost}",
                cause="retention deleted them while no consumer was running",
                advice="--accept-gap goes on at the first record that is there",
            )
        self.observer.says(
            f"{self.flush.projection.name}: {lost}; going on without them",
            Where(self.flush.projection.name, partition, at),
            "warning",
        )


def _check_all_named(partitions: Collection[str], starts: Mapping[str, int]) -> None:
    """Refuse a start that is silent on a partition: a live run reads whatever it is given."""
    silent = [each for each in partitions if each not in starts]
    if silent:
        wanted = sorted(int(each.rpartition("/")[2]) for each in silent)
        raise UsageError(
            f"--start does not say where to begin {', '.join(sorted(silent))}",
            cause="a live run reads every partition that its group gives it",
            advice="name them too: " + ",".join(f"{number}:OFFSET" for number in wanted),
        )
