"""Numbers that JSON can write and nobody can hold: 1e999."""

from __future__ import annotations

import re

import msgspec

_STRIDE = 64
_LONG = re.compile(rb"\d{3}")
"""Of every 64th byte, a number of 192 digits or more leaves three digits in a row."""

# One pattern for both letters would have no first byte to jump to, and take three times as long.
_LARGE = tuple(re.compile(e + rb"\+?\d{3,}[\s,}\]]") for e in (b"e", b"E"))


def may_overflow(content: bytes | msgspec.Raw) -> bool:
    """
    Tell whether a number may be too large to read; False is certain, and cheap.

    A number that overflows has an exponent of three digits or nearly 200 digits of its own.
    """
    view = memoryview(content)
    if _LONG.search(bytes(view[::_STRIDE])):
        return True
    return any(pattern.search(view) for pattern in _LARGE)
