"""The kinds of store that the contract is held against, as parameters of the fixture `place`."""

import pytest

SQLITE = "sqlite"
MONGO = [
    pytest.param("mongo replica set", marks=pytest.mark.servers),
    pytest.param("mongo standalone", marks=pytest.mark.servers),
]

DURABLE = [SQLITE, *MONGO]
"""Those that several processes can share."""

SHARED = ["memory", *DURABLE]
"""Those that several threads can share. An overlay belongs to one run."""

EVERY = ["overlay on memory", "overlay on sqlite", *SHARED]


def only(*kinds: object) -> pytest.MarkDecorator:
    """Hold a test, or a module as its `pytestmark`, against these kinds alone."""
    return pytest.mark.parametrize("place", kinds, indirect=True)
