"""Processes that come, crash and come back, all writing one projection of one log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sc_analytics_cli.event import Chunk
from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.fold.ranges import contains
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.run.flush import Flush, Step
from sc_analytics_cli.run.replay import check_no_hole
from sc_analytics_cli.run.spec import Earliest, Spec
from sc_analytics_cli.run.start import Accepted, Beginnings
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.source.port import Span
from sc_analytics_cli.store.port import CHECKPOINTS, DEAD_LETTERS
from sc_analytics_cli.store.sqlite import SqliteStore
from tests.fakes import FakeClock, MemoryLog, Notebook
from tests.oracle.documents import Expected, LogRecord, expected

from .arrival import as_they_arrived
from .logs import IDS
from .opening import StoreOpener

OUR_OWN = ("_id", "source", "version", "updated_at", "rev")
"""The fields of a stored document that the oracle does not speak of."""

Happenings = Mapping[Step, Sequence[Callable[[], None]]]
"""What happens after which step, in this order."""


class Crash(BaseException):
    """A process is killed here; nothing in it runs any more."""


class World:
    """A log, a store, and the order in which the records of the log were first recorded.

    `arrivals` grows when step 3 has had its effect, or when the transaction
    around it has: that is the order in which "first" is decided between partitions.
    """

    def __init__(
        self,
        projection: str,
        log: MemoryLog,
        open_store: StoreOpener,
        *,
        rules: Rules | None = None,
        start: Spec | None = None,
    ) -> None:
        (self.projection,) = named([projection])
        self.log = log
        self.open_store = open_store
        self.store = open_store()
        self.transactional = isinstance(self.store, SqliteStore)
        self.rules = rules or Rules()
        self.start = start or Earliest()
        self.clock = FakeClock()
        self.notebook = Notebook()
        self.arrivals: dict[tuple[str, int], LogRecord] = {}
        self._of_one: dict[bytes | None, Expected] = {}
        self._all_records = [
            _told(name, record)
            for name, end in self.ends().items()
            for record in log.chunk(name, 0, end).records
        ]

    def consumer(self) -> Process:
        """A new live process, which goes on at the checkpoint."""
        process = Process(self)
        topic, spec = self.log.topic, self.start
        beginnings = Beginnings(
            process.flush, self.log, topic, spec, Accepted(), self.clock, self.notebook
        )
        ends = beginnings.prepare()
        process.spans = {
            name: (at, ends[name][1]) for name, at in beginnings.take(list(ends)).items()
        }
        return process

    def replayer(self, spans: Mapping[str, Span]) -> Process:
        """A new process that reads these spans again."""
        process = Process(self)
        check_no_hole(process.flush, spans, self.notebook)
        process.spans = dict(spans)
        return process

    def ends(self) -> dict[str, int]:
        """Partition → its end."""
        return {name: end for name, (_, end) in self.log.bounds(self.log.partitions()).items()}

    def checkpoints(self) -> dict[str, Document]:
        """Partition → its checkpoint."""
        return {each["partition"]: each for each in self.store.scan(CHECKPOINTS)}

    def resume(self) -> None:
        """Run to the end as a new live process, then fill what lies before the history."""
        self.consumer().run()
        for name, checkpoint in self.checkpoints().items():
            for gap in _gaps(checkpoint["ranges"]):
                self.replayer({name: gap}).run()

    def recorded(self, chunks: Iterable[Chunk]) -> None:
        """Note what step 3 has recorded, in the order in which it does."""
        by_partition: dict[str, list[Chunk]] = {}
        for chunk in chunks:
            by_partition.setdefault(chunk.partition, []).append(chunk)
        for name, mine in by_partition.items():
            for record in (record for chunk in mine for record in chunk.records):
                self.arrivals.setdefault((name, record.offset), _told(name, record))

    def expected(self, records: Iterable[LogRecord] | None = None) -> Expected:
        """What the oracle makes of these records; by default of all, as they arrived."""
        if records is None:
            records = as_they_arrived(self.arrivals.values(), self._alone)
        rules = self.rules
        return expected(
            self.projection.name,
            records,
            timezone=rules.timezone,
            leader_roles=rules.leader_roles,
            currency=rules.currency,
        )

    def _alone(self, record: LogRecord) -> Expected:
        value = record.value
        if value not in self._of_one:
            self._of_one[value] = self.expected([record])
        return self._of_one[value]

    def documents(self) -> dict[str, Document]:
        """Date → the stored document, without our own fields.

        A date that came back to nothing, as late history may have it, counts as none.
        """
        stored = self.store.scan(self.projection.collection())
        return {each["date"]: plain(each) for each in stored if each["hours"]}

    def owners(self) -> dict[str, str]:
        """Event id → the coordinate that has claimed it, for all ids of the log."""
        return self.store.owners(self.projection.ledger(), IDS)

    def stored_order(self) -> list[LogRecord]:
        """The whole log as it arrived by what the store holds.

        Facts in the order of their journals, then the other events that own
        their id; what owns none counts for nothing and comes last.
        """
        places = {_coordinate(each): each for each in self._all_records}
        facts = [
            fact["at"]
            for journal in self.store.scan(self.projection.journals())
            for fact in journal["facts"]
        ]
        owned = set(self.owners().values())
        assert len(facts) == len(set(facts))
        assert owned.issuperset(facts)
        order = [*facts, *(owned - set(facts)), *(places.keys() - owned)]
        return as_they_arrived((places[each] for each in order), self._alone)

    def dump(self) -> dict[str, Any]:
        """Everything that is stored."""
        kinds = (
            self.projection.collection(),
            CHECKPOINTS,
            DEAD_LETTERS,
            self.projection.journals(),
        )
        found: dict[str, Any] = {kind: list(self.store.scan(kind)) for kind in kinds}
        return found | {"ledger": self.owners()}

    def check_exact(self) -> None:
        """The documents are the oracle's, and so are the dead letters."""
        assert len(self.arrivals) == len(self._all_records)
        oracle = self.expected()
        assert self.documents() == oracle.documents
        letters = {(d["topic"], d["partition"], d["offset"]) for d in self.store.scan(DEAD_LETTERS)}
        assert letters == set(oracle.dead_letters)
        for name, end in self.ends().items():
            assert self.checkpoints()[name]["ranges"] == [[0, end]]

    def check_readable(self) -> None:
        """What a reader may see at any instant: figures that agree with each other."""
        shape = self.projection.shape
        for document in self.store.scan(self.projection.collection()):
            derived = dict(document)
            shape.derive(derived)
            assert derived == document
            by_hour: dict[str, int] = {}
            for hour in document["hours"].values():
                for name, value in hour.items():
                    by_hour[name] = by_hour.get(name, 0) + value
            assert by_hour == {name: document[name] for name in by_hour}

    def check_counts(self) -> None:
        """The invariant at any instant, where no journal is needed to tell.

        A document is the fold of the distinct events of its date whose offsets
        lie in its own ranges.
        """
        if self.projection.bookkeeper() is not None:
            return
        owned = set(self.owners().values())
        records = [each for each in self._all_records if _coordinate(each) in owned]
        for document in self.store.scan(self.projection.collection()):
            ranges = {name: known["ranges"] for name, known in document["source"].items()}
            absorbed = [r for r in records if contains(ranges.get(_partition(r), []), r.offset)]
            assert plain(document) == self.expected(absorbed).documents[document["date"]]


