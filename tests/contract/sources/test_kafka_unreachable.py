"""A broker that is not there from the beginning: an error in time, and nothing left behind."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from sc_analytics_cli.errors import UnreachableError, UsageError
from sc_analytics_cli.source.kafka.log import KafkaSource
from tests.contract.sources.sockets import LEAVES_SOCKETS

pytestmark = LEAVES_SOCKETS


@pytest.fixture
def closed_port() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def silent_port() -> Iterator[str]:
    """An address at which connections are accepted and nothing is said."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("timeout", [0.3, 1.5])
@pytest.mark.parametrize("port", ["closed_port", "silent_port"])
def test_nobody_there_is_unreachable_in_time(
    opens: type[KafkaSource], request: pytest.FixtureRequest, port: str, timeout: float
) -> None:
    address = request.getfixturevalue(port)
    began = time.monotonic()
    with pytest.raises(UnreachableError, match=address) as raised:
        opens(address, timeout=timeout)
    assert time.monotonic() - began < timeout + 2
    assert raised.value.exit_code == 5
    assert "--bootstrap-servers" in str(raised.value.advice)


def test_a_host_that_does_not_exist_is_unreachable(opens: type[KafkaSource]) -> None:
    with pytest.raises(UnreachableError, match=r"no\.such\.host"):
        opens("no.such.host.invalid:9092", timeout=0.5)


@pytest.mark.parametrize("servers", ["localhost:port", "", " , ", "[::1", "host:"])
def test_an_address_that_is_none_is_a_usage_error(opens: type[KafkaSource], servers: str) -> None:
    with pytest.raises(UsageError, match="names no Kafka broker"):
        opens(servers, timeout=0.5)


def test_trying_again_and_again_leaves_no_threads_behind(
    opens: type[KafkaSource], closed_port: str
) -> None:
    before = threading.active_count()
    for _ in range(5):
        with pytest.raises(UnreachableError):
            opens(closed_port, timeout=0.2)
    # Of what ran before, something may have ended meanwhile.
    assert threading.active_count() <= before


@pytest.mark.servers
def test_one_of_several_brokers_is_enough(
    opens: type[KafkaSource], closed_port: str, servers: str
) -> None:
    source = opens(f"{closed_port}, {servers}", timeout=5.0)
    assert source.partitions([]) == []
    source.close()
