"""What was not read, and what is wrong with suppressions: why a list is short, or not."""

from __future__ import annotations

from typing import Any

from scanner.printable import printable
from scanner.report.gaps import GAP
from scanner.report.gaps import unread as sentence
from scanner.report.sarif_text import message
from scanner.snapshot import Gap

_UNREAD: dict[str, Any] = {
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

_REMARK: dict[str, Any] = {
    "id": "CFG001",
    "name": "SuppressionNeedsItsOwner",
    "shortDescription": {"text": "A suppression ends soon, has ended, or matches nothing."},
    "fullDescription": {
        "text": "A suppression holds through its last day. What it covered counts again after "
        "that, and one that matches nothing is a slip of the pen or has done its work."
    },
    "help": {"text": "Renew it, mend what it covers, or take it out of the configuration."},
    "defaultConfiguration": {"level": "warning"},
}

DESCRIPTORS = [_UNREAD, _REMARK]


def unread(gap: Gap) -> dict[str, Any]:
    """Return the notification of a gap."""
    said = _notification(sentence(gap))
    place = {"fullyQualifiedName": printable(gap.scope), "kind": "resource"}
    said["locations"] = [{"logicalLocations": [place]}]
    said["properties"] = {"reason": gap.reason.value, "type": printable(gap.type)}
    return said


def elsewhere(count: int) -> dict[str, Any]:
    """Return the notification of gaps that other runs tell in full."""
    return _notification(
        f"{count} parts of other subscriptions were not read, which may hide violations in this "
        "one as well; their own runs tell which."
    )


def remark(said: str) -> dict[str, Any]:
    """Return the notification of a suppression that somebody should look at."""
    return {
        "descriptor": {"id": _REMARK["id"], "index": 1},
        "level": "warning",
        "message": message(said),
    }


def _notification(text: str) -> dict[str, Any]:
    return {
        "descriptor": {"id": _UNREAD["id"], "index": 0},
        "level": "error",
        "message": message(text),
    }
