"""What was not read, in a sentence: as visible in every format as what was found."""

from __future__ import annotations

from scanner.printable import printable
from scanner.snapshot import ANY_TYPE, EVERYWHERE, Gap

GAP = "GAP001"
"""The number a gap has where every line has a rule's."""


def unread(gap: Gap) -> str:
    """Return what was not read, where and why."""
    kind = "resources of any type" if gap.type == ANY_TYPE else gap.type
    scope = "anywhere" if gap.scope == EVERYWHERE else f"in {gap.scope}"
    detail = f": {gap.detail}" if gap.detail else ""
    return printable(f"Not read ({gap.reason.value}): {kind} {scope}{detail}")
