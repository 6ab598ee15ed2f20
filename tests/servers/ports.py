"""Free TCP ports on 127.0.0.1."""

import random
import socket
from itertools import islice

LOOPBACK = "127.0.0.1"

# Below every ephemeral range in use. While a killed server is down, a client that keeps trying an
# ephemeral port can be given that port as its own source port, connect to itself, and so keep the
# server from coming back.
_CANDIDATES = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Return ``count`` different ports on which nothing listens now."""
    shuffled = random.sample(_CANDIDATES, len(_CANDIDATES))
    found = list(islice(filter(_is_free, shuffled), count))
    if len(found) < count:
        raise OSError(f"no {count} free ports between {_CANDIDATES.start} and {_CANDIDATES.stop}")
    return found


def accepts_connections(host: str, port: int, timeout: float = 1.0) -> bool:
    """Tell whether something listens there, within ``timeout`` seconds."""
    try:
        socket.create_connection((host, port), timeout).close()
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
