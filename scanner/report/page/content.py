"""Everything the page's script shows, as JSON values; every name made printable here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner import __version__
from scanner.findings import Evidence, Finding
from scanner.printable import printable
from scanner.report import summary
from scanner.report.encode import observed
from scanner.report.page.accounts import account_page
from scanner.report.page.calls import calls
from scanner.report.page.numbers import Numbers
from scanner.report.portals import PORTALS
from scanner.report.scan_report import Report
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.topology import Topology

MOST_FINDINGS = 5_000
_MOST_CALLS = 50
_MOST_EVIDENCE = 60


def content(report: Report, number: Numbers) -> dict[str, Any]:
    """Return the document."""
    ordered = [account for account, _ in summary.accounts(report)]
    ids = [account.id for account in ordered]
    rules = {rule.id: rule for rule in report.rules}
    findings = [_finding(f, report.topology, number) for f in report.findings[:MOST_FINDINGS]]
    told = calls(report.topology, ids, report.findings[:MOST_FINDINGS], number)
    accounts = [account_page(report.topology, one, number) for one in ordered]
    return {
        "version": __version__,
        "portal": PORTALS.get(report.cloud, ""),
        "subscriptions": {
            printable(s.id.lower()): printable(s.name or s.id) for s in report.subscriptions
        },
        "rules": {
            rule.id: {
                "name": printable(rule.name),
                "family": rule.family,
                "summary": printable(rule.summary),
                "why": printable(" ".join(rule.rationale.split())),
                "links": [link for link in rule.references if link.startswith("https://")],
            }
            for rule in map(rules.__getitem__, sorted({f.rule for f in report.findings}))
        },
        "findings": findings,
        "leftOut": max(0, len(report.findings) - MOST_FINDINGS),
        "accounts": accounts,
        "matrix": told,
        **number.document(),
    }


def _finding(finding: Finding, topology: Topology, number: Numbers) -> dict[str, Any]:
    concerned = [a.account for a in finding.affected]
    return {
        "key": finding.fingerprint[:12],
        "rule": finding.rule,
        "severity": finding.severity.value,
        "verdict": "suppressed" if finding.suppression else finding.verdict.value,
        "suppressed": printable(finding.suppression.said) if finding.suppression else "",
        "baseline": finding.baseline.value if finding.baseline else "",
        "lapsed": printable(finding.lapsed.said) if finding.lapsed else "",
        "at": number(finding.resource),
        "message": printable(finding.message),
        "between": [number(end) for end in _ends(finding, topology)],
        "why": [_evidence(e, number) for e in finding.evidence[:_MOST_EVIDENCE]],
        "calls": [
            [number(a.consumer), number(a.account), printable(a.hostname)]
            for a in finding.affected[:_MOST_CALLS]
        ],
        "callCount": len(finding.affected),
        "accounts": [number(i) for i in dict.fromkeys((*concerned, *_accounts_in(finding)))],
        "fix": printable(" ".join(finding.remediation.split())),
        "looks": [printable(command) for command in finding.looks],
        "commands": [printable(command) for command in finding.commands],
    }


def _ends(finding: Finding, topology: Topology) -> Iterator[ResourceId]:
    """Yield the two VNets of the peering to blame; none of anything else."""
    far = topology.targets(finding.resource, Relation.PEERS_WITH)
    if far:
        yield finding.resource.parent
        yield far[0]


def _evidence(evidence: Evidence, number: Numbers) -> list[Any]:
    """Return a resource, what happens there or how it was come to, and what stands there."""
    said = evidence.said or evidence.relation
    return [number(evidence.resource), printable(said), observed(evidence).removeprefix("=")]


def _accounts_in(finding: Finding) -> Iterator[ResourceId]:
    for resource in (finding.resource, *(evidence.resource for evidence in finding.evidence)):
        one = resource
        while one.type.startswith(f"{CognitiveServicesAccount.ARM_TYPE}/"):
            one = one.parent
        if one.type == CognitiveServicesAccount.ARM_TYPE:
            yield one
