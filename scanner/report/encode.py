"""JSON text that is safe to print, and evidence as JSON or as a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scanner.findings import Evidence
from scanner.printable import printable
from scanner.resources import ResourceId
from scanner.snapshot import Gap

_LONGEST_VALUE = 80


def dump(document: object, *, indent: int | None = 2, sort_keys: bool = False) -> str:
    """
    Return `document` as JSON in printable ASCII.

    Whatever a name holds stands escaped, so that showing the file cannot steer
    a terminal. `json` itself leaves DEL as it is.
    """
    separators = None if indent else (",", ":")
    text = json.dumps(document, indent=indent, sort_keys=sort_keys, separators=separators)
    return text.replace("\x7f", "\\u007f")


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as JSON has it, IDs as they print."""
    match value:
        case ResourceId():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def evidence_entry(evidence: Evidence) -> dict[str, Any]:
    """Return one piece of evidence as JSON has it; what it says is not for every reader."""
    return {
        "resource": str(evidence.resource),
        "relation": evidence.relation,
        "pointer": evidence.pointer,
        "value": plain(evidence.value),
    }


def gap_entry(gap: Gap) -> dict[str, str]:
    """Return what was not read as JSON has it."""
    return {"scope": gap.scope, "type": gap.type, "reason": gap.reason.value, "detail": gap.detail}


def names(resource: ResourceId) -> str:
    """Return the short name of a resource, for reading."""
    return printable(resource.path or str(resource))


def hop(evidence: Evidence) -> str:
    """Return one piece of evidence on one line: `linkedBy hub/link /properties/state="Failed"`."""
    if evidence.said:
        return printable(evidence.said)
    said = (printable(evidence.relation), names(evidence.resource), observed(evidence))
    return " ".join(part for part in said if part)


def observed(evidence: Evidence) -> str:
    """Return what stands at the place a piece of evidence points to; empty where it points none."""
    if not evidence.pointer and evidence.value is None:
        return ""
    value = "absent"
    if evidence.value is not None:
        value = json.dumps(plain(evidence.value), ensure_ascii=False, separators=(",", ":"))
    if len(value) > _LONGEST_VALUE:
        value = value[: _LONGEST_VALUE - 1] + "…"
    return printable(f"{evidence.pointer}={value}")
