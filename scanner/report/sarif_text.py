"""Text as SARIF wants it: in a message, brackets make a link and braces a placeholder."""

from __future__ import annotations

import re
from typing import TypeAlias

from scanner.printable import printable

Message: TypeAlias = dict[str, str]

_LINKING = re.compile(r"[\\\[\]]")
_BLANK = re.compile(r"(?P<quote>['\"]?)\{(?P<name>[^{}]+)\}(?P=quote)")


def message(text: str) -> Message:
    """Return a plain-text message that shows `text` and links nowhere. (SARIF 2.1.0 §3.11.6)."""
    return {"text": _LINKING.sub(r"\\\g<0>", printable(text))}


def paragraph(text: str) -> str:
    """Return `text` on one line."""
    return printable(" ".join(text.split()))


def block(text: str) -> str:
    """Return `text` with its lines, every other control character made visible."""
    return "\n".join(printable(line.expandtabs(4)) for line in text.strip().split("\n"))


def sentence(text: str) -> str:
    """Return `text` on one line with a full stop."""
    text = paragraph(text)
    return text if text.endswith(".") else f"{text}."


def shortened(text: str, limit: int) -> str:
    """Return `text` within `limit` characters, cut between words."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rpartition(" ")[0] or head) + "…"


def numbered(template: str) -> str:
    """
    Return a rule's message with SARIF's placeholders, in quotes: counted from 0, not named.

    A rule's template has no braces but those of its blanks. (SARIF 2.1.0 §3.11.5)
    """
    order: dict[str, int] = {}

    def placeholder(blank: re.Match[str]) -> str:
        return f"'{{{order.setdefault(blank['name'], len(order))}}}'"

    return sentence(_BLANK.sub(placeholder, template))
