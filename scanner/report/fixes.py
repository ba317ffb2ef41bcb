"""What mends a finding, as every report says it: a look that changes nothing, then each step."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.findings import Finding

MOST = 20
"""Nobody runs more by hand; the reports for programs have them all."""

_LOOK = "Look first, which changes nothing: "
_FIX = re.compile(f" (?:Fix: |{_LOOK})")


def first_sentence(finding: Finding) -> str:
    """Return what to do, in the rule's first sentence."""
    text = " ".join(finding.remediation.split())
    return re.split(r"(?<=[.!?]) ", text, maxsplit=1)[0]


def in_a_sentence(finding: Finding) -> str:
    """Return the commands one behind the other, where there is no room for lines."""
    return " ".join(_sentences(finding))


def without_fix(told: str) -> str:
    """Return a message without the fix that was said behind it."""
    return _FIX.split(told, maxsplit=1)[0]


def left_out(finding: Finding) -> str:
    """Say how many commands are not shown; empty when all are."""
    more = len(finding.commands) - MOST
    return f"and {more} more, all in -f json" if more > 0 else ""


def _sentences(finding: Finding) -> Iterator[str]:
    if finding.looks:
        yield f"{_LOOK}{' ; '.join(finding.looks)}"
    first, *others = finding.commands[:MOST] or ("",)
    if first:
        yield f"Fix: {first}"
        yield from (f"; then: {command}" for command in others)
        if left_out(finding):
            yield left_out(finding)
    elif finding.looks:
        yield f"Fix: {first_sentence(finding)}"
