"""From rows to resources: what the snapshot holds, and what it turns out not to."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from scanner.resources.network_interface import NetworkInterface
from scanner.resources.omissions import omissions
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.resource import AnyResource, Named, ResourceId, Table
from scanner.resources.types import RESOURCE_TYPES
from scanner.resources.virtual_machine import VirtualMachine
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Row, Snapshot, Subscription, placed

logger = logging.getLogger(__name__)

BY_TYPE: Mapping[str, type[AnyResource]] = {kind.ARM_TYPE: kind for kind in RESOURCE_TYPES}

_PROVIDERS = {kind.ARM_TYPE.partition("/")[0] for kind in RESOURCE_TYPES}

_WHOLE = re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+/providers/[^/]+(?:/[^/]+/[^/]+)+")
"""The ID, part by part, of everything modelled. From another, a parent that is none is read."""

_NOT_WHOLE = "is not /subscriptions/.../resourceGroups/.../providers/... and pairs of type and name"

_DECODERS = {kind.ARM_TYPE: msgspec.json.Decoder(kind.PROPERTIES) for kind in RESOURCE_TYPES}


@dataclass(frozen=True, slots=True)
class Inventory:
    """
    Every resource of a snapshot by its ID, and every gap: declared, or found on reading.

    Both are in order, whatever the order of the rows.
    """

    resources: Mapping[ResourceId, AnyResource]
    gaps: tuple[Gap, ...]
    cloud: str
    subscriptions: tuple[Subscription, ...]


def declared(snapshot: Snapshot) -> Snapshot:
    """
    Return the snapshot with everything it was not asked for declared as a gap.

    Bare rows vouch for the types they hold and for no other, and what may be
    one page of them for none; a saved snapshot vouches for the types it was
    asked for.
    """
    if snapshot.vouches and snapshot.types is None:
        return snapshot
    stated = (snapshot.types or ()) if snapshot.vouches else (row.type for row in snapshot.rows)
    asked = {kind.lower() for kind in stated}
    missing = (
        kind.ARM_TYPE
        for kind in RESOURCE_TYPES
        if kind.TABLE not in {Table.PARENT, Table.ON_REQUEST} and kind.ARM_TYPE not in asked
    )
    gaps = (
        Gap(scope=EVERYWHERE, type=kind, reason=GapReason.NOT_READ, detail="not in the snapshot")
        for kind in missing
    )
    known = {gap.type.lower() for gap in snapshot.gaps if gap.scope == EVERYWHERE}
    found = [gap for gap in gaps if gap.type not in known]
    found += () if snapshot.vouches else snapshot.doubts
    return msgspec.structs.replace(snapshot, gaps=(*snapshot.gaps, *found), vouches=True, doubts=())


def parse(snapshot: Snapshot) -> Inventory:
    """
    Turn rows into resources.

    A row that cannot be read becomes a gap: a resource left out quietly would
    be a violation left out. A child's own row counts before what its parent
    says of it; of two rows with one ID, the later counts.
    """
    snapshot = declared(snapshot)
    found: list[Gap] = []
    alone = _latest(_kept((_made(row, EVERYWHERE) for row in snapshot.rows), found))
    embedded = {made.id: made for made in _kept(_embedded(alone), found)}
    resources = _attached(dict(sorted((embedded | alone).items())))
    gaps = {*map(placed, snapshot.gaps), *found}
    gaps.update(omissions(resources.values(), gaps))
    _warn_of_unknown_types(gaps, snapshot.types or ())
    return Inventory(resources, tuple(sorted(gaps)), snapshot.cloud, snapshot.subscriptions)


def _kept(made: Iterable[AnyResource | Gap | None], gaps: list[Gap]) -> Iterator[AnyResource]:
    """Yield the resources; put the gaps aside, and say so."""
    for item in made:
        if isinstance(item, Gap):
            gaps.append(item)
            logger.warning("%s: not read: %s", item.scope, item.detail)
        elif item is not None:
            yield item


def _latest(made: Iterable[AnyResource]) -> dict[ResourceId, AnyResource]:
    """Return the resources by ID; of several with one ID, the last, with a warning."""
    latest: dict[ResourceId, AnyResource] = {}
    repeated = set()
    for resource in made:
        if latest.pop(resource.id, None) is not None:
            repeated.add(resource.id)
        latest[resource.id] = resource
    for resource_id in sorted(repeated):
        logger.warning("%s: twice in the snapshot; the later row counts", resource_id)
    return latest


def _embedded(alone: Mapping[ResourceId, AnyResource]) -> Iterator[AnyResource | Gap | None]:
    """Yield what came only inside other resources' properties, their holders in order."""
    for _, holder in sorted(alone.items()):
        for row in holder.children():
            if ResourceId(row.id) not in alone:
                yield _made(row, holder.id.text)


