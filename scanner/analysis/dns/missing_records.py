"""What to say and do about a name that a linked private zone does not answer rightly."""

from __future__ import annotations

from scanner.analysis.causes import Break, Cause
from scanner.analysis.dns.linked_zones import linked_zone
from scanner.analysis.dns.lookup import Question
from scanner.analysis.dns.wanted import zones_named
from scanner.analysis.dns.zone_records import ZoneRecord, records, relative
from scanner.analysis.endpoints import Approved, addresses, addresses_of, approved
from scanner.analysis.routing.peering import peers
from scanner.resources import Relation, ResourceId
from scanner.resources.private_dns_zone import VirtualNetworkLink
from scanner.resources.private_endpoint import PrivateDnsZoneGroup, PrivateEndpoint
from scanner.resources.record_set import RecordSet
from scanner.topology import Topology

ZONES_IN_GROUP = 5
"""
How many zones a zone group can hold.

Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
"""


def not_held(topology: Topology, question: Question, link: VirtualNetworkLink) -> Break:
    """
    Return what breaks a connection when a linked zone has no right answer of its own.

    The private name is looked for in its zone, and the account lacks the
    record; a zone that covers the public name stands in the way.
    """
    cause, case = lacking(question), missing_case(topology, question, link)
    blame = question.account.id if cause is Cause.RECORD_MISSING else link.id.parent
    return Break(cause, blame, case)


def lacking(question: Question) -> Cause:
    """Return what breaks a connection when a linked zone lacks the name that is asked."""
    return Cause.RECORD_MISSING if question.is_alias else Cause.SHADOWED


def missing_case(
    topology: Topology, question: Question, link: VirtualNetworkLink
) -> dict[str, str]:
    """Return what a message about a missing record can name."""
    zone, network = link.id.parent, ResourceId(link.properties.virtual_network.id)
    label = relative(question.name, zone)
    other = _other_zone(topology, question, link)
    case = {
        "zone": str(zone),
        "zoneName": zone.name,
        "record": label,
        "hostname": question.hostname.name,
        "linkName": link.name,
        "network": str(network),
        "networkName": network.name,
        "instead": _instead(topology, question, zone, other),
    }
    if other is not None and _can_move(topology, question, link, other):
        means = {
            "oldLink": str(link.id),
            "fullerZone": str(other),
            "resolutionPolicy": link.resolution_policy,
        }
    else:
        means = _means(topology, question, zone) if not _answered(topology, zone, label) else {}
    return {key: value for key, value in (case | means).items() if value}


def _answered(topology: Topology, zone: ResourceId, label: str) -> str:
    """Return the addresses that a zone answers under a name of its own; empty for none."""
    record = records(topology, zone).get(label)
    return ", ".join(record.addresses) if isinstance(record, RecordSet) else ""


def _instead(
    topology: Topology, question: Question, zone: ResourceId, other: ResourceId | None
) -> str:
    """Say what there is in place of the right record."""
    label = relative(question.name, zone)
    own = _answered(topology, zone, label)
    if own:
        return f"its record {label} answers {own}"
    if other is not None:
        return f"{other.name} in the resource group {other.resource_group} holds it"
    record = _other_record(topology, question, zone)
    if record:
        return f"its record {record} has the address"
    wildcard = _answered(topology, zone, "*")
    if wildcard:
        return f"its wildcard answers {wildcard}"
    return "clients are told that there is no such name"


def _other_zone(
    topology: Topology, question: Question, link: VirtualNetworkLink
) -> ResourceId | None:
    """
    Return another zone that holds the private name; None when there is none.

    For a zone in the way it must be the one that would be asked without it.
    """
    zone = link.id.parent
    if question.is_alias:
        same = zones_named(topology, zone.name.lower().rstrip("."))
        holding = (z.id for z in same if _holds(topology, z.id, relative(question.name, zone)))
        return next((found for found in holding if found != zone), None)
    network = ResourceId(link.properties.virtual_network.id)
    behind = linked_zone(topology, network, question.private_name).link
    if behind is None or behind.id.parent == zone:
        return None
    found = behind.id.parent
    return found if _holds(topology, found, relative(question.private_name, found)) else None


