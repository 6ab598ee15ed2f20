"""The embedded store's file: how it comes to be, and what is said where it cannot be used."""

import os
import resource
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from sc_analytics_cli.errors import AnalyticsError, NotThereError, UnreachableError
from sc_analytics_cli.store.sqlite import SqliteStore
from tests.contract.stores.crowd import in_processes, in_threads

KIND = "analytics_order_funnel"
NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of a user for whom permissions count; the test runs as that user."""
    with ExitStack() as stack:
        made = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if os.geteuid() == 0:
            os.chown(made, NOBODY, -1)
            os.seteuid(NOBODY)
            stack.callback(os.seteuid, 0)
        stack.callback(made.chmod, 0o700)
        yield made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_file_is_for_its_owner_only_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "store.db"
    before = os.umask(umask)
    try:
        with closing(SqliteStore(path)) as store:
            store.swap(KIND, [{"_id": "a"}])
            assert {each.name: mode(each) for each in tmp_path.iterdir()} == dict.fromkeys(
                ["store.db", "store.db-wal", "store.db-shm"], 0o600
            )
    finally:
        os.umask(before)
    assert mode(path) == 0o600


def test_an_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch()
    path.chmod(0o640)
    with closing(SqliteStore(path)) as store:
        store.swap(KIND, [{"_id": "a"}])
    assert mode(path) == 0o640


def test_a_closed_store_is_one_file(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "store.db")) as store:
        store.swap(KIND, [{"_id": "a"}])
    assert [each.name for each in tmp_path.iterdir()] == ["store.db"]


@pytest.mark.parametrize("name", [":memory:", "file:x?mode=memory", "a b%20#?.db", "é😀.db"])
def test_any_name_is_the_name_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for n in (1, 2):
        with closing(SqliteStore(Path(name))) as store:
            assert len(store.swap(KIND, [{"_id": str(n)}])) == 1
            assert len(list(store.scan(KIND))) == n
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotThereError) as caught:
        SqliteStore(tmp_path / "missing" / "store.db")
    assert str(tmp_path / "missing") in caught.value.what
    assert "folder" in str(caught.value.cause)
    assert caught.value.advice == f"mkdir -p {tmp_path / 'missing'}"


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="not a file"):
        SqliteStore(tmp_path)


def test_a_read_only_file_is_refused(folder: Path) -> None:
    path = folder / "store.db"
    with closing(SqliteStore(path)) as store:
        store.swap(KIND, [{"_id": "a"}])
    path.chmod(0o400)
    with pytest.raises(NotThereError) as caught:
        SqliteStore(path)
    assert str(path) in caught.value.what
    assert "writable" in str(caught.value.cause)


def test_a_read_only_folder_is_refused(folder: Path) -> None:
    path = folder / "store.db"
    folder.chmod(0o500)
    with pytest.raises(NotThereError, match="Permission denied"):
        SqliteStore(path)
    folder.chmod(0o700)
    SqliteStore(path).close()
    folder.chmod(0o500)
    with pytest.raises(NotThereError) as caught:  # there is no room for its write-ahead log
        SqliteStore(path)
    assert "writable" in str(caught.value.cause)


@pytest.mark.parametrize("content", [b"not a database\n" * 500, b"{}", b"\0" * 4096])
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(AnalyticsError) as caught:
        SqliteStore(path)
    assert type(caught.value) is AnalyticsError
    assert str(path) in caught.value.what
    assert "not a store" in str(caught.value.cause)
    assert path.read_bytes() == content


def test_a_damaged_file_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(SqliteStore(path)) as store:
        store.swap(KIND, [{"_id": f"{n}", "text": "x" * 500} for n in range(100)])
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xee" * (len(content) - 4096))
    with closing(SqliteStore(path)) as store:
        with pytest.raises(AnalyticsError, match="cannot be read") as caught:
            list(store.scan(KIND))
        assert type(caught.value) is AnalyticsError


def test_a_database_of_another_program_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"CREATE TABLE {KIND} (colour TEXT)")
    with closing(SqliteStore(path)) as store:
        for verb in (lambda: store.load(KIND, ["a"]), lambda: store.swap(KIND, [{"_id": "a"}])):
            with pytest.raises(AnalyticsError, match="cannot be read") as caught:
                verb()
            assert type(caught.value) is AnalyticsError


def test_a_full_disk_undoes_the_stretch_and_the_store_goes_on(tmp_path: Path) -> None:
    def write(documents: list[dict[str, str]]) -> None:
        with store.atomic():
            store.swap(KIND, [{"_id": "b"}])
            store.swap(KIND, documents)

    with closing(SqliteStore(tmp_path / "store.db")) as store:
        (rev,) = store.swap(KIND, [{"_id": "a", "n": 1}]).values()
        large = [{"_id": f"{n}", "text": "x" * 4000} for n in range(2000)]
        for documents in (large, large[:100]):  # it fills up while writing; when committing
            with limited_file_size(200_000), pytest.raises(UnreachableError) as caught:
                write(documents)
            assert "disk" in str(caught.value.cause)
            assert list(store.scan(KIND)) == [{"_id": "a", "n": 1, "rev": rev}]
        assert len(store.swap(KIND, large)) == 2000
    with closing(SqliteStore(tmp_path / "store.db")) as store:
        assert len(list(store.scan(KIND))) == 2001


def come_and_go(number: int, path: Path, times: int) -> int:
    """Open, write one document, close; so often in each of four threads."""

    def one_thread(thread: int) -> int:
        written = 0
        for turn in range(times):
            with closing(SqliteStore(path)) as store:
                written += len(store.swap(KIND, [{"_id": f"{number}-{thread}-{turn}"}]))
        return written

    return sum(in_threads(4, one_thread))


def test_nothing_is_lost_where_many_open_and_close_one_new_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    written = in_processes(4, come_and_go, path, 15)
    assert written == [60] * 4
    with closing(SqliteStore(path)) as store:
        assert len(list(store.scan(KIND))) == 240


def test_opening_waits_for_another_process_and_gives_up_in_time(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE held (id)")
        start = time.monotonic()
        with pytest.raises(UnreachableError, match="locked"):
            SqliteStore(path, timeout=0.5)
        assert 0.4 < time.monotonic() - start < 10


@contextmanager
def limited_file_size(size: int) -> Iterator[None]:
    """No file of this process can grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
