"""What was not read, as notifications: the reader of a short list learns why it is short."""

from __future__ import annotations

from typing import Any

from scanner.printable import printable
from scanner.report.gaps import GAP
from scanner.report.gaps import unread as sentence
from scanner.report.sarif_text import message
from scanner.snapshot import Gap

DESCRIPTOR: dict[str, Any] = {
    "id": GAP,
    "name": "PartNotRead",
    "shortDescription": {"text": "A part of the scope was not read."},
    "fullDescription": {
        "text": "Resources of a type may exist that the scan did not see. Verdicts that rest on "
        "their absence are open, and violations among them are not reported."
    },
    "help": {
        "text": "Grant the scanning identity Reader on the scope that the notification names, "
        "or narrow the scan to what it may read, and scan again."
    },
    "defaultConfiguration": {"level": "error"},
}
"""One for every reason: which one it was stands in the notification."""


def unread(gap: Gap) -> dict[str, Any]:
    """Return the notification of a gap."""
    said = _notification(sentence(gap))
    place = {"fullyQualifiedName": printable(gap.scope), "kind": "resource"}
    said["locations"] = [{"logicalLocations": [place]}]
    said["properties"] = {"reason": gap.reason.value, "type": printable(gap.type)}
    return said


def left_out(count: int) -> dict[str, Any]:
    """Return the notification that the file holds as many results as a file may."""
    return _notification(f"{count} more violations are left out, the gravest are in; see the JSON.")


def _notification(text: str) -> dict[str, Any]:
    return {
        "descriptor": {"id": DESCRIPTOR["id"], "index": 0},
        "level": "error",
        "message": message(text),
    }
