"""For a program: everything the scan concluded, in a format that only gains fields."""

from __future__ import annotations

from collections import Counter
from typing import Any

from msgspec import to_builtins

from scanner import __version__
from scanner.findings import Finding, Severity, Suppression, Verdict
from scanner.report import summary
from scanner.report.encode import dump, evidence_entry, gap_entry
from scanner.report.options import Options
from scanner.report.scan_report import REACHES, Account, Report

FORMAT = "aoai-scan/report/1"


def render(report: Report, _options: Options) -> str:
    """Write the report as JSON, keys in alphabetical order."""
    document = {
        "format": FORMAT,
        "tool": {"name": "aoai-scan", "version": __version__},
        "takenAt": report.taken_at,
        "complete": report.complete,
        **_coverage(report),
        "gaps": [gap_entry(gap) for gap in sorted(report.gaps)],
        "summary": _summary(report),
        "findings": [_finding(finding) for finding in report.findings],
        "remarks": list(report.remarks),
        **_since(report),
        "accounts": [_account(account) for account in report.accounts],
    }
    return dump(document, sort_keys=True) + "\n"


def _coverage(report: Report) -> dict[str, Any]:
    return {} if report.coverage is None else {"coverage": to_builtins(report.coverage)}


def _since(report: Report) -> dict[str, Any]:
    """Return what a later scan needs to compare itself with this one."""
    if report.since is None:
        return {}
    kept = [_finding(k.finding) | {"because": k.because.value} for k in report.since.kept]
    return {"absent": [_finding(one) for one in report.since.absent], "kept": kept}


def _summary(report: Report) -> dict[str, Any]:
    failed = Counter(finding.severity for finding in summary.failed(report))
    waived = len(summary.suppressed(report))
    counts = {verdict.value: report.tally.counts.get(verdict, 0) for verdict in Verdict}
    counts["fail"] -= waived
    by_severity = {severity.value: failed[severity] for severity in Severity}
    known = {"subjects": report.tally.subjects, **counts, "bySeverity": by_severity}
    return known | {"suppressed": waived}


def _account(account: Account) -> dict[str, Any]:
    counts = {f"{reach}From": account.reach.get(reach, 0) for reach in REACHES}
    known = {"id": str(account.id), "exposure": account.exposure}
    return {**known, **counts, "callersRead": account.are_callers_read}


def _remediation(finding: Finding) -> dict[str, Any]:
    said = {"text": finding.remediation, "look": list(finding.looks)}
    return {**said, "az": list(finding.commands)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.value,
        "verdict": finding.verdict.value,
        "resource": str(finding.resource),
        "message": finding.message,
        "evidence": [evidence_entry(e) | {"said": e.said or None} for e in finding.evidence],
        "affected": [
            {"consumer": str(a.consumer), "account": str(a.account), "hostname": a.hostname}
            for a in finding.affected
        ],
        "remediation": _remediation(finding),
        "maps": {framework: list(controls) for framework, controls in finding.maps.items()},
        "fingerprint": finding.fingerprint,
        "suppressed": _suppression(finding.suppression),
        "suppressionEnded": _suppression(finding.lapsed),
        **({"baselineState": finding.baseline.value} if finding.baseline else {}),
    }


def _suppression(said: Suppression | None) -> dict[str, Any] | None:
    if said is None:
        return None
    expires = said.expires.isoformat() if said.expires else None
    return {
        "reason": said.reason,
        "owner": said.owner or None,
        "expires": expires,
        "place": said.place,
    }
