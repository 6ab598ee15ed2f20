"""What Kafka and MongoDB servers have in common: the life of one server process and its data."""

import atexit
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from tests.servers.child import Child
from tests.servers.errors import NotOurServer, ServerFailed
from tests.servers.workdir import WorkDirectory

_POLL_INTERVAL = 0.05
_LOG_BYTES = 256 * 1024


class Server(ABC):
    """One server process with its data, or somebody's own server.

    ``start`` returns when the server answers requests, and raises where it can not be had
    (``ServerMissing``) or does not answer in time (``ServerFailed``). Ports and data stay the same
    until ``stop``, whatever happens to the process. Nothing is left of it after ``stop``, nor after
    the end of this process.
    """

    name: ClassVar[str]
    variable: ClassVar[str]

    def __init__(self, *, start_timeout: float = 60.0, stop_timeout: float = 20.0) -> None:
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._directory: WorkDirectory | None = None
        self._child: Child | None = None
        self._external: str | None = None
        self._last_log = ""

    # -- what a kind of server must say -------------------------------------------------------

    @abstractmethod
    def _adopt(self, address: str) -> bool:
        """Tell whether somebody's own server at ``address`` is what is asked for."""

    @abstractmethod
    def _prepare(self, directory: Path) -> None:
        """Find the program, choose the ports, write configuration and data; once a ``start``."""

    @abstractmethod
    def _command(self, directory: Path) -> Sequence[str]:
        """Return the command that runs the server in the foreground."""

    @abstractmethod
    def _environment(self) -> Mapping[str, str]:
        """Return what the server's environment has besides ours."""

    @abstractmethod
    def _is_ready(self) -> bool:
        """Ask the server something real; bounded to a few seconds."""

    # -- the life of the server ---------------------------------------------------------------

    def start(self) -> None:
        """Start with empty data, and return when the server answers."""
        if self._external is not None or self._directory is not None:
            raise RuntimeError(f"{self.name} is started already")
        address = os.environ.get(self.variable)
        if address and self._adopt(address):
            self._external = address
            return
        self._directory = WorkDirectory(self.name.lower())
        _started[id(self)] = self
        try:
            self._prepare(self._directory.path)
            self._launch()
        except BaseException:
            self._discard()
            raise

    def stop(self) -> None:
        """End the server in order and delete its data; nothing happens where it is not started."""
        self._external = None
        if self._child is not None:
            self._child.terminate(self._stop_timeout)
        self._discard()

    def kill(self) -> None:
        """SIGKILL: no clean-up, no farewell. Data and ports are kept for ``restart``."""
        self._own_child("kill").kill()

    def restart(self) -> None:
        """Start again on the same ports and data, ending the process first where it still runs."""
        self._own_child("restart").terminate(self._stop_timeout)
        self._launch()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, until ``resume``."""
        self._own_child("pause").pause()

    def resume(self) -> None:
        """Let a paused server go on, and return when it answers again."""
        child = self._own_child("resume")
        child.resume()
        self._await_ready(child)

    def recover(self) -> None:
        """Bring a started server that was paused, killed or has died back to answering."""
        if self._child is None:
            return
        if self._child.exit_code is not None:
            self._launch()
        elif self._child.paused:
            self.resume()

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._own_child("look at").pid

    @property
    def running(self) -> bool:
        """Whether a process of ours is there, paused or not; always true of somebody's own."""
        if self._external is not None:
            return True
        return self._child is not None and self._child.exit_code is None

    def log_tail(self, lines: int = 40) -> str:
        """Return the end of the server's log, also after ``stop``."""
        return "\n".join(self._read_log().splitlines()[-lines:])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # -- inside -------------------------------------------------------------------------------

    def _own_child(self, verb: str) -> Child:
        if self._external is not None:
            raise NotOurServer(
                f"can not {verb} the {self.name} server given by {self.variable}: it is not ours. "
                f"Unset {self.variable} to let the tests start their own."
            )
        if self._child is None:
            raise RuntimeError(f"{self.name} is not started")
        return self._child

    def _launch(self) -> None:
        assert self._directory is not None
        # The server inherits the lock, so that its data counts as in use for as long as it lives.
        self._child = Child(
            self._command(self._directory.path),
            log=self._directory.path / "server.log",
            environment=self._environment(),
            inherit=[self._directory.lock],
        )
        self._await_ready(self._child)

    def _await_ready(self, child: Child) -> None:
        deadline = time.monotonic() + self._start_timeout
        while True:
            ready = self._is_ready()
            # Asked afterwards: what answered may have been another server on the same port.
            if child.exit_code is not None:
                raise ServerFailed(
                    f"{self.name} ended with exit code {child.exit_code}", self.log_tail()
                )
            if ready:
                return
            if time.monotonic() > deadline:
                raise ServerFailed(
                    f"{self.name} did not answer within {self._start_timeout:g} s", self.log_tail()
                )
            time.sleep(_POLL_INTERVAL)

    def _discard(self) -> None:
        if self._child is not None:
            self._child.kill()
        self._last_log = self._read_log()
        self._child = None
        if self._directory is not None:
            self._directory.remove()
        self._directory = None
        _started.pop(id(self), None)

    def _read_log(self) -> str:
        if self._directory is None:
            return self._last_log
        path = self._directory.path / "server.log"
        if not path.exists():
            return ""
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - _LOG_BYTES))
            return log.read().decode(errors="replace")


_started: dict[int, Server] = {}
_owner = os.getpid()


@atexit.register
def _discard_all() -> None:
    if os.getpid() != _owner:  # a forked copy of us ends; the servers are not its own
        return
    for server in list(_started.values()):
        server._discard()
