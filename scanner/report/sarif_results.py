"""A finding as a SARIF result: where it is shown, how it is known again, how it was reached."""

from __future__ import annotations

from typing import Any, Protocol

from scanner.findings import Finding, Verdict
from scanner.printable import printable
from scanner.report.encode import hop, names
from scanner.report.fixes import in_a_sentence
from scanner.report.sarif_graphs import Graph
from scanner.report.sarif_locations import Anchors, logical
from scanner.report.sarif_rules import LEVELS
from scanner.report.sarif_text import message
from scanner.report.scan_report import Report
from scanner.resources import ResourceId

_MOST_STEPS = 100
_MOST_RELATED = 10
"""Nobody reads further, and code scanning takes no more than it shows; the JSON has them all."""


class Make(Protocol):
    """A way to write results."""

    def __call__(
        self, finding: Finding, rule_index: int, places: Anchors, *, carried: bool = False
    ) -> dict[str, Any]:
        """Return the result of a finding; one that is `carried` is told on an old report's word."""


def archived(report: Report, graph: Graph) -> Make:
    """
    Return how results are written for whoever knows SARIF.

    Either all of a run's results have `suppressions`, and all `baselineState`, or none.
    (SARIF 2.1.0 §3.27.23, §3.27.24)
    """
    has_suppressions = any(finding.suppression for finding in report.findings)

    def make(
        finding: Finding, rule_index: int, places: Anchors, *, carried: bool = False
    ) -> dict[str, Any]:
        made = result(finding, rule_index, places, carried=carried)
        if finding.verdict is Verdict.OPEN:
            made |= {"kind": "open", "level": "none"}
        if has_suppressions:
            made["suppressions"] = _suppressions(finding)
        if report.since is not None and finding.baseline is not None:
            made["baselineState"] = finding.baseline.value
        return {**made, **graph.traversal(finding)}

    return make


def _suppressions(finding: Finding) -> list[dict[str, Any]]:
    said = finding.suppression
    if said is None:
        return []
    bag = {
        "owner": printable(said.owner),
        "expires": said.expires.isoformat() if said.expires else "",
        "place": printable(said.place),
    }
    return [
        {
            "kind": "external",
            "status": "accepted",
            "justification": printable(said.reason),
            "properties": {key: value for key, value in bag.items() if value},
        }
    ]


def result(
    finding: Finding, rule_index: int, places: Anchors, *, carried: bool = False
) -> dict[str, Any]:
    """Return the result of a violation. (SARIF 2.1.0 §3.27)."""
    anchor, line = places.of(finding)
    location = {
        "physicalLocation": places.physical(line),
        "logicalLocations": [logical(finding.resource)],
    }
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": LEVELS[finding.severity],
        "message": message(_said(finding)),
        "locations": [location],
        **_flow(finding, line, places),
        **_related(finding, places),
        "partialFingerprints": _fingerprints(finding),
        **places.link(finding.resource),
        "properties": {
            "anchor": anchor.value,
            "severity": finding.severity.value,
            "az": [printable(command) for command in finding.commands],
            **({"carriedForward": True} if carried else {}),
            **_looks(finding),
        },
    }


def _said(finding: Finding) -> str:
    """Return the message, and the commands that mend it: an annotation shows nothing else."""
    return f"{finding.message} {in_a_sentence(finding)}".rstrip()


def _looks(finding: Finding) -> dict[str, Any]:
    looks = [printable(command) for command in finding.looks]
    return {"look": looks} if looks else {}


def _fingerprints(finding: Finding) -> dict[str, str]:
    """
    Return what the alert is known by: rule and resource, never a line or a text.

    GitHub reads the first only, in the form its own action gives it.

    Source: https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support
    """
    return {
        "primaryLocationLineHash": f"{finding.fingerprint[:16]}:1",
        "aoaiScanResourceRule/v1": finding.fingerprint,
    }


def _flow(finding: Finding, line: int, places: Anchors) -> dict[str, Any]:
    """Return the evidence as the steps of one path; a single step is no path."""
    steps = [
        _step(evidence.resource, hop(evidence), line, places)
        for evidence in finding.evidence[:_MOST_STEPS]
    ]
    if len(steps) < 2:  # noqa: PLR2004 - a path has two ends
        return {}
    return {"codeFlows": [{"threadFlows": [{"locations": steps}]}]}


def _step(resource: ResourceId, text: str, blamed: int, places: Anchors) -> dict[str, Any]:
    location = {
        "physicalLocation": places.physical(places.lines.get(resource, blamed)),
        "logicalLocations": [logical(resource)],
        "message": message(text),
    }
    return {"location": location}


def _related(finding: Finding, places: Anchors) -> dict[str, Any]:
    """Return whom the finding hurts, as far as they have lines of their own."""
    hurt = {
        resource: f"{names(affected.consumer)} asks for {affected.hostname}"
        for affected in finding.affected
        for resource in (affected.consumer, affected.account)
        if resource in places.lines and resource != finding.resource
    }
    locations = [
        {
            "id": number,
            "physicalLocation": places.physical(places.lines[resource]),
            "logicalLocations": [logical(resource)],
            "message": message(text),
        }
        for number, (resource, text) in enumerate(list(hurt.items())[:_MOST_RELATED], start=1)
    ]
    return {"relatedLocations": locations} if locations else {}
