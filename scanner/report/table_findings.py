"""Findings as lines of a terminal: the verdict, then the reason, then the fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from scanner.findings import BaselineState, Finding, Severity
from scanner.report.encode import hop, names
from scanner.report.fixes import MOST, first_sentence, left_out
from scanner.report.scan_report import Comparison
from scanner.report.wrap import chain, command, elided, indented, listed, prose

_MARGIN = max(map(len, Severity)) + 2
_MOST_HOPS = 8
_MOST_PAST = 20
_MOST_NAMES = 5
_MOST_ASKERS = 3

_COLORS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
"""ECMA-48 renditions. The word stands there too: colour alone tells some readers nothing."""


def known(findings: Sequence[Finding], width: int, *, color: bool) -> str:
    """Return a paragraph per violation."""
    return "\n\n".join("\n".join(_paragraph(finding, width, color=color)) for finding in findings)


def unknown(findings: Sequence[Finding], width: int) -> str:
    """Return what could not be decided, once for all resources that lack the same thing."""
    if not findings:
        return ""
    ordered = sorted(findings, key=lambda f: (f.severity.rank, *_question(f), f.resource))
    lines = ["Not known"]
    for _, group in groupby(ordered, _question):
        lines += (f"  {line}" for line in _undecided(list(group), width - 2))
    return "\n".join(lines)


def past(since: Comparison, width: int) -> str:
    """Return what of an earlier report was not found again: what is gone, and what is not."""
    kept = [one.finding for one in since.kept if one.is_open]
    titles = ("Gone since the baseline", since.absent), ("Not checked, and kept", tuple(kept))
    return "\n\n".join("\n".join(_past(*one, width)) for one in titles if one[1])


def _past(title: str, findings: Sequence[Finding], width: int) -> Iterator[str]:
    yield title
    for finding in findings[:_MOST_PAST]:
        said = f"{finding.severity} {finding.rule} {finding.name}", names(finding.resource)
        yield from (f"  {line}" for line in chain(map(elided, said), "  ", width - 2))
    if len(findings) > _MOST_PAST:
        yield f"  and {len(findings) - _MOST_PAST} more"


def _paragraph(finding: Finding, width: int, *, color: bool) -> Iterator[str]:
    room = width - _MARGIN
    margin = " " * _MARGIN
    first, *rest = _title(finding, names(finding.resource), room)
    yield f"{_severity(finding.severity, color=color)}{first}"
    for line in (*rest, *prose(finding.message, room), *_details(finding, room)):
        yield f"{margin}{line}"


def _severity(severity: Severity, *, color: bool) -> str:
    padding = " " * (_MARGIN - len(severity))
    word = f"\x1b[{_COLORS[severity]}m{severity}\x1b[0m" if color else severity.value
    return f"{word}{padding}"


def _title(finding: Finding, resources: str, room: int) -> list[str]:
    new = ("new",) if finding.baseline is BaselineState.NEW else ()
    return chain((f"{finding.rule} {finding.name}", elided(resources), *new), "  ", room)


def _details(finding: Finding, room: int) -> Iterator[str]:
    room -= len("why: ")
    # Sentences say it all; what they rest on is in the reports for programs.
    told = [evidence for evidence in finding.evidence if evidence.said] or finding.evidence
    hops = [hop(evidence) for evidence in told[:_MOST_HOPS]]
    if len(told) > _MOST_HOPS:
        hops.append(f"{len(told) - _MOST_HOPS} more")
    yield from indented("why: ", chain(hops, " -> ", room))
    askers = [f"{names(a.consumer)} -> {a.hostname}" for a in finding.affected]
    if askers:
        yield from indented("for: ", prose(listed(askers, _MOST_ASKERS), room))
    if finding.lapsed:
        yield from indented("but: ", prose(f"suppressed no longer ({finding.lapsed.said})", room))
    yield from mending(finding, ("look: ", "fix: "), first_sentence(finding), room)


def mending(finding: Finding, labels: tuple[str, str], instead: str, room: int) -> Iterator[str]:
    """
    Yield the commands to copy, one below the other: what only looks, then all of the fix.

    Where there are none for the fix, what is said `instead`.
    """
    look, fix = labels
    for text in finding.looks:
        yield from indented(look, command(text, room - 1))
    lines = [line for text in finding.commands[:MOST] for line in command(text, room)]
    lines += [left_out(finding)] if left_out(finding) else []
    yield from indented(fix, lines or (prose(instead, room) if instead else ()))


def _question(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.message


def _undecided(alike: list[Finding], width: int) -> Iterator[str]:
    resources = listed([names(finding.resource) for finding in alike], _MOST_NAMES)
    yield from prose(f"{alike[0].rule} {alike[0].name}  {resources}", width)
    yield from (f"  {line}" for line in prose(alike[0].message, width - 2))
