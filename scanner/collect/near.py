"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def near(word: str, known: Iterable[str]) -> str:
    """Return a parenthesis that suggests the nearest known name, or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    by_folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), by_folded, n=1)
    return f" (did you mean `{by_folded[found[0]]}`?)" if found else ""
