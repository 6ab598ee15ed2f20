"""A reader that no moment of a rebuild may show a half-built document."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.integration.documents import PROJECTIONS, collection_of
from tests.integration.test_backfill import inconsistencies

from .agenda import Book

_PAUSE_SECONDS = 0.2


class Looking:
    """Reads every document again and again, past the proxy, while the server answers."""

    def __init__(self, uri: str, book: Book) -> None:
        self.looks = 0
        self._uri = uri
        self._book = book
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        with MongoClient[dict[str, Any]](self._uri, timeoutMS=3000) as client:
            database = client.get_default_database()
            while not self._over.wait(_PAUSE_SECONDS):
                for projection in PROJECTIONS:
                    try:
                        documents = list(database[collection_of(projection)].find())
                    except PyMongoError:
                        continue
                    self.looks += len(documents)
                    for document in documents:
                        for wrong in inconsistencies(projection, document):
                            self._book.wrong(f"a reader saw {wrong}")
