"""Whether Kafka is there, lets us in and lets us read, and we can unpack what comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kafka import codec
from kafka.cluster import collect_hosts

from ...errors import AnalyticsError, NotThereError
from ...examination import Address, Check, names_resolve, ports_answer
from .log import KafkaSource

LOGIN = "Kafka login"
TOPICS = "Kafka topics"
_ADVICE = "check --bootstrap-servers"
_CODECS = {
    "gzip": codec.has_gzip,
    "lz4": codec.has_lz4,
    "snappy": codec.has_snappy,
    "zstd": codec.has_zstd,
}


def kafka_checks(
    servers: str,
    timeout: float,
    source: Callable[[], KafkaSource],
    topics: Sequence[str],
    groups: Sequence[str],
) -> list[Check]:
    """The checks of a cluster; `source` opens it, and raises what speaks against it."""
    wait = min(timeout, 5.0)
    return [
        Check("Kafka name", lambda: names_resolve(_addresses(servers), _ADVICE)),
        Check(
            "Kafka connection",
            lambda: ports_answer(_addresses(servers), wait, _ADVICE),
            ["Kafka name"],
        ),
        Check(LOGIN, lambda: _login(source), ["Kafka connection"]),
        Check(TOPICS, lambda: _topics(source(), topics), [LOGIN]),
        Check("Kafka rights", lambda: _rights(source(), topics, groups), [TOPICS]),
        Check("codecs", _codecs),
    ]


def _addresses(servers: str) -> list[Address]:
    return [(host, port) for host, port, _ in collect_hosts(servers.split(","), randomize=False)]


def _login(source: Callable[[], KafkaSource]) -> str:
    source()
    return "a broker has let us in"


def _topics(source: KafkaSource, topics: Sequence[str]) -> str:
    """Raise NotThereError that names every topic which is missing."""
    found, missing = [], []
    for topic in topics:
        try:
            found.append(f"{topic} has {len(source.partitions([topic]))} partitions")
        except NotThereError as error:
            missing.append(error)
    if missing:
        raise NotThereError(
            "; ".join(each.what for each in missing),
            cause="; ".join(dict.fromkeys(each.cause for each in missing if each.cause)) or None,
            advice=missing[0].advice,
        )
    return "; ".join(found)


def _rights(source: KafkaSource, topics: Sequence[str], groups: Sequence[str]) -> str:
    """Read a record of each partition, and look at each group; none is joined."""
    partitions = source.partitions(topics)
    bounds = source.bounds(partitions)
    read = source.first_timestamps({k: span for k, span in bounds.items() if span[0] < span[1]})
    for group in groups:
        source.committed(group, partitions[:1])
    empty = len(partitions) - len(read)
    words = f"read a record of {len(read)} partitions"
    if empty:
        words += f" ({empty} are empty)"
    return f"{words}, looked at {len(groups)} groups; none was joined"


def _codecs() -> str:
    missing = [name for name, there in _CODECS.items() if not there()]
    try:
        import crc32c  # type: ignore[import-untyped,unused-ignore]  # noqa: F401
    except ImportError:
        missing.append("crc32c")
    if missing:
        raise AnalyticsError(
            f"not installed: {', '.join(missing)}",
            cause="records packed with it cannot be read, or only very slowly",
            advice="pip install --force-reinstall sc-analytics",
        )
    return f"{', '.join(_CODECS)}, crc32c"
