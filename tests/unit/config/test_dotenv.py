"""What a line of `./.env` means."""

from __future__ import annotations

from pathlib import Path

import pytest

from sc_analytics_cli.config.dotenv import read_dotenv
from sc_analytics_cli.errors import UsageError


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("SC_ANALYTICS_X=a", "a"),
        ("  export SC_ANALYTICS_X = a b ", "a b"),
        ("SC_ANALYTICS_X=", ""),
        ("SC_ANALYTICS_X=a # b", "a"),
        ("SC_ANALYTICS_X= # b", ""),
        ("SC_ANALYTICS_X=a#b", "a#b"),
        ("SC_ANALYTICS_X='a # b'  # c", "a # b"),
        ('SC_ANALYTICS_X="a=b"', "a=b"),
        ('SC_ANALYTICS_X="it\'s"', "it's"),
        ("SC_ANALYTICS_X=$HOME", "$HOME"),
        ("SC_ANALYTICS_X=1\nSC_ANALYTICS_X=2", "2"),
    ],
)
def test_a_line_of_ours(tmp_path: Path, line: str, value: str) -> None:
    """Quotes and comments go; nothing is expanded; the last line counts."""
    path = tmp_path / ".env"
    path.write_text(line)
    assert read_dotenv(path)["SC_ANALYTICS_X"].text == value


def test_other_lines_are_passed_over(tmp_path: Path) -> None:
    """The file is shared with other programs, whatever they write."""
    path = tmp_path / ".env"
    path.write_text("# SC_ANALYTICS_A=1\nPASSWORD='open\n\nA=SC_ANALYTICS_B=2\nSC_ANALYTICS_C=3\n")
    assert {name: line.origin for name, line in read_dotenv(path).items()} == {
        "SC_ANALYTICS_C": f"{path}, line 5"
    }


@pytest.mark.parametrize("line", ["SC_ANALYTICS_X='hush", 'SC_ANALYTICS_X="hush" x'])
def test_a_quotation_mark_that_is_not_closed(tmp_path: Path, line: str) -> None:
    """The line is named; what stands there is not repeated."""
    path = tmp_path / ".env"
    path.write_text(f"\n{line}")
    with pytest.raises(UsageError, match="line 2") as refused:
        read_dotenv(path)
    assert "hush" not in refused.value.what


def test_no_file_says_nothing(tmp_path: Path) -> None:
    assert read_dotenv(tmp_path / ".env") == {}
    assert read_dotenv(tmp_path) == {}