def _holds(topology: Topology, zone: ResourceId, label: str) -> bool:
    return label in records(topology, zone)


def _can_move(
    topology: Topology, question: Question, link: VirtualNetworkLink, other: ResourceId
) -> bool:
    """Tell whether a VNet loses nothing by asking the other zone instead, and gets an address."""
    domains = {link.id.parent.name.lower(), question.hostname.zone.removeprefix("privatelink.")}
    record = records(topology, other).get(relative(question.private_name, other))
    return (
        not link.properties.registration_enabled
        and (question.is_alias or len(domains) == 1)
        and _is_right(topology, question, record)
        and records(topology, link.id.parent).keys() - {"@"} <= records(topology, other).keys()
    )


def _is_right(topology: Topology, question: Question, record: ZoneRecord | None) -> bool:
    if not isinstance(record, RecordSet) or not record.addresses:
        return False
    return _addresses(topology, question).issuperset(record.addresses)


def _other_record(topology: Topology, question: Question, zone: ResourceId) -> str:
    """Return the name of another record with an address of the account; empty for none."""
    meant = _addresses(topology, question)
    own = relative(question.name, zone)
    for label, record in sorted(records(topology, zone).items()):
        if label in {own, "*"} or not isinstance(record, RecordSet):
            continue
        if meant.intersection(record.addresses):
            return record.name
    return ""


def _addresses(topology: Topology, question: Question) -> frozenset[str]:
    found = (item.endpoint for item in approved(topology, question.account))
    return frozenset(a for one in found if one is not None for a in addresses(topology, one))


def _means(topology: Topology, question: Question, zone: ResourceId) -> dict[str, str]:
    """
    Name the zone group that a zone can be added to, else the address to write into it.

    An endpoint has one group at most, and a group one zone of a name and five in
    all. Which of several endpoints around a zone it should answer with is for
    people to choose.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
    """
    endpoint = _nearest(topology, question, zone)
    if endpoint is None:
        return {}
    for group in topology.predecessors(PrivateDnsZoneGroup, endpoint.id, Relation.PART_OF):
        if zone.name.lower().rstrip(".") == question.hostname.zone and has_room(group, zone):
            return {"endpoint": str(endpoint.id), "group": group.name}
    held = addresses_of(topology, endpoint, question.hostname.name)
    return {
        "endpoint": str(endpoint.id),
        "address": "".join(held) if len(held) == 1 else "",
    }


def _nearest(topology: Topology, question: Question, zone: ResourceId) -> PrivateEndpoint | None:
    """Return the one endpoint of the account around a zone's VNets, or the only one at all."""
    found = approved(topology, question.account)
    linked = {
        network
        for link in topology.predecessors(VirtualNetworkLink, zone, Relation.PART_OF)
        for network in topology.targets(link.id, Relation.LINKED_TO)
    }
    near = [item for item in found if _is_near(topology, item, linked)] or list(found)
    return near[0].endpoint if len(near) == 1 else None


def _is_near(topology: Topology, item: Approved, networks: set[ResourceId]) -> bool:
    place = item.network
    return place is not None and bool(networks & {place, *peers(topology, place).known})


def has_room(group: PrivateDnsZoneGroup, zone: ResourceId) -> bool:
    """
    Tell whether a zone can be added to a group, which holds one zone of a name.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
    """
    configs = group.properties.private_dns_zone_configs or ()
    taken = {(config.name or "").lower() for config in configs}
    taken |= {other.name.lower() for other in group.zones}
    return len(configs) < ZONES_IN_GROUP and zone.name.lower().rstrip(".") not in taken
