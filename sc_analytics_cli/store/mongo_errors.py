"""pymongo's errors in terms of the product's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DocumentTooLarge,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from ..errors import AnalyticsError, AuthenticationError, UnreachableError, UsageError

_NO_LOGIN: Final = {13: "is not allowed to do this", 18: "was refused", 8000: "was refused"}


@contextmanager
def translated() -> Iterator[None]:
    """Raise the product's error for whatever pymongo raises inside.

    UnreachableError stands for every failure after which the outcome is unknown,
    so that the caller loads again before it goes on.
    """
    try:
        yield
    except PyMongoError as error:
        raise _translation(error) from error


def _translation(error: PyMongoError) -> AnalyticsError:
    if isinstance(error, OperationFailure) and error.code in _NO_LOGIN:
        return AuthenticationError(
            f"the MongoDB login {_NO_LOGIN[error.code]}: code {error.code}",
            cause="wrong user or password, or too few rights (readWrite is needed)",
            advice="check the user in SC_ANALYTICS_STORE and its authSource",
        )
    if isinstance(error, DocumentTooLarge):
        return AnalyticsError(
            "a document would outgrow MongoDB's 16 MB; nothing of it was stored",
            cause="a date with very many communities, or an order with very many facts",
        )
    if isinstance(error, ConfigurationError):
        return UsageError(f"--store: {error}", advice="--store mongodb://host:27017/sc_analytics")
    if isinstance(error, ConnectionFailure | WTimeoutError | BulkWriteError) or error.timeout:
        return UnreachableError(
            f"MongoDB does not answer: {_first_line(error)}",
            cause="it is not running there, or the network does not let us through",
            advice="check --store and that mongod runs, then type the command again",
        )
    return AnalyticsError(f"MongoDB: {_first_line(error)}")


def _first_line(error: PyMongoError) -> str:
    return str(error).split(", Timeout:")[0].splitlines()[0][:300]
