"""For code scanning: SARIF 2.1.0 that GitHub takes as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from msgspec import to_builtins

from scanner import __version__
from scanner.findings import Finding
from scanner.report import summary
from scanner.report.encode import dump
from scanner.report.options import Options
from scanner.report.sarif_locations import Anchors, anchors
from scanner.report.sarif_notifications import DESCRIPTOR, left_out, unread
from scanner.report.sarif_results import result
from scanner.report.sarif_rules import DRIVER, HOME, descriptor
from scanner.report.scan_report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

MOST_RESULTS = 25_000
"""
With more, GitHub refuses the file.

Source: https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support
"""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def render(report: Report, options: Options) -> str:
    """
    Write one run, its results the violations.

    GitHub shows a result of every other kind as an open alert. (SARIF 2.1.0 §3.27.9)
    """
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, options)]}
    return dump(log) + "\n"


def _run(report: Report, options: Options) -> dict[str, Any]:
    places = anchors(report, options)
    return {
        "tool": {"driver": _driver(report)},
        "automationDetails": {"id": f"{_category(report, options)}/"},
        "invocations": [_invocation(report)],
        "columnKind": "utf16CodeUnits",
        "results": _results(report, places),
    }


def _driver(report: Report) -> dict[str, Any]:
    return {
        "name": DRIVER,
        "fullName": f"aoai-scan {__version__}",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": HOME,
        "rules": [descriptor(rule) for rule in report.rules],
        "notifications": [DESCRIPTOR],
    }


def _results(report: Report, places: Anchors) -> list[dict[str, Any]]:
    index = {rule.id: place for place, rule in enumerate(report.rules)}
    failed = (*summary.failed(report), *kept(report))
    return [result(finding, index[finding.rule], places) for finding in failed[:MOST_RESULTS]]


def kept(report: Report) -> tuple[Finding, ...]:
    """Return the old violations that are told again: code scanning takes silence for mended."""
    told = report.since.kept if report.since else ()
    return tuple(k.finding for k in told if k.is_open and k.finding.suppression is None)


def _invocation(report: Report) -> dict[str, Any]:
    """
    Return how the run went. A run with gaps succeeded: GitHub ingests nothing of one that did not.

    A notification of level `error` is SARIF's own way to say that a run is
    incomplete. (§3.20.14, appendix I)
    """
    failed = len(summary.failed(report)) + len(kept(report))
    notifications = [unread(gap) for gap in sorted(report.gaps)]
    if failed > MOST_RESULTS:
        notifications.append(left_out(failed - MOST_RESULTS))
    return {
        "executionSuccessful": True,
        **_end(report),
        "toolExecutionNotifications": notifications,
        **_coverage(report),
    }


def _coverage(report: Report) -> Mapping[str, Any]:
    """Return how the reading went, as a property bag. (SARIF 2.1.0 §3.8)."""
    if report.coverage is None:
        return {}
    return {"properties": {"coverage": to_builtins(report.coverage)}}


def _end(report: Report) -> Mapping[str, str]:
    """Return when the snapshot was taken, if it says so in a way that SARIF takes."""
    try:
        taken = datetime.fromisoformat(report.taken_at or "")
        utc = taken.astimezone(UTC) if taken.tzinfo else None
    except (ValueError, OverflowError):
        return {}
    return (
        {"endTimeUtc": f"{utc.replace(tzinfo=None).isoformat(timespec='seconds')}Z"} if utc else {}
    )


def _category(report: Report, options: Options) -> str:
    """
    Return what GitHub keeps this scan's alerts under; it closes those a later scan leaves out.

    So it names the scope alone: nothing that changes from run to run.
    """
    if options.category:
        return options.category.rstrip("/")
    scope = {subscription.id.lower() for subscription in report.subscriptions}
    scope = scope or {resource.id.subscription for resource in report.estate} - {""}
    if len(scope) == 1 and _GUID.fullmatch(only := next(iter(scope))):
        return f"aoai-scan/{only}"
    digest = sha256("\n".join(sorted(scope)).encode("utf-8", "surrogatepass")).hexdigest()
    return f"aoai-scan/scope-{digest[:12]}"
