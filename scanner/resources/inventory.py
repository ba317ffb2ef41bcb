"""From rows to resources: what the snapshot holds, and what it turns out not to."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from scanner.resources.resource import AnyResource, ResourceId, Table
from scanner.resources.types import RESOURCE_TYPES
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Row, Snapshot, Subscription

logger = logging.getLogger(__name__)

BY_TYPE: Mapping[str, type[AnyResource]] = {kind.ARM_TYPE: kind for kind in RESOURCE_TYPES}

_DECODERS = {kind.ARM_TYPE: msgspec.json.Decoder(kind.PROPERTIES) for kind in RESOURCE_TYPES}


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every resource of a snapshot by its ID, and every gap: declared, or found on reading."""

    resources: Mapping[ResourceId, AnyResource]
    gaps: tuple[Gap, ...]
    cloud: str
    subscriptions: tuple[Subscription, ...]


def declared(snapshot: Snapshot) -> Snapshot:
    """
    Return the snapshot with everything it was not asked for declared as a gap.

    Bare rows vouch for the types they hold and for no other; a saved snapshot
    vouches for the types it was asked for.
    """
    asked = {row.type.lower() for row in snapshot.rows} if not snapshot.vouches else snapshot.types
    if asked is None:
        return snapshot
    missing = (
        kind.ARM_TYPE
        for kind in RESOURCE_TYPES
        if kind.TABLE is not Table.PARENT and kind.ARM_TYPE not in asked
    )
    gaps = (
        Gap(scope=EVERYWHERE, type=kind, reason=GapReason.NOT_READ, detail="not in the snapshot")
        for kind in missing
    )
    known = {gap.type for gap in snapshot.gaps if gap.scope == EVERYWHERE}
    found = tuple(gap for gap in gaps if gap.type not in known)
    return msgspec.structs.replace(snapshot, gaps=(*snapshot.gaps, *found), vouches=True)


def parse(snapshot: Snapshot) -> Inventory:
    """
    Turn rows into resources.

    A row that cannot be read becomes a gap: a resource left out quietly would
    be a violation left out.
    """
    snapshot = declared(snapshot)
    resources: dict[ResourceId, AnyResource] = {}
    gaps = list(snapshot.gaps)
    for row in snapshot.rows:
        for made in _parsed(row):
            if isinstance(made, Gap):
                gaps.append(made)
                logger.warning("%s: not read: %s", made.scope, made.detail)
                continue
            if made.id in resources and made.row is row:
                logger.warning("%s: twice in the snapshot; the later row counts", made.id)
            resources[made.id] = made
    return Inventory(resources, tuple(sorted({*gaps})), snapshot.cloud, snapshot.subscriptions)


def _parsed(row: Row) -> Iterator[AnyResource | Gap]:
    """Yield the row's resource and the children inside it, or why there is none."""
    kind = BY_TYPE.get(row.type.lower())
    if kind is None:
        logger.debug("not modelled: %s", row.id)
        return
    try:
        resource = _resource(kind, row)
    except msgspec.ValidationError as error:
        yield _unparsable(row, kind, str(error))
        return
    yield resource
    for child in resource.children():
        yield from _parsed(child)


def _resource(kind: type[AnyResource], row: Row) -> AnyResource:
    resource_id = ResourceId(row.id)
    if resource_id.type != kind.ARM_TYPE:
        raise msgspec.ValidationError(f"its id is of type {resource_id.type or 'none'!r}")
    if bytes(row.properties) == b"null":
        raise msgspec.ValidationError("it has no properties")
    properties = _DECODERS[kind.ARM_TYPE].decode(row.properties)
    return kind(id=resource_id, name=row.name or resource_id.name, row=row, properties=properties)


def _unparsable(row: Row, kind: type[AnyResource], cause: str) -> Gap:
    return Gap(scope=row.id, type=kind.ARM_TYPE, reason=GapReason.UNPARSABLE, detail=cause)