def _made(row: Row, scope: str) -> AnyResource | Gap | None:
    """
    Return the row's resource, or why there is none; None for a type that is not modelled.

    `scope` is where the resource is if its ID does not tell.
    """
    resource_id = ResourceId(row.id)
    kind = BY_TYPE.get(row.type.lower())
    if kind is None:
        return _misnamed(row, resource_id, scope)
    if resource_id.type != kind.ARM_TYPE:
        cause = f"{row.id or 'no id'}: its id is of type {resource_id.type or 'none'!r}"
        return _unparsable(scope, kind, cause)
    if not _WHOLE.fullmatch(resource_id):
        return _unparsable(scope, kind, f"{row.id}: its id {_NOT_WHOLE}")
    return _decoded(row, resource_id, kind)


def _decoded(row: Row, resource_id: ResourceId, kind: type[AnyResource]) -> AnyResource | Gap:
    if bytes(row.properties) == b"null":
        return _unparsable(row.id, kind, "it has no properties")
    try:
        properties = _DECODERS[kind.ARM_TYPE].decode(row.properties)
    except RecursionError:
        return _unparsable(row.id, kind, "nested too deeply")
    except ValueError as error:  # what msgspec raises, and bad UTF-8
        return _unparsable(row.id, kind, str(error))
    return kind(id=resource_id, name=row.name or resource_id.name, row=row, properties=properties)


def _misnamed(row: Row, resource_id: ResourceId, scope: str) -> Gap | None:
    """Return the gap that a row leaves whose id is of a modelled type when its `type` is not."""
    kind = BY_TYPE.get(resource_id.type)
    if kind is None:
        logger.debug("not modelled: %s", row.id)
        return None
    place = resource_id.text if _WHOLE.fullmatch(resource_id) else scope
    return _unparsable(place, kind, f"{row.id}: its type is {row.type!r}, its id is of another")


def _unparsable(scope: str, kind: type[AnyResource], cause: str) -> Gap:
    return Gap(scope=scope, type=kind.ARM_TYPE, reason=GapReason.UNPARSABLE, detail=cause)


def _attached(resources: dict[ResourceId, AnyResource]) -> dict[ResourceId, AnyResource]:
    """Tell interfaces that name no owner which private endpoint or machine names them."""
    for owner in tuple(resources.values()):
        if not isinstance(owner, PrivateEndpoint | VirtualMachine):
            continue
        for interface_id in owner.interfaces:
            interface = resources.get(interface_id)
            if isinstance(interface, NetworkInterface) and interface.owner is None:
                resources[interface_id] = _belonging(interface, owner)
    return resources


def _belonging(
    interface: NetworkInterface, owner: PrivateEndpoint | VirtualMachine
) -> NetworkInterface:
    key = "private_endpoint" if isinstance(owner, PrivateEndpoint) else "virtual_machine"
    named = {key: Named(id=owner.id.text)}
    properties = msgspec.structs.replace(interface.properties, **named)
    return NetworkInterface(
        id=interface.id, name=interface.name, row=interface.row, properties=properties
    )


def _warn_of_unknown_types(gaps: Iterable[Gap], asked: Iterable[str]) -> None:
    """
    Say which gaps hide nothing although they are of a provider we know: a slip of the pen.

    A type that was asked for is none: it is read for later versions to judge.
    """
    for stated in sorted({gap.type for gap in gaps}.difference(asked)):
        gap = Gap(scope=EVERYWHERE, type=stated, reason=GapReason.NOT_READ)
        if stated.partition("/")[0] in _PROVIDERS and not any(map(gap.hides, BY_TYPE)):
            logger.warning("a gap of type %s hides nothing: no such type is judged", stated)
