"""Text in the columns of a terminal: broken between words, never inside a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from scanner.printable import printable

NARROWEST = 50
"""A terminal narrower than this gets lines that are too long rather than a column of words."""

_LONGEST_WORD = 300
"""The longest name ARM allows is 260 characters."""

_LONGEST_ARGUMENT = 1_000
"""An ID with several such names in it."""

_SHELL_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*"|['"])+""")


def prose(text: str, width: int) -> list[str]:
    """Break `text` between words; a word too long for a line stands whole on its own."""
    return list(_filled(map(elided, printable(text).split(" ")), " ", width))


def chain(links: Iterable[str], joint: str, width: int) -> list[str]:
    """Break a chain of names before its joints; a link longer than a line breaks as prose."""
    lines = _filled((elided(printable(link)) for link in links), joint, width)
    return [piece for line in lines for piece in prose(line, width)]


def command(text: str, width: int) -> list[str]:
    r"""
    Break a shell command between words, so that it can still be pasted.

    Each line but the last ends in a backslash; what stands in quotes is one word.
    """
    words = (elided(word, _LONGEST_ARGUMENT) for word in _SHELL_WORD.findall(printable(text)))
    *lines, last = list(_filled(words, " ", width - 2)) or [""]
    return [*(f"{line} \\" for line in lines), last]


def elided(text: str, limit: int = _LONGEST_WORD) -> str:
    """Return `text` with its middle left out where it exceeds `limit`."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def listed(names: Sequence[str], most: int) -> str:
    """Return up to `most` names and the number of the rest."""
    shown = ", ".join(elided(printable(name)) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def indented(label: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines below one another to the right of a label."""
    for line in lines:
        yield f"{label}{line}"
        label = " " * len(label)


def _filled(pieces: Iterable[str], joint: str, width: int) -> Iterator[str]:
    """Yield lines of as many pieces as fit; a joint that starts a line is what it was, stripped."""
    line: str | None = None
    for piece in pieces:
        if line is None:
            line = piece
        elif len(line) + len(joint) + len(piece) <= width:
            line += joint + piece
        else:
            yield line
            line = joint.lstrip() + piece
    if line is not None:
        yield line
