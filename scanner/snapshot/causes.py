"""What is wrong with a file, as part of a line that people read."""

from __future__ import annotations

import msgspec

from scanner.printable import printable

LONGEST = 100
"""A message quotes no more of a file than this."""

_CUT_OFF = "cut off, or half a surrogate pair"


def position(error: msgspec.DecodeError, end: int) -> int:
    """
    Return the byte that msgspec means; what is cut off is wrong at its end.

    It counts from 0, but from 1 where it says `trailing characters`.
    """
    before, found, rest = str(error).partition(" (byte ")
    if not found:
        return end
    return int(rest.rstrip(")")) - before.endswith("trailing characters")


def cause(error: msgspec.DecodeError) -> str:
    """Return what msgspec says, which may quote the file, without what we say ourselves."""
    said = str(error).removeprefix("JSON is malformed: ").partition(" (byte")[0]
    return quoted(said.replace("Input data was truncated", _CUT_OFF))


def quoted(text: str) -> str:
    """Return text from the file, short and harmless."""
    return printable(text if len(text) <= LONGEST else f"{text[:LONGEST]}...")
