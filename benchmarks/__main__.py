"""`make bench`: the product beside what it could be, on real servers, documents checked.

Absolute figures of a shared machine mean little; read the ratios.
"""

from __future__ import annotations

import argparse
import os
import platform

from tests.servers import KafkaServer, MongoServer

from . import (
    alternatives,
    backfill,
    communities,
    consume,
    consumers,
    growth,
    latency,
    writers,
)

SUBJECTS = {
    "consume": consume,
    "backfill": backfill,
    "communities": communities,
    "latency": latency,
    "peers": alternatives,
    "consumers": consumers,
    "growth": growth,
    "writers": writers,
}


def main() -> None:
    """Start the servers and measure one subject."""
    options = argparse.ArgumentParser(prog="python -m benchmarks")
    subjects = options.add_subparsers(dest="subject", required=True)
    for name, subject in SUBJECTS.items():
        subject.add_options(subjects.add_parser(name, help=subject.__doc__))
    chosen = options.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    with KafkaServer() as kafka, MongoServer() as mongo:
        SUBJECTS[chosen.subject].measure(kafka.bootstrap_servers, mongo, chosen)


if __name__ == "__main__":
    main()
