"""Three members of one replica set on loopback, any of which may be killed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.integration.product import wait_until
from tests.servers.mongo import MongoServer
from tests.servers.ports import LOOPBACK, accepts_connections

_NAME = "rs3"


class Member(MongoServer):
    """One member; it counts as started when it accepts connections, primary or not."""

    def __init__(self) -> None:
        super().__init__(replica_set=False)
        # Somebody's own server is no member of ours.
        self.variable = "SC_ANALYTICS_TEST_MONGO_MEMBER"  # type: ignore[misc]

    @property
    def host(self) -> str:
        """HOST:PORT."""
        return f"{LOOPBACK}:{self._port}"

    def _command(self, directory: Path) -> Sequence[str]:
        small = [each.replace("CacheSizeGB=1", "CacheSizeGB=0.25") for each in
                 super()._command(directory)]  # fmt: skip
        return [*small, f"--replSet={_NAME}", "--oplogSize=64"]

    def _is_ready(self) -> bool:
        return accepts_connections(LOOPBACK, self._port)


class ReplicaSet:
    """The members together."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = members
        with self._direct(members[0]) as client:
            config = {
                "_id": _NAME,
                "members": [{"_id": n, "host": each.host} for n, each in enumerate(members)],
                "settings": {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500},
            }
            client.admin.command("replSetInitiate", config)
        wait_until(lambda: self.primary() is not None, what="a primary")

    def database_uri(self, name: str) -> str:
        """The address of a database of the set."""
        hosts = ",".join(each.host for each in self.members)
        return f"mongodb://{hosts}/{name}?replicaSet={_NAME}"

    def primary(self) -> Member | None:
        """The member that takes writes now, if there is one."""
        for member in self.members:
            try:
                with self._direct(member) as client:
                    if client.admin.command("hello")["isWritablePrimary"]:
                        return member
            except PyMongoError:
                continue
        return None

    def step_down(self) -> Member:
        """Let the primary give up its place for a while; returns it."""
        member = self.primary()
        assert member is not None
        with self._direct(member) as client:
            client.admin.command("replSetStepDown", 20, force=True)
        return member

    def _direct(self, member: Member) -> MongoClient[dict[str, Any]]:
        return MongoClient(
            f"mongodb://{member.host}/?directConnection=true",
            serverSelectionTimeoutMS=1000,
            timeoutMS=5000,
        )


@contextmanager
def replica_set() -> Iterator[ReplicaSet]:
    """Three new members; nothing of them is left afterwards."""
    with ExitStack() as stack:
        yield ReplicaSet([stack.enter_context(Member()) for _ in range(3)])
