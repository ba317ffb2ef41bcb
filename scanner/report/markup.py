"""Text inside XML and HTML: it stands there and does nothing."""

from __future__ import annotations

from html import escape

from scanner.printable import printable


def escaped(text: str) -> str:
    """Return text as the content of an element, on one line."""
    return escape(printable(text))


def attribute(text: str) -> str:
    """Return text as the quoted value of an attribute, on one line."""
    return f'"{escape(printable(text))}"'
