"""Media and sources; brokers are real and shared by the run, topics and groups are not."""

import gc
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from sc_analytics_cli.event import LogRecord
from sc_analytics_cli.source.confluent.log import ConfluentSource
from sc_analytics_cli.source.file.log import FileSource
from sc_analytics_cli.source.kafka.log import KafkaSource
from tests.contract.sources.media import AsArchive, AsLines, Filled, Medium, OnKafka
from tests.contract.sources.reading import HASTE
from tests.servers import KafkaServer


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Collect what such a test has left, now that it holds nothing any more; see sockets.py."""
    done = yield
    if item.get_closest_marker("filterwarnings"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    return done


CLIENTS: Mapping[str, type[KafkaSource]] = {
    "kafka-python": KafkaSource,
    "confluent": ConfluentSource,
}

EVERY = [
    pytest.param("kafka-python", marks=pytest.mark.servers),
    pytest.param("confluent", marks=pytest.mark.servers),
    "lines",
    "lines.gz",
    "lines.zst",
    "archive",
    "archive.gz",
]

TEXTS = [
    b'{"event_id":"1"}',
    " é 😀 \u2028 ".encode(),
    b"\ta quoted \\\" and a ' \x7f",
    b"x" * 300_000,
    b"{}",
]


def sample(count: int, *, whole: bool = True) -> list[LogRecord]:
    """So many records: among them, if `whole`, tombstones, empty values, keys and headers."""
    records = []
    for number in range(count):
        value: bytes | None = TEXTS[number % 5] if number % 50 < 5 else b'{"n":%d}' % number
        if whole and number % 7 == 3:
            value = None if number % 2 else b""
        key = b"" if number % 10 == 4 else b"key-%d" % number
        headers = [("trace", b"\xc3\xa9%d" % number), ("é", b"2"), ("trace", b"")]
        records.append(
            LogRecord(
                number,
                value,
                None if number % 3 == 0 and value is not None else key,
                1_790_000_000_000 + number * 1000,
                headers[: number % 4],
            )
        )
    return records


@pytest.fixture(scope="module", params=EVERY)
def medium(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Medium:
    """Each way to keep a log."""
    if request.param in CLIENTS:
        server: KafkaServer = request.getfixturevalue("kafka")
        return OnKafka(server.bootstrap_servers, CLIENTS[request.param])
    kind, dot, packing = request.param.partition(".")
    folder = tmp_path_factory.mktemp("medium")
    return (AsLines if kind == "lines" else AsArchive)(folder, dot + packing)


@pytest.fixture(scope="module")
def filled(medium: Medium) -> Iterator[Filled]:
    """A log for reading only: 420 records, 1 record and, where there can be one, none."""
    whole = medium.whole_records
    contents = {0: sample(420), 1: sample(1), 2: []} if whole else {0: sample(420, whole=False)}
    made = medium.fill(contents)
    with closing(made.source):
        yield made


@pytest.fixture
def servers(kafka: KafkaServer) -> str:
    """The address of a real broker."""
    return kafka.bootstrap_servers


@pytest.fixture(params=CLIENTS)
def opens(request: pytest.FixtureRequest) -> type[KafkaSource]:
    """Each client that a broker can be read with, as a kind of source."""
    return CLIENTS[request.param]


@pytest.fixture
def source(opens: type[KafkaSource], servers: str) -> Iterator[KafkaSource]:
    """That broker as a source, with a time-out of 5 s and the shortest session that it allows."""
    with closing(opens(servers, timeout=5.0, session_timeout=6.0)) as made:
        yield made


@pytest.fixture
def hasty(opens: type[KafkaSource], servers: str) -> Iterator[KafkaSource]:
    """The broker as a source that does not wait long."""
    with closing(opens(servers, timeout=HASTE, session_timeout=6.0)) as made:
        yield made


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., FileSource]]:
    """Writes bytes to a file and opens it as a source, which is closed at the end."""
    sources: list[FileSource] = []

    def open_bytes(content: bytes, name: str = "events.ndjson") -> FileSource:
        path = tmp_path / name
        path.write_bytes(content)
        sources.append(FileSource(str(path)))
        return sources[-1]

    yield open_bytes
    for each in sources:
        each.close()
