"""Text from Azure is data: it must not steer the terminal or the reader's eye."""

from __future__ import annotations

import unicodedata

_STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Controls, formats (among them right-to-left marks), surrogates, unassigned, line separators."""


def printable(text: str) -> str:
    r"""
    Return `text` with every character that steers instead of showing written as an escape.

    A name such as `\x1b[2J` (clear the screen) prints as those seven visible
    characters; a newline in a name cannot start a line of its own.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _STEERING:
        return character
    code = ord(character)
    if code < 0x100:  # noqa: PLR2004 - two hexadecimal digits
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - four digits
