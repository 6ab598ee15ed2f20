"""What can go wrong with a server.

ServerError
 ├─ ServerMissing    it can not be had on this machine; the message says what to install
 ├─ ServerFailed     it was had, and did not start or answer; the message carries its log
 └─ NotOurServer     it is somebody's own, so it is not ours to stop, kill or configure
"""


class ServerError(Exception):
    """Anything below."""


class ServerMissing(ServerError):
    """The server can not be had; ``str()`` is fit to be shown to a person as it is."""

    def __init__(self, server: str, reason: str, *, debian: str, macos: str, variable: str) -> None:
        super().__init__(
            f"{server} for the tests can not be had: {reason}\n"
            f"  Debian, Ubuntu:  {debian}\n"
            f"  macOS:           {macos}\n"
            f"  or use your own: {variable}"
        )


class ServerFailed(ServerError):
    """The server was started and ended, or did not answer in time."""

    def __init__(self, what: str, log: str) -> None:
        super().__init__(f"{what}\n--- end of its log ---\n{log}")


class NotOurServer(ServerError):
    """The test needs a server of its own, and was given somebody else's."""
