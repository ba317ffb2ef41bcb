"""Estates written for reading, turned into the snapshots that Azure would give."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from scanner.errors import RuleError
from scanner.resources import declared
from scanner.rules.document import Source, read
from scanner.rules.nodes import Reference
from scanner.rules.rule import Example
from scanner.rules.shapes import MapOf, Tree
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Row, Snapshot, Subscription

TAKEN_AT = "2026-11-01T03:00:00Z"
"""Estates never change by themselves, so neither does their date."""

_HOME = uuid.UUID("a0a15ca0-0000-4000-8000-000000000000")
_OURS = frozenset({"subscription", "resourceGroup"})


def home() -> Path:
    """Return the folder of the rules that come with the scanner: in its wheel, or its checkout."""
    inside = Path(__file__).parents[1] / "_rules"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "rules"


def load(path: Path) -> Mapping[str, Any]:
    """Read an estate: resources by name, a child's name being `parent/child`."""
    source = Source(path)
    shape = MapOf(Tree())
    estate: Mapping[str, Any] = shape.read(read(path), source)
    return estate


def given(example: Example, estates: Path) -> Snapshot:
    """Build the snapshot that an example is about."""
    estate = load(estates / f"{example.given}.yaml")
    return snapshot(merge_patch(estate, example.patch), unread=example.unread)


def demo() -> Snapshot:
    """Build the snapshot of the broken estate that ships with the tool."""
    return snapshot(load(home() / "demo.yaml"))


def snapshot(estate: Mapping[str, Any], unread: tuple[str, ...] = ()) -> Snapshot:
    """
    Build the snapshot that Azure would give of an estate.

    `unread` names ARM types that could not be read: their rows are left out
    and declared as gaps.
    """
    for name, resource in estate.items():
        if "type" not in resource:
            raise RuleError(f"{name}: lacks `type`; does the estate know it by another name?")
    denied = {kind.lower() for kind in unread}
    counted = {name: _counted(name, resource, estate) for name, resource in estate.items()}
    rows = [_row(name, resource, estate) for name, resource in counted.items()]
    kept = tuple(row for row in rows if row.type.lower() not in denied)
    gaps = tuple(
        Gap(scope=EVERYWHERE, type=kind, reason=GapReason.DENIED, detail="not readable")
        for kind in sorted(denied)
    )
    names = sorted({_subscription(resource) for resource in estate.values()})
    subscriptions = tuple(Subscription(id=_guid(name), name=name) for name in names)
    return declared(Snapshot(rows=kept, taken_at=TAKEN_AT, subscriptions=subscriptions, gaps=gaps))


def merge_patch(target: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Apply a JSON merge patch: null removes, mappings merge, the rest replaces. (RFC 7396)."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def _counted(
    name: str, resource: Mapping[str, Any], estate: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the resource; a zone says how many links it has, as Azure counts them."""
    if resource["type"].lower() != "microsoft.network/privatednszones":
        return resource
    links = sum(
        child.startswith(f"{name}/") and other["type"].lower().endswith("/virtualnetworklinks")
        for child, other in estate.items()
    )
    counted: Mapping[str, Any] = merge_patch(
        resource, {"properties": {"numberOfVirtualNetworkLinks": links}}
    )
    return counted


def _row(name: str, resource: Mapping[str, Any], estate: Mapping[str, Any]) -> Row:
    filled = _filled({k: v for k, v in resource.items() if k not in _OURS}, estate)
    envelope = {
        "id": _arm_id(name, estate),
        "name": name.rpartition("/")[2],
        "subscriptionId": _guid(_subscription(resource)),
        "resourceGroup": _resource_group(resource),
        "properties": {},
    }
    return msgspec.json.decode(msgspec.json.encode(envelope | filled), type=Row)


def _filled(value: Any, estate: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case Reference():
            return _arm_id(str(value), estate)
        case Mapping():
            return {key: _filled(item, estate) for key, item in value.items()}
        case list():
            return [_filled(item, estate) for item in value]
        case _:
            return value


def _arm_id(reference: str, estate: Mapping[str, Any]) -> str:
    """
    Return the ARM ID of a resource of the estate.

    What follows `#` is a child that stands in its parent's properties, and is
    appended as it is: `hub#subnets/endpoints`.
    """
    name, _, child = reference.partition("#")
    resource = estate.get(name)
    if resource is None:
        raise RuleError(f"!id {reference}: the estate has no {name!r}")
    provider, *types = resource["type"].split("/")
    names = name.split("/")
    if len(names) != len(types):
        raise RuleError(f"{name}: a name of {len(types)} parts is wanted for {resource['type']}")
    parts = [part for pair in zip(types, names, strict=True) for part in pair]
    scope = f"/subscriptions/{_guid(_subscription(resource))}"
    group = f"resourceGroups/{_resource_group(resource)}/providers"
    return "/".join([scope, group, provider, *parts, *([child] if child else [])])


def _subscription(resource: Mapping[str, Any]) -> str:
    return str(resource.get("subscription", "main"))


def _resource_group(resource: Mapping[str, Any]) -> str:
    return str(resource.get("resourceGroup", "rg"))


def _guid(subscription: str) -> str:
    return str(uuid.uuid5(_HOME, subscription))