class Process:
    """One process: a Flush with a memory of its own, and what it has left to read."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.flush = Flush(
            world.projection, world.open_store(), world.rules, world.clock.now, self._reached
        )
        self.spans: dict[str, Span] = {}
        self._batch: Sequence[Chunk] = ()
        self._happens: Happenings = {}

    def write(
        self,
        sizes: Sequence[int],
        *,
        backwards: bool = False,
        twice: bool = False,
        happens: Happenings | None = None,
    ) -> None:
        """Poll and flush so many offsets of each partition; `happens` tells what at which step.

        With `twice`, the batch holds every chunk a second time.
        """
        chunks = []
        taken = dict(self.spans)
        for (name, (at, stop)), size in zip(self.spans.items(), sizes, strict=False):
            end = min(stop, at + size)
            if at < end:
                chunks.append(self.world.log.chunk(name, at, end))
                taken[name] = (end, stop)
        self._batch = chunks[::-1] if backwards else chunks
        self._happens = happens or {}
        if chunks:
            self.flush.write([*self._batch, *self._batch] if twice else self._batch)
            self.world.recorded(self._batch)
        self.spans = taken

    def run(self, size: int = 5) -> None:
        """Write batches until everything is read."""
        while any(at < stop for at, stop in self.spans.values()):
            self.write([size] * len(self.spans))

    def _reached(self, step: Step) -> None:
        if step is Step.CLAIM and not self.world.transactional:
            self.world.recorded(self._batch)
        for happens in self._happens.get(step, ()):
            happens()


def plain(document: Document) -> Document:
    """A stored document without our own fields."""
    return {name: value for name, value in document.items() if name not in OUR_OWN}


def crash() -> None:
    """Die."""
    raise Crash


def _told(name: str, record: Any) -> LogRecord:
    topic, _, number = name.rpartition("/")
    return LogRecord(topic, int(number), record.offset, record.value)


def _partition(record: LogRecord) -> str:
    return f"{record.topic}/{record.partition}"


def _coordinate(record: LogRecord) -> str:
    return f"{_partition(record)}:{record.offset}"


def _gaps(ranges: Sequence[Sequence[int]]) -> list[Span]:
    ends = [0, *(end for _, end in ranges)]
    return [(end, start) for end, (start, _) in zip(ends, ranges, strict=False) if end < start]
