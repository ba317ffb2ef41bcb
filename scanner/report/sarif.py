"""For code scanning, and for keeping: SARIF 2.1.0 in two profiles."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from msgspec import to_builtins

from scanner import __version__
from scanner.findings import Finding
from scanner.report import summary
from scanner.report.encode import dump
from scanner.report.options import Options, Profile
from scanner.report.sarif_categories import MOST_RESULTS, Category, categories, whole
from scanner.report.sarif_graphs import Graph
from scanner.report.sarif_locations import Anchors, anchors
from scanner.report.sarif_notifications import DESCRIPTORS, elsewhere, remark, unread
from scanner.report.sarif_results import archived, result
from scanner.report.sarif_rules import DRIVER, HOME, descriptor
from scanner.report.sarif_taxonomies import taxonomies
from scanner.report.scan_report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

MOST_RUNS = 20
MOST_BYTES = 10 * 2**20
"""
What GitHub takes in one file: so many runs, so many bytes once it is compressed.

Source: https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support
"""


def render(report: Report, options: Options) -> str:
    """
    Write everything as one file, however large.

    In the profile for GitHub its results are the violations that count: GitHub
    shows one of every other kind as an open alert. (SARIF 2.1.0 §3.27.9)
    """
    return _log(_runs(report, options))


def render_files(report: Report, options: Options) -> list[str]:
    """Write as many files as GitHub wants; in the full profile, which is not for it, one."""
    runs = list(_runs(report, options))
    if options.profile is Profile.FULL:
        return [_log(runs)]
    return [_log(group) for group in _grouped(runs)]


def cautions(report: Report, options: Options) -> Iterator[str]:
    """Yield what whoever uploads the SARIF should know; of the full profile, nothing."""
    if options.profile is Profile.FULL:
        return
    if not report.complete and report.since is None:
        yield (
            "the scan is incomplete: uploaded as it is, it closes alerts that it could not see; "
            "--baseline FILE keeps them, and aoai-scan upload sends it only then"
        )
    for one in categories(report, options, (*summary.failed(report), *kept(report))):
        if one.is_large:
            yield (
                f"{len(one.findings):,} violations in {one.id}: of a category GitHub shows "
                f"{MOST_RESULTS:,}, so they are divided among several"
            )


def _log(runs: Iterable[Mapping[str, Any]]) -> str:
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": list(runs)}) + "\n"


def _grouped(runs: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield the runs of each file."""
    group: list[Mapping[str, Any]] = []
    room = MOST_BYTES
    for run in runs:
        size = _size(run)
        if group and (len(group) == MOST_RUNS or size > room):
            yield group
            group, room = [], MOST_BYTES
        group.append(run)
        room -= size
    if group:
        yield group


def _size(run: Mapping[str, Any]) -> int:
    """Return how many bytes a run is compressed; a small one, which never matters, as it is."""
    text = _log([run]).encode()
    return len(text) if len(text) * MOST_RUNS < MOST_BYTES else len(gzip.compress(text, 6))


def _runs(report: Report, options: Options) -> Iterator[dict[str, Any]]:
    places = anchors(report, options)
    if options.profile is Profile.FULL:
        yield _Run(
            report, places, whole(report, options, _archived(report)), is_full=True
        ).document()
        return
    found = categories(report, options, (*summary.failed(report), *kept(report)))
    for category in found:
        yield from _parts(report, places, category, describes_all=len(found) == 1)


def _parts(
    report: Report, places: Anchors, category: Category, *, describes_all: bool
) -> Iterator[dict[str, Any]]:
    """Yield the runs of a category: one, or twice as many until each is small enough."""
    count = 1
    while True:
        parts = list(category.parts(count))
        runs = [_Run(report, places, p, describes_all=describes_all).document() for p in parts]
        too_large = any(p.is_large for p in parts) or any(_size(r) > MOST_BYTES for r in runs)
        if not too_large or count >= len(category.findings):
            yield from runs
            return
        count *= 2


def _archived(report: Report) -> tuple[Finding, ...]:
    """Return everything that was concluded and may not hold: whatever is a finding, then or now."""
    absent = report.since.absent if report.since else ()
    return (*report.findings, *kept(report), *absent)


def kept(report: Report) -> tuple[Finding, ...]:
    """Return the old violations that are told again: code scanning takes silence for mended."""
    told = report.since.kept if report.since else ()
    return tuple(k.finding for k in told if k.is_open and k.finding.suppression is None)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run, in the making."""

    report: Report
    places: Anchors
    category: Category
    describes_all: bool = True
    """Whether the rules that found nothing are described too; in one of many runs they are not."""
    is_full: bool = False

    def document(self) -> dict[str, Any]:
        """Return the run. (SARIF 2.1.0 §3.14)."""
        found = self.category.findings
        named = {finding.rule for finding in found}
        rules = [r for r in self.report.rules if self.describes_all or r.id in named]
        index = {rule.id: place for place, rule in enumerate(rules)}
        controls = taxonomies(rules)
        graph = Graph(found if self.is_full else ())
        told_again = {finding.fingerprint for finding in kept(self.report)}
        make = archived(self.report, graph) if self.is_full else result
        results = [
            make(one, index[one.rule], self.places, carried=one.fingerprint in told_again)
            for one in found
        ]
        driver = {
            "name": DRIVER,
            "fullName": f"aoai-scan {__version__}",
            "version": __version__,
            "semanticVersion": __version__,
            "informationUri": HOME,
            "rules": [descriptor(rule, controls.relationships(rule)) for rule in rules],
            "notifications": DESCRIPTORS,
        }
        supported, components = controls.references(), controls.components()
        if supported:
            driver["supportedTaxonomies"] = supported
        return {
            "tool": {"driver": driver},
            **({"taxonomies": components} if components else {}),
            "automationDetails": {"id": f"{self.category.id}/"},
            "invocations": [self._invocation()],
            "columnKind": "utf16CodeUnits",
            **graph.document(),
            "results": results,
        }

    def _invocation(self) -> dict[str, Any]:
        """
        Return how the run went. One with gaps succeeded: GitHub ingests nothing of one that failed.

        A notification of level `error` is SARIF's own way to say that a run is
        incomplete. (§3.20.14, appendix I)
        """
        told = [unread(gap) for gap in self.category.gaps]
        if self.category.others:
            told.append(elsewhere(self.category.others))
        remarks = [remark(said) for said in self.report.remarks]
        return {
            "executionSuccessful": True,
            **_end(self.report),
            "toolExecutionNotifications": told,
            **({"toolConfigurationNotifications": remarks} if remarks else {}),
            "properties": self._properties(),
        }

    def _properties(self) -> dict[str, Any]:
        """Return what `aoai-scan upload` decides by, and how the reading went. (§3.8)."""
        known = {
            "complete": self.report.complete,
            "comparedWithBaseline": self.report.since is not None,
        }
        if self.report.coverage is None:
            return known
        return known | {"coverage": to_builtins(self.report.coverage)}


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
