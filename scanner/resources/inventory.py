"""From rows to resources: what the snapshot holds, and what it turns out not to."""

from __future__ import annotations

import logging
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from scanner.resources.decoding import cause
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.omissions import omissions
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.resource import AnyResource, Named, Properties, ResourceId, Table
from scanner.resources.types import RESOURCE_TYPES
from scanner.resources.values import one_of
from scanner.resources.virtual_machine import VirtualMachine
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Row, Snapshot, Subscription, placed

logger = logging.getLogger(__name__)

BY_TYPE: Mapping[str, type[AnyResource]] = {kind.ARM_TYPE: kind for kind in RESOURCE_TYPES}

_PROVIDERS = {kind.ARM_TYPE.partition("/")[0] for kind in RESOURCE_TYPES}

_WHOLE = re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+/providers/[^/]+(?:/[^/]+/[^/]+)+")
"""The ID, part by part, of everything modelled. From another, a parent that is none is read."""

_NOT_WHOLE = "is not /subscriptions/.../resourceGroups/.../providers/... and pairs of type and name"

_DECODERS = {kind.ARM_TYPE: msgspec.json.Decoder(kind.PROPERTIES) for kind in RESOURCE_TYPES}


_SIGNED_IN_AS = one_of(
    "None",
    "SystemAssigned",
    "UserAssigned",
    "SystemAssigned, UserAssigned",
    "SystemAssigned,UserAssigned",
)


class _Identity(Properties):
    """What a resource signs in as. It stands beside the properties."""

    type: Annotated[str, _SIGNED_IN_AS] | None = None


_IDENTITY = msgspec.json.Decoder(_Identity | None)


@dataclass(frozen=True, slots=True)
class Garbled:
    """A resource of which there is a row that nobody can make sense of."""

    resource: AnyResource
    """Its name and row; of its properties nothing."""
    gap: Gap


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
    garbled: tuple[Garbled, ...] = ()
    """Also by ID."""


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
    be a violation left out. So do rows with one ID that contradict each other. A
    child's own row counts before what its parent says of it.
    """
    snapshot = declared(snapshot)
    aside = _Aside()
    alone = _single(aside.kept(_made(row, EVERYWHERE) for row in snapshot.rows), aside)
    embedded = {made.id: made for made in aside.kept(_embedded(alone, aside.garbled))}
    resources = _attached(dict(sorted((embedded | alone).items())))
    gaps = {*map(placed, snapshot.gaps), *aside.gaps}
    gaps.update(omissions(resources.values(), gaps))
    _warn_of_unknown_types(gaps, snapshot.types or ())
    return Inventory(
        resources,
        tuple(sorted(gaps)),
        snapshot.cloud,
        snapshot.subscriptions,
        tuple(one for _, one in sorted(aside.garbled.items())),
    )


@dataclass(slots=True)
class _Aside:
    """What is not kept as a resource."""

    gaps: list[Gap] = field(default_factory=list)
    garbled: dict[ResourceId, Garbled] = field(default_factory=dict)

    def kept(self, made: Iterable[AnyResource | Garbled | Gap | None]) -> Iterator[AnyResource]:
        """Yield the resources; put the rest aside."""
        for item in made:
            if isinstance(item, Gap):
                self.put(item)
            elif isinstance(item, Garbled):
                self.garble(item)
            elif item is not None:
                yield item

    def garble(self, item: Garbled) -> None:
        """Keep what is there and nobody understands, and say so."""
        self.garbled[item.resource.id] = item
        self.put(item.gap)

    def put(self, gap: Gap) -> None:
        """Keep a gap, and say so."""
        self.gaps.append(gap)
        logger.warning("%s: not read: %s", gap.scope, gap.detail)


def _single(made: Iterable[AnyResource], aside: _Aside) -> dict[ResourceId, AnyResource]:
    """Return the resources by ID; of several with one ID that say the same, the last."""
    latest: dict[ResourceId, AnyResource] = {}
    for resource in made:
        other = latest.get(resource.id)
        if other is not None and not _says_the_same(resource, other):
            aside.garble(_garbled(resource.row, resource.id, type(resource), _TWICE))
        latest[resource.id] = resource
    return {i: one for i, one in latest.items() if i not in aside.garbled}


_TWICE = "it is twice in the snapshot, and the rows contradict each other; keep the one that holds"


def _says_the_same(one: AnyResource, other: AnyResource) -> bool:
    """Tell whether two rows of a resource agree on everything that is relied on."""
    beside = (
        (r.row.kind, bytes(r.row.identity), bytes(r.row.sku), bytes(r.row.tags))
        for r in (one, other)
    )
    return one.properties == other.properties and len(set(beside)) == 1


def _embedded(
    alone: Mapping[ResourceId, AnyResource], garbled: Container[ResourceId]
) -> Iterator[AnyResource | Garbled | Gap | None]:
    """Yield what came only inside other resources' properties, their holders in order."""
    for _, holder in sorted(alone.items()):
        for row in holder.children():
            if ResourceId(row.id) not in alone and ResourceId(row.id) not in garbled:
                yield _made(row, holder.id.text)


def _made(row: Row, scope: str) -> AnyResource | Garbled | Gap | None:
    """
    Return the row's resource, or why there is none; None for a type that is not modelled.

    `scope` is where the resource is if its ID does not tell.
    """
    resource_id = ResourceId(row.id)
    kind = BY_TYPE.get(row.type.lower())
    if kind is None:
        return _misnamed(row, resource_id, scope)
    if resource_id.type != kind.ARM_TYPE:
        why = f"{row.id or 'no id'}: its id is of type {resource_id.type or 'none'!r}"
        return _unparsable(scope, kind, why)
    if not _WHOLE.fullmatch(resource_id):
        return _unparsable(scope, kind, f"{row.id}: its id {_NOT_WHOLE}")
    return _decoded(row, resource_id, kind)


def _decoded(row: Row, resource_id: ResourceId, kind: type[AnyResource]) -> AnyResource | Garbled:
    if bytes(row.properties) == b"null":
        return _garbled(row, resource_id, kind, "it has no properties")
    reading, raw = "identity", row.identity
    try:
        _IDENTITY.decode(raw)
        reading, raw = "properties", row.properties
        properties = _DECODERS[kind.ARM_TYPE].decode(raw)
    except RecursionError:
        return _garbled(row, resource_id, kind, "nested too deeply")
    except ValueError as error:  # what msgspec raises, and bad UTF-8
        return _garbled(row, resource_id, kind, cause(error, raw, reading))
    name = row.name or resource_id.name
    return kind(id=resource_id, name=name, row=row, properties=properties)


def _garbled(row: Row, resource_id: ResourceId, kind: type[AnyResource], why: str) -> Garbled:
    bare = kind(id=resource_id, name=row.name or resource_id.name, row=row, properties=Properties())
    return Garbled(bare, _unparsable(row.id, kind, why))


def _misnamed(row: Row, resource_id: ResourceId, scope: str) -> Gap | None:
    """Return the gap that a row leaves whose id is of a modelled type when its `type` is not."""
    kind = BY_TYPE.get(resource_id.type)
    if kind is None:
        logger.debug("not modelled: %s", row.id)
        return None
    place = resource_id.text if _WHOLE.fullmatch(resource_id) else scope
    return _unparsable(place, kind, f"{row.id}: its type is {row.type!r}, its id is of another")


def _unparsable(scope: str, kind: type[AnyResource], why: str) -> Gap:
    return Gap(scope=scope, type=kind.ARM_TYPE, reason=GapReason.UNPARSABLE, detail=why)


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
