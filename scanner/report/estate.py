"""The estate file: one line per resource, for a finding to point at and for git to keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from scanner.report.encode import dump
from scanner.report.scan_report import Report
from scanner.resources import AnyResource, ResourceId


def render_estate(report: Report) -> str:
    """
    Write one JSON object per resource, by ID, in ASCII.

    A code-scanning service that fingerprints a line looks at its first 100
    characters that are not blank. The digest and the ID fill them, so that a
    line is known again as long as its resource is the same one. Properties are
    left out: the file is committed, and is to change only when a resource does.

    Source: https://github.com/github/codeql-action/blob/main/src/fingerprints.ts
    """
    return "".join(f"{line}\n" for line in lines_of(report).values())


def lines_of(report: Report) -> Mapping[ResourceId, str]:
    """Return each resource's line, in the order of the file."""
    return dict(_lines(report))


def _lines(report: Report) -> Iterator[tuple[ResourceId, str]]:
    for resource in sorted(report.estate, key=lambda resource: resource.id):
        yield resource.id, dump(_entry(resource), indent=None)


def _entry(resource: AnyResource) -> Mapping[str, str]:
    """Return what the file tells of a resource. The order of the keys matters."""
    entry = {
        "digest": sha256(resource.id.encode("utf-8", "surrogatepass")).hexdigest(),
        "id": resource.id.lower(),
        "type": resource.ARM_TYPE,
        "name": resource.name,
        "kind": resource.row.kind,
        "location": resource.row.location,
    }
    return {key: value for key, value in entry.items() if value is not None}
