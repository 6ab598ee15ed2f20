"""pymongo's errors in terms of the product's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from bson import encode
from bson.errors import BSONError
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.uri_parser import parse_uri

from ..errors import (
    AnalyticsError,
    AuthenticationError,
    LimitError,
    UnreachableError,
    UsageError,
)
from ..fold.field import Document

_ADVICE: Final = "--store mongodb://host:27017/sc_analytics"
DUPLICATE_KEY: Final = 11000
_MOST_BYTES: Final = 16 * 1024 * 1024
_NOT_ALLOWED: Final = 13
_NO_LOGIN: Final = (18, 8000)
_NO_ROOM: Final = 14031
_STARTED_AGAIN: Final = (43, 134, 175, 237, 11601)
"""A cursor of before is unknown, or was ended; what a majority has is not known yet."""

_VERIFY: Final = re.compile(r"certificate verify failed: (?P<reason>.*?)\.? \(_ssl")
_HOSTS_NAMED: Final = 3
_MISSING: Final = re.compile(
    r"not authorized on (?P<database>\S+) to execute command \{ (?P<command>\w+)"
)
_RIGHT_OF: Final = {
    "delete": "remove",
    "aggregate": "find",
    "createIndexes": "createIndex",
    "drop": "dropCollection",
}
"""The right that a command needs, where it is not called as the command is."""


def place(parsed: Mapping[str, Any]) -> tuple[str, str | None]:
    """The hosts and the user that a parsed address names, for messages."""
    hosts = [host if port is None else f"{host}:{port}" for host, port in parsed["nodelist"]]
    more = ["…"] if len(hosts) > _HOSTS_NAMED else []
    return ",".join(hosts[:_HOSTS_NAMED] + more), parsed["username"]


@contextmanager
def translated(at: tuple[str, str | None]) -> Iterator[None]:
    """Raise the product's error for whatever pymongo and bson raise inside; `at` is the place.

    UnreachableError stands for every failure after which the outcome is unknown,
    so that the caller loads again before it goes on.
    """
    try:
        yield
    except PyMongoError as error:
        raise _translation(error, *at) from error
    except (BSONError, OverflowError, UnicodeError) as error:
        raise AnalyticsError(f"MongoDB cannot store a value: {str(error)[:300]}") from error


def taken(error: BulkWriteError) -> list[int]:
    """The places in a bulk whose key somebody else has; any other failure is raised again."""
    details: Mapping[str, Any] = error.details
    if details["writeConcernErrors"] or any(
        each["code"] != DUPLICATE_KEY for each in details["writeErrors"]
    ):
        raise error
    return [each["index"] for each in details["writeErrors"]]


def check_sizes(kind: str, documents: Sequence[Document]) -> None:
    """Raise LimitError where one of these documents is more than MongoDB can hold."""
    sizes = {each["_id"]: len(encode(each)) for each in documents}
    largest = max(sizes, key=lambda each: sizes[each], default=None)
    if largest is not None and sizes[largest] > _MOST_BYTES:
        raise LimitError(
            f"{largest!r} of {kind} would outgrow MongoDB's 16 MB ({sizes[largest]:,} bytes); "
            "nothing of it was stored",
            cause="a date with very many communities or promotions, or an order with very many "
            "facts",
            advice="find the producer that makes up so many ids; a store without this limit is "
            "--store sqlite:///FILE",
        )


def unusable(uri: str, error: Exception) -> AnalyticsError:
    """What to say of an address that the driver refused with `error`; nothing of its login."""
    if type(error.__cause__).__module__.startswith("dns."):
        return UnreachableError(
            f"MongoDB's address cannot be looked up: {error}",
            cause="a wrong host name after mongodb+srv://, or no name server answers",
            advice="check --store",
        )
    if "password is required" in str(error):
        return UsageError(
            "the user in --store has no password",
            advice="set SC_ANALYTICS_STORE_PASSWORD, or --store-password-file FILE",
        )
    reason = _fault(uri) if "@" in uri else str(error)
    return UsageError(f"--store is not a MongoDB address: {reason}", advice=_ADVICE)


def no_user() -> UsageError:
    """What to say of a password without a user."""
    return UsageError(
        "there is a store password, but --store names no user",
        advice="--store mongodb://USER@host:27017/sc_analytics, or unset the password",
    )


def _fault(uri: str) -> str:
    """The driver quotes what it cannot read, so it is asked again without user and password."""
    scheme, _, rest = uri.partition("://")
    try:
        parse_uri(f"{scheme}://{rest.rpartition('@')[2]}")
    except (PyMongoError, ValueError, TypeError, OSError) as error:
        return str(error)
    return "in user and password, %-encode every character but letters, digits and - . _ ~"


def _translation(error: PyMongoError, hosts: str, user: str | None) -> AnalyticsError:
    if isinstance(error, OperationFailure) and error.code in _NO_LOGIN:
        return AuthenticationError(
            f"MongoDB at {hosts} refused the login of user {user!r}",
            cause="wrong user or password, or another authSource: the database that knows the user",
            advice="check the user in --store, its authSource and SC_ANALYTICS_STORE_PASSWORD",
        )
    if isinstance(error, OperationFailure) and error.code == _NOT_ALLOWED:
        return AuthenticationError(
            f"MongoDB at {hosts}: user {user!r} {_missing_right(error)}"
            if user
            else f"MongoDB at {hosts} wants a login",
            cause="too few rights: readWrite on the database, or the role in docs/security.md",
            advice="check the user in --store and the rights of that user",
        )
    if isinstance(error, OperationFailure) and error.code == _NO_ROOM:
        return UnreachableError(
            f"MongoDB at {hosts} has no room on its disk: {_first_line(error)}",
            cause="the disk is full, or has less left than MongoDB wants for an index",
            advice="make room on the server's disk, then type the command again",
        )
    if isinstance(error, ConfigurationError):
        return UsageError(f"--store: {error}", advice=_ADVICE)
    if match := _VERIFY.search(str(error)):
        return UnreachableError(
            f"the certificate of MongoDB at {hosts} is not trusted: {match['reason']}",
            cause="another authority signed it, it has expired, or it is that of another host",
            advice="tlsCAFile=FILE in --store names the authority",
        )
    if isinstance(error, ConnectionFailure) and "connection closed" in str(error):
        return UnreachableError(
            f"MongoDB at {hosts} closes the connection without an answer",
            cause="it wants TLS (tls=true in --store), or it is about to stop",
            advice="check --store, then type the command again",
        )
    again = isinstance(error, OperationFailure) and error.code in _STARTED_AGAIN
    if isinstance(error, ConnectionFailure | WTimeoutError | BulkWriteError) or (
        error.timeout or again
    ):
        return UnreachableError(
            f"MongoDB does not answer: {_first_line(error)}",
            cause="it is not running there, or the network does not let us through",
            advice="check --store and that mongod runs, then type the command again",
        )
    return AnalyticsError(f"MongoDB: {_first_line(error)}")


def _missing_right(error: OperationFailure) -> str:
    found = _MISSING.search(str(error))
    if found is None:
        return "may not do this"
    right = _RIGHT_OF.get(found["command"], found["command"])
    return f"has not the right {right!r} on database {found['database']}"


def _first_line(error: PyMongoError) -> str:
    text = str(error)
    for noise in (", Timeout:", ", full error:", " (configured timeouts:"):
        text = text.split(noise)[0]
    return text.splitlines()[0][:300]
