"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def near(said: str, known: Iterable[str]) -> str:
    """Return ` (did you mean ...?)` when a known name is near, in any letter case; else nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    by_folded = {name.casefold(): name for name in sorted(known)}
    found = get_close_matches(said.casefold(), by_folded, n=1)
    return f" (did you mean `{by_folded[found[0]]}`?)" if found else ""
