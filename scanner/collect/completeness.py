"""What resources themselves say they hold, against what was read: who must be asked again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from scanner.collect.arm import ResourceQuery, Told
from scanner.collect.queries import (
    CNAME_RECORD_SETS,
    FIREWALL_POLICIES,
    RECORD_SETS,
    RULE_COLLECTION_GROUPS,
    ZONE_LINKS,
    ZONES,
)
from scanner.resources.firewall_policy import FirewallPolicyProperties
from scanner.resources.private_dns_zone import PrivateDnsZoneProperties
from scanner.resources.resource import ResourceId
from scanner.snapshot import Gap, GapReason, Row

_SOA = f"{ZONES}/soa"

_CALLED = {
    ZONE_LINKS: "links",
    RECORD_SETS: "record sets",
    RULE_COLLECTION_GROUPS: "rule collection groups",
}


def doubtful(rows: Iterable[Row]) -> tuple[ResourceQuery, ...]:
    """Return what to ask of the zones and policies that hold more than was read."""
    rows = tuple(rows)
    return tuple(
        dict.fromkeys(
            question for holder, kind, _ in _short(rows) for question in _asked(holder, kind)
        )
    )


def mended(rows: Sequence[Row], told: Told) -> tuple[Row, ...]:
    """
    Return the rows with those that Resource Manager told instead of those it told too.

    Of a list that it told whole, what it does not tell is gone.
    """
    before = {row.id.lower(): row for row in rows}
    fresh = {row.id.lower(): _placed(row, before.get(row.id.lower())) for row in told.rows}
    lists = {(question.parent, _list_of(question.type)) for question in told.answered}
    kept = (
        row
        for row in rows
        if row.id.lower() not in fresh
        and (ResourceId(row.id).parent, _list_of(row.type.lower())) not in lists
    )
    return (*kept, *fresh.values())


def _placed(row: Row, before: Row | None) -> Row:
    """Return a row of Resource Manager with the columns that only Resource Graph writes."""
    if before is None:
        return row
    return msgspec.structs.replace(
        row,
        resource_group=row.resource_group or before.resource_group,
        subscription_id=row.subscription_id or before.subscription_id,
        tenant_id=row.tenant_id or before.tenant_id,
    )


def missing(rows: Iterable[Row]) -> Iterator[Gap]:
    """Yield a gap for each list that is still shorter than its holder says."""
    for holder, kind, said in _short(tuple(rows)):
        for hidden in (kind, CNAME_RECORD_SETS) if kind == RECORD_SETS else (kind,):
            yield Gap(scope=str(holder), type=hidden, reason=GapReason.NOT_READ, detail=said)


def _asked(holder: ResourceId, kind: str) -> Iterator[ResourceQuery]:
    """Yield the list, and the zone that counted it: either may have been old."""
    yield ResourceQuery(kind, holder)
    if kind in {ZONE_LINKS, RECORD_SETS}:
        yield ResourceQuery(ZONES, holder)


def _list_of(arm_type: str) -> str:
    """Return what list a type is in: all record sets of a zone are in one."""
    is_record = arm_type.startswith(f"{ZONES}/") and arm_type != ZONE_LINKS
    return RECORD_SETS if is_record else arm_type


def _short(rows: tuple[Row, ...]) -> Iterator[tuple[ResourceId, str, str]]:
    """
    Yield each list that is too short: whose, of what, and by how much.

    Every zone has an SOA and counts it; it is taken as read.

    Source: https://learn.microsoft.com/rest/api/dns/privatedns/private-zones/get
    Source: https://learn.microsoft.com/rest/api/firewall/firewall-policies/get
    """
    read = Counter(
        (ResourceId(row.id).parent, _list_of(row.type.lower()))
        for row in rows
        if row.type.lower() != _SOA
    )
    for row in rows:
        holder = ResourceId(row.id)
        for kind, told in _told(row).items():
            held = read[holder, kind] + (kind == RECORD_SETS)
            if told > held:
                yield holder, kind, f"{held} of {told} {_CALLED[kind]} were read"


def _told(row: Row) -> Mapping[str, int]:
    """Return how much a resource says it holds, by type; nothing when it does not say."""
    kind = row.type.lower()
    try:
        if kind == ZONES:
            zone = msgspec.json.decode(row.properties, type=PrivateDnsZoneProperties)
            links, records = zone.number_of_virtual_network_links, zone.number_of_record_sets
            return {ZONE_LINKS: links or 0, RECORD_SETS: records or 0}
        if kind == FIREWALL_POLICIES:
            policy = msgspec.json.decode(row.properties, type=FirewallPolicyProperties)
            return {RULE_COLLECTION_GROUPS: len(policy.rule_collection_groups or ())}
    except (ValueError, RecursionError):  # a row that cannot be read is a gap of its own
        return {}
    return {}
