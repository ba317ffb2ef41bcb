"""Why the properties of a row cannot be understood, in words."""

from __future__ import annotations

import re
from functools import reduce
from typing import Any

import msgspec

from scanner.printable import printable

_UNKNOWN = re.compile(r" matching regex .* - at `\$([^`]*)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_LONGEST = 60


def cause(error: Exception, raw: msgspec.Raw, holder: str) -> str:
    """
    Return why JSON could not be decoded; `holder` is what the row calls it.

    Of text that a property cannot hold, msgspec tells the pattern; a reader wants the text.
    """
    told = str(error)
    found = _UNKNOWN.search(told)
    if found is None:
        return told
    steps = [key or int(index) for key, index in _STEP.findall(found[1])]
    value: Any = reduce(lambda held, step: held[step], steps, msgspec.json.decode(raw))
    text = msgspec.json.encode(value).decode()
    shown = printable(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")
    return f"{shown} at /{'/'.join((holder, *map(str, steps)))} means nothing that is known"
