"""A live source whose topics go by other names here.

A topic that was deleted and created again is another log: offset 5 of it is not
the record that offset 5 was before. So its partitions are called
`TOPIC@ID/NUMBER` wherever something is stored of them, ID being what the cluster
calls the topic, while the first log that a store knew stays `TOPIC/NUMBER`. No
topic has an `@` in its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..event import Chunk
from .port import Follower, LiveSource, Reader, Span

_AT: Final = "@"


def log_name(topic: str, topic_id: str) -> str:
    """What a log is called that is not the first one of its topic."""
    return f"{topic}{_AT}{topic_id}"


def topic_of(partition: str) -> str:
    """The topic that a partition is of, whichever log of that topic it lies in."""
    return partition.rpartition("/")[0].partition(_AT)[0]


class Names:
    """Translates partitions between the cluster's names and ours."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names`: topic → what it is called here."""
        self._ours = dict(names)
        self._theirs = {name: topic for topic, name in names.items()}

    def ours(self, partition: str) -> str:
        """Our name of a partition of the cluster."""
        return _renamed(partition, self._ours)

    def theirs(self, partition: str) -> str:
        """The cluster's name of one of our partitions."""
        return _renamed(partition, self._theirs)


def _renamed(partition: str, names: Mapping[str, str]) -> str:
    topic, _, number = partition.rpartition("/")
    return f"{names[topic]}/{number}" if topic in names else partition


class RenamedSource:
    """Implements LiveSource: another one, under the names given."""

    def __init__(self, source: LiveSource, names: Mapping[str, str]) -> None:
        """`names`: topic → what it is called here; topics that are not in it keep their name."""
        self._source = source
        self._names = Names(names)

    def partitions(self, topics: Iterable[str]) -> list[str]:
        """See Source.partitions; the topics are named as the cluster names them."""
        return [self._names.ours(each) for each in self._source.partitions(topics)]

    def bounds(self, partitions: Iterable[str]) -> dict[str, Span]:
        """See Source.bounds."""
        found = self._source.bounds(map(self._names.theirs, partitions))
        return {self._names.ours(each): span for each, span in found.items()}

    def offsets_at(self, partitions: Iterable[str], milliseconds: int) -> dict[str, int]:
        """See Source.offsets_at."""
        found = self._source.offsets_at(map(self._names.theirs, partitions), milliseconds)
        return {self._names.ours(each): offset for each, offset in found.items()}

    def topic_ids(self, partitions: Iterable[str]) -> dict[str, str]:
        """See Source.topic_ids."""
        found = self._source.topic_ids(map(self._names.theirs, partitions))
        return {self._names.ours(each): topic_id for each, topic_id in found.items()}

    def compacted(self, partitions: Iterable[str]) -> set[str]:
        """See Source.compacted."""
        found = self._source.compacted(map(self._names.theirs, partitions))
        return set(map(self._names.ours, found))

    def first_timestamps(self, spans: Mapping[str, Span]) -> dict[str, int]:
        """See LiveSource.first_timestamps."""
        wanted = {self._names.theirs(each): span for each, span in spans.items()}
        found = self._source.first_timestamps(wanted)
        return {self._names.ours(each): at for each, at in found.items()}

    def read(self, spans: Mapping[str, Span]) -> Reader:
        """See Source.read."""
        wanted = {self._names.theirs(each): span for each, span in spans.items()}
        return RenamedReader(self._source.read(wanted), self._names)

    def follow(self, topic: str, group: str) -> Follower:
        """See LiveSource.follow."""
        return RenamedFollower(self._source.follow(topic, group), self._names)

    def members(self, groups: Iterable[str]) -> dict[str, int]:
        """See LiveSource.members."""
        return self._source.members(groups)

    def close(self) -> None:
        """See Source.close."""
        self._source.close()


class RenamedReader:
    """Implements Reader."""

    def __init__(self, reader: Reader, names: Names) -> None:
        self._reader = reader
        self._names = names

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Reader.poll."""
        return _chunks(self._reader.poll(timeout, limit), self._names)

    @property
    def done(self) -> bool:
        """See Reader.done."""
        return self._reader.done

    def close(self) -> None:
        """See Reader.close."""
        self._reader.close()


class RenamedFollower:
    """Implements Follower."""

    def __init__(self, follower: Follower, names: Names) -> None:
        self._follower = follower
        self._names = names

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Follower.poll."""
        return _chunks(self._follower.poll(timeout, limit), self._names)

    def taken(self) -> set[str]:
        """See Follower.taken."""
        return set(map(self._names.ours, self._follower.taken()))

    def held(self) -> set[str]:
        """See Follower.held."""
        return set(map(self._names.ours, self._follower.held()))

    def decided(self) -> bool:
        """See Follower.decided."""
        return self._follower.decided()

    def ends(self) -> dict[str, int]:
        """See Follower.ends."""
        return {self._names.ours(each): end for each, end in self._follower.ends().items()}

    def seek(self, starts: Mapping[str, int]) -> None:
        """See Follower.seek."""
        self._follower.seek({self._names.theirs(each): at for each, at in starts.items()})

    def ask(self) -> None:
        """See Follower.ask."""
        self._follower.ask()

    def confirm(self) -> None:
        """See Follower.confirm."""
        self._follower.confirm()

    def rest(self, timeout: float) -> None:
        """See Follower.rest."""
        self._follower.rest(timeout)

    def commit(self, positions: Mapping[str, int]) -> None:
        """See Follower.commit."""
        self._follower.commit({self._names.theirs(each): at for each, at in positions.items()})

    def close(self) -> None:
        """See Follower.close."""
        self._follower.close()


def _chunks(chunks: Iterable[Chunk], names: Names) -> list[Chunk]:
    return [each._replace(partition=names.ours(each.partition)) for each in chunks]
