"""``python -m tests.servers``: one Kafka and one MongoDB, until Ctrl-C or SIGTERM.

Standard output gets two lines, ready for a shell or an ``.env`` file:
``SC_ANALYTICS_BOOTSTRAP_SERVERS=…`` and ``SC_ANALYTICS_STORE=…``. Everything else goes to standard
error. ``--fetch`` only fills the cache.
"""

import argparse
import signal
import sys
import time
from contextlib import ExitStack
from types import FrameType

from tests.servers import KafkaServer, MongoServer, ServerError
from tests.servers.cache import cache_root
from tests.servers.java import find_java
from tests.servers.kafka_package import kafka_classpath
from tests.servers.mongo_package import find_mongod


def main() -> int:
    """Return 0 after Ctrl-C or SIGTERM, 1 where a server can not be had, or ended by itself."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.servers",
        description="Run one Kafka and one MongoDB replica set until Ctrl-C.",
    )
    parser.add_argument("--fetch", action="store_true", help="only fetch what they need")
    arguments = parser.parse_args()
    # A shell starts background commands with SIGINT ignored, so neither is left to its default.
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _fetch() if arguments.fetch else _run()
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0


def _fetch() -> int:
    find_java()
    kafka_classpath()
    mongod = find_mongod()
    sys.stderr.write(f"cache: {cache_root()}\nmongod: {mongod.program}\n")
    return 0


def _run() -> int:
    with ExitStack() as stack:
        kafka = stack.enter_context(KafkaServer())
        mongo = stack.enter_context(MongoServer())
        sys.stdout.write(f"SC_ANALYTICS_BOOTSTRAP_SERVERS={kafka.bootstrap_servers}\n")
        sys.stdout.write(f"SC_ANALYTICS_STORE={mongo.database_uri('sc_analytics')}\n")
        sys.stdout.flush()
        sys.stderr.write("Ctrl-C stops both.\n")
        while kafka.running and mongo.running:
            time.sleep(0.5)
        ended = mongo if kafka.running else kafka
        sys.stderr.write(f"{ended.name} has ended:\n{ended.log_tail()}\n")
        return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
