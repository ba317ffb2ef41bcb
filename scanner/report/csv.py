"""For a spreadsheet: a line for every violation, every open question, and every gap."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.findings import Finding, Verdict
from scanner.printable import printable
from scanner.report.coverage import READ, lines
from scanner.report.encode import hop, names
from scanner.report.gaps import GAP, unread
from scanner.report.options import Options
from scanner.report.scan_report import Report
from scanner.report.spreadsheet import comma_separated
from scanner.resources import ResourceId
from scanner.snapshot import Coverage, Gap

HEADERS = (
    "severity",
    "verdict",
    "rule",
    "name",
    "resource",
    "message",
    "why",
    "affected",
    "fix",
    "command",
    "subscription",
    "resourceGroup",
    "id",
    "fingerprint",
    "suppressed",
    "baselineState",
)


def render(report: Report, _options: Options) -> str:
    """
    Write the report, its gaps last: a list that is short for want of rights says so.

    Where the snapshot tells how much was read of how much, the last line does.
    """
    findings = map(_finding, report.findings)
    read = () if report.coverage is None else (_read(report.coverage),)
    return comma_separated((HEADERS, *findings, *map(_gap, sorted(report.gaps)), *read))


def _finding(finding: Finding) -> tuple[str, ...]:
    askers = (f"{names(a.consumer)} -> {printable(a.hostname)}" for a in finding.affected)
    return (
        finding.severity.value,
        finding.verdict.value,
        finding.rule,
        finding.name,
        names(finding.resource),
        printable(finding.message),
        " -> ".join(map(hop, finding.evidence)),
        ", ".join(askers),
        printable(" ".join(finding.remediation.split())),
        " && ".join(map(printable, finding.commands)),
        *_place(finding.resource),
        finding.fingerprint,
        printable(finding.suppression.said) if finding.suppression else "",
        finding.baseline.value if finding.baseline else "",
    )


def _gap(gap: Gap) -> tuple[str, ...]:
    scope = ResourceId(gap.scope)
    said = (names(scope), unread(gap), *[""] * 4, *_place(scope), *[""] * 3)
    return ("", Verdict.OPEN.value, GAP, "part-not-read", *said)


def _read(coverage: Coverage) -> tuple[str, ...]:
    said = "; ".join(lines(coverage))
    return ("", "", READ, "what-was-read", "", said, *[""] * (len(HEADERS) - 6))


def _place(resource: ResourceId) -> Iterator[str]:
    yield printable(resource.subscription)
    yield printable(resource.resource_group)
    yield printable(str(resource))
