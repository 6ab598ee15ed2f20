"""What can be opened as a file of events, and what the error says of what cannot."""

import gzip
import io
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sc_analytics_cli.errors import NotThereError
from sc_analytics_cli.source.file.log import FileSource
from tests.contract.sources.reading import read_whole, values

NOBODY = 65534


class Stdin:
    """Standard input with these bytes in it."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Be an ordinary user for a while: root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch, pack: type[bytes]) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(pack(b"a\n\nb\n")))
    with closing(FileSource("-")) as source:
        chunks = read_whole(source, "any")
        assert values(chunks) == [b"a", b"b"]
        assert {chunk.label for chunk in chunks} == {"stdin"}
        assert values(read_whole(source, "any")) == [b"a", b"b"], "it can be read twice"


def test_standard_input_of_a_process_may_be_a_pipe() -> None:
    code = (
        "from sc_analytics_cli.source.file.log import FileSource\n"
        "source = FileSource('-')\n"
        "print(source.bounds(source.partitions(['any'])))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=b"a\nb\n",
        capture_output=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.strip().endswith(b"(1, 3)}")


def test_standard_input_has_the_coordinates_of_a_file_with_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"a\n")
    monkeypatch.setattr(sys, "stdin", Stdin(b"a\n"))
    with closing(FileSource("-")) as one, closing(FileSource(str(path))) as other:
        assert one.partitions(["any"]) == other.partitions(["any"])


def test_a_named_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"a\nb\n",))
    writer.start()
    with closing(FileSource(str(path))) as source:
        assert values(read_whole(source, "any")) == [b"a", b"b"]
    writer.join(10)
    assert not writer.is_alive()


def test_a_missing_file_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.ndjson", tmp_path / "no" / "such" / "folder"):
        with pytest.raises(NotThereError, match=path.name) as raised:
            FileSource(str(path))
        assert raised.value.exit_code == 6


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="folder"):
        FileSource(str(tmp_path))


def test_a_file_that_we_may_not_read_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "secret.ndjson"
    path.write_bytes(b"a\n")
    path.chmod(stat.S_IWUSR)
    with without_privileges(), pytest.raises(NotThereError, match="Permission denied"):
        FileSource(str(path))


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that fails when read")
def test_a_file_that_fails_while_it_is_read_is_not_there() -> None:
    with pytest.raises(NotThereError, match="cannot read"):
        FileSource("/proc/self/mem")


def test_a_file_may_be_deleted_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"a\nb\n")
    with closing(FileSource(str(path))) as source:
        path.unlink()
        assert values(read_whole(source, "any")) == [b"a", b"b"]
