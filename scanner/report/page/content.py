"""Everything the page's script shows, as JSON values; every name made printable here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from scanner import __version__
from scanner.analysis.addresses import AddressSet
from scanner.analysis.exposure import exposure
from scanner.findings import Finding
from scanner.printable import printable
from scanner.report import summary
from scanner.report.encode import hop
from scanner.report.page.calls import calls
from scanner.report.page.numbers import Numbers
from scanner.report.portals import PORTALS
from scanner.report.scan_report import Account, Report
from scanner.resources import ResourceId
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
    findings = [_finding(f, number) for f in report.findings[:MOST_FINDINGS]]
    told = calls(report.topology, ids, number)
    accounts = [_account(report.topology, one, number) for one in ordered]
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


def key(resource: ResourceId) -> str:
    """Return what a link to an account names it by."""
    return sha256(resource.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _finding(finding: Finding, number: Numbers) -> dict[str, Any]:
    concerned = [a.account for a in finding.affected]
    return {
        "key": finding.fingerprint[:12],
        "rule": finding.rule,
        "severity": finding.severity.value,
        "verdict": "suppressed" if finding.suppression else finding.verdict.value,
        "suppressed": printable(finding.suppression.said) if finding.suppression else "",
        "at": number(finding.resource),
        "message": printable(finding.message),
        "why": [[number(e.resource), hop(e)] for e in finding.evidence[:_MOST_EVIDENCE]],
        "calls": [
            [number(a.consumer), number(a.account), printable(a.hostname)]
            for a in finding.affected[:_MOST_CALLS]
        ],
        "callCount": len(finding.affected),
        "accounts": [number(i) for i in dict.fromkeys((*concerned, *_accounts_in(finding)))],
        "fix": printable(" ".join(finding.remediation.split())),
        "commands": [printable(command) for command in finding.commands],
    }


def _accounts_in(finding: Finding) -> Iterator[ResourceId]:
    for resource in (finding.resource, *(evidence.resource for evidence in finding.evidence)):
        one = resource
        while one.type.startswith(f"{CognitiveServicesAccount.ARM_TYPE}/"):
            one = one.parent
        if one.type == CognitiveServicesAccount.ARM_TYPE:
            yield one


def _account(topology: Topology, account: Account, number: Numbers) -> dict[str, Any]:
    resource = topology.get(CognitiveServicesAccount, account.id)
    known = {
        "at": number(account.id),
        "key": key(account.id),
        "exposure": account.exposure,
        "callersRead": account.are_callers_read,
        "reach": dict(sorted(account.reach.items())),
    }
    if resource is None:
        return known
    properties = resource.properties
    acls = properties.network_acls
    prefixes = [rule.value for rule in (acls.ip_rules or ())] if acls else []
    subnets = [ResourceId(r.id) for r in (acls.virtual_network_rules or ())] if acls else []
    return {
        **known,
        "unread": printable(exposure(topology, resource).unread),
        "because": [hop(evidence) for evidence in exposure(topology, resource).because],
        "keysOff": properties.disable_local_auth is True,
        "prefixes": [list(pair) for pair in _counted(prefixes)],
        "subnets": [number(subnet) for subnet in subnets],
    }


def _counted(prefixes: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield each admitted prefix with the number of its IPv4 addresses."""
    for prefix in prefixes:
        yield printable(prefix), sum(e - b + 1 for b, e in AddressSet.parse(prefix).intervals)
