"""Where a finding is shown: a line of the estate file, because Azure has no lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from scanner.findings import Finding
from scanner.printable import printable
from scanner.report.estate import lines_of
from scanner.report.options import Options
from scanner.report.portals import PORTALS
from scanner.report.scan_report import Report
from scanner.resources import ResourceId

_LONGEST_LINK = 2_000
"""Longer, browsers and proxies cut it."""


class Anchor(StrEnum):
    """Whose line a finding is shown at."""

    RESOURCE = "resource"
    PARENT = "parent"
    ACCOUNT = "account"
    EVIDENCE = "evidence"
    FILE = "file"
    """None of these is in the estate: the first line stands for the whole."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """The lines of an estate file as places to point at."""

    uri: str
    portal: str | None
    lines: Mapping[ResourceId, int]
    lengths: tuple[int, ...]

    def of(self, finding: Finding) -> tuple[Anchor, int]:
        """
        Return the line of the resource to blame, or the nearest thing to it.

        What a rule misses may be outside the snapshot, and a result without
        a line makes GitHub refuse the whole file.
        """
        for anchor, resource in _candidates(finding):
            if resource in self.lines:
                return anchor, self.lines[resource]
        return Anchor.FILE, 1

    def physical(self, line: int) -> dict[str, Any]:
        """Return the whole of a line as a physical location."""
        length = self.lengths[line - 1] if line <= len(self.lengths) else 0
        region = {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": length + 1}
        return {"artifactLocation": {"uri": self.uri}, "region": region}

    def link(self, resource: ResourceId) -> Mapping[str, str]:
        """Return where the resource is in the portal; nothing for a cloud without one we know."""
        path = quote(str(resource), safe="/", errors="replace")
        link = f"{self.portal}/#resource{path}"
        return {"hostedViewerUri": link} if self.portal and len(link) <= _LONGEST_LINK else {}


def anchors(report: Report, options: Options) -> Anchors:
    """Return the places of a report's estate file."""
    lines = lines_of(report)
    return Anchors(
        uri=quote(options.estate_uri.removeprefix("./")),
        portal=PORTALS.get(report.cloud),
        lines={resource: number for number, resource in enumerate(lines, start=1)},
        lengths=tuple(map(len, lines.values())),
    )


def logical(resource: ResourceId) -> dict[str, str]:
    """Return the resource as a logical location. (SARIF 2.1.0 §3.33)."""
    return {"fullyQualifiedName": printable(str(resource)), "kind": "resource"}


def _candidates(finding: Finding) -> Iterator[tuple[Anchor, ResourceId]]:
    yield Anchor.RESOURCE, finding.resource
    parent = finding.resource
    while parent := parent.parent:
        yield Anchor.PARENT, parent
    yield from ((Anchor.ACCOUNT, affected.account) for affected in finding.affected)
    yield from ((Anchor.EVIDENCE, evidence.resource) for evidence in finding.evidence)
