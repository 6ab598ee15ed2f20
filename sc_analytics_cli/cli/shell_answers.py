"""The answer to a shell that asks at a Tab, in the form that each of them takes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Final

ASKED: Final = "_SC_ANALYTICS_COMPLETE"
_WORDS, _WORD_NUMBER = "COMP_WORDS", "COMP_CWORD"
_LINE, _ACTION = "_TYPER_COMPLETE_ARGS", "_TYPER_COMPLETE_FISH_ACTION"

Answer = Callable[[Sequence[str]], str]
"""Of lines, each a word that may follow, and behind a tab what it is."""


def answer_for(shell: str) -> Answer | None:
    """How the lines are written for this shell; None: as they are.

    What the shell has said in the environment is put in the form that it is read in.
    """
    prepare = {"bash": _for_bash, "zsh": _for_zsh, "fish": _for_fish}.get(shell)
    return None if prepare is None else prepare()


def _for_bash() -> Answer:
    cut = _whole_words()
    return lambda lines: "".join(f"{each[cut:]}\n" for each in lines)


def _for_fish() -> Answer:
    """Whole words: the value of `--date=` with its option."""
    option = _option_before_value()
    return lambda lines: "".join(f"{option}{each}\n" for each in lines)


def _for_zsh() -> Answer:
    """Code that it runs. Fish is told the same words, but in a form that can be read."""
    option = _option_before_value()
    os.environ |= {ASKED: "complete_fish", _ACTION: "get-args"}
    return lambda lines: (_PAST_OPTION if option else "") + _zsh_code(lines) + "\n"


_PAST_OPTION: Final = "compset -P '*='; "
_CUT: Final = (
    'for sc_at in {1..$#sc_shown}; do sc_shown[sc_at]="${sc_shown[sc_at][1,COLUMNS-1]}"; done; '
)
"""A line of the menu for each word, however narrow the terminal."""


def _zsh_code(lines: Sequence[str]) -> str:
    """Offers the words in our order; files where there are none."""
    pairs = [each.partition("\t")[::2] for each in lines if each]
    if not pairs:
        return "_files"
    words = " ".join(_quoted(word) for word, _ in pairs)
    if not any(what for _, what in pairs):
        return f"local -a sc_words; sc_words=({words}); compadd -V sc-analytics -a sc_words"
    width = max(len(word) for word, _ in pairs)
    shown = (f"{word:{width}}  -- {what}" if what else word for word, what in pairs)
    return (
        f"local -a sc_words sc_shown; local sc_at; sc_words=({words}); "
        f"sc_shown=({' '.join(map(_quoted, shown))}); {_CUT}"
        "compadd -l -V sc-analytics -d sc_shown -a sc_words"
    )


def _quoted(text: str) -> str:
    """One word of a shell, whatever it holds."""
    return "'" + text.replace("'", "'\\''") + "'"


def _option_before_value() -> str:
    """`--date=` where the line ends in an option and the beginning of its value."""
    last = os.environ.get(_LINE, "").rpartition(" ")[2]
    option, equals, _ = last.partition("=")
    return option + equals if option.startswith("-") and equals else ""


def _whole_words() -> int:
    """Put together what bash took apart at `:` and `=` (COMP_WORDBREAKS).

    Returns how much of the last word bash keeps as it is: up to its last `:`.
    """
    line, number = os.environ[_WORDS], int(os.environ[_WORD_NUMBER])
    # The script that is installed puts a line break between words; others, a space.
    parts = line.split("\n" if "\n" in line else " ")
    parts += [""] * (number + 1 - len(parts))
    words: list[str] = []
    glued = False
    for part in parts[: number + 1]:
        breaks = part in (":", "=")
        if words and (glued or breaks):
            words[-1] += part
        else:
            words.append(part)
        glued = breaks
    os.environ[_WORDS] = "\n".join(words)
    os.environ[_WORD_NUMBER] = str(len(words) - 1)
    value = words[-1].rpartition("=")[2]
    return len(value) - len(value.rpartition(":")[2])
