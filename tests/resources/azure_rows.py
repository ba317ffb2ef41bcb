"""Rows in the shapes Azure sends, for an estate of Contoso's."""

from __future__ import annotations

from typing import Any

import msgspec

from scanner.resources import BY_TYPE, Inventory, ResourceId, parse
from scanner.snapshot import Gap, Row, Snapshot

GROUP = "/subscriptions/00000000-0000-0000-0000-00000000c070/resourceGroups/contoso"


def arm(arm_type: str, *names: str, group: str = GROUP) -> str:
    """Return the ARM id of `names`, outermost first."""
    provider, *kinds = arm_type.split("/")
    path = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
    return f"{group}/providers/{provider}/{path}"


def net(kind: str, *names: str) -> str:
    """Return the ARM id of something of Microsoft.Network."""
    return arm(f"Microsoft.Network/{kind}", *names)


def ref(kind: str, *names: str) -> dict[str, str]:
    """Return a reference as ARM writes it."""
    return {"id": net(kind, *names)}


def row(resource_id: str, properties: Any, **envelope: Any) -> Row:
    """Return the row of a resource; its type is the one its id states."""
    body = {"id": resource_id, "type": ResourceId(resource_id).type, "properties": properties}
    return msgspec.json.decode(msgspec.json.encode(body | envelope), type=Row)


def raw_row(resource_id: str, properties: bytes) -> Row:
    """Return a row whose properties are these very bytes."""
    kind = ResourceId(resource_id).type
    return Row(id=resource_id, type=kind, properties=msgspec.Raw(properties))


def read(*rows: Row, gaps: tuple[Gap, ...] = ()) -> Inventory:
    """Return the inventory of a snapshot that claims to be complete."""
    return parse(Snapshot(rows=rows, gaps=gaps))


def the(resource_id: str, properties: Any, **envelope: Any) -> Any:
    """Return the resource that one row describes. It may leave children unsaid, but not itself."""
    inventory = read(row(resource_id, properties, **envelope))
    assert not any(gap.hides(ResourceId(resource_id).type) for gap in inventory.gaps)
    resource = inventory.resources[ResourceId(resource_id)]
    assert type(resource) is BY_TYPE[ResourceId(resource_id).type]
    return resource


def edges(resource: Any) -> set[tuple[str, str]]:
    """Return a resource's references as relation and id."""
    return {
        (reference.relation.value, str(reference.target)) for reference in resource.references()
    }
