"""Whether the records that an account's names need are there, and whether they are right."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analysis.dns.answers import answer
from scanner.analysis.dns.askers import asked
from scanner.analysis.dns.wanted import (
    NOT_APPLICABLE,
    Wanted,
    doubted,
    none_wanted,
    undocumented,
    wanted,
    zones_named,
)
from scanner.analysis.endpoints import addresses_of, approved
from scanner.analysis.routing.peering import peers
from scanner.findings import Affected, Evidence, Judgement, Verdict, every
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
)
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.resources.private_endpoint import PrivateDnsZoneGroup
from scanner.resources.record_set import CnameRecordSet, RecordSet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.topology import Topology


def recorded(topology: Topology, account: CognitiveServicesAccount) -> Judgement:
    """
    Judge whether the zones that are asked for an account's names hold them.

    Only zones linked to the VNet of an endpoint, or to one directly peered with
    it, are asked. A link that falls back to the Internet gives a public answer
    instead of none, which is another matter.

    Source: https://learn.microsoft.com/azure/dns/private-dns-fallback
    """
    found = wanted(topology, account)
    return every(_is_recorded(topology, item) for item in found) if found else none_wanted(topology)


def _is_recorded(topology: Topology, item: Wanted) -> Judgement:
    account, network = item.approved.account, item.approved.network
    if network is None:
        unread = f"the private endpoint {item.approved.id.path} is outside the snapshot"
        return Judgement(Verdict.OPEN, (Evidence(account.id),), unread=unread)
    answers = []
    for asker, doubt in _askers(topology, network).items():
        for link in topology.predecessors(VirtualNetworkLink, asker, Relation.LINKED_TO):
            zone = topology.get(PrivateDnsZone, link.id.parent)
            if zone is not None and zone.domain == item.hostname.zone:
                answers.append(doubted(_holds(topology, zone, item, link), doubt))
    unread = _unread_zones(topology, item.hostname.zone, network)
    if unread:
        answers.append(Judgement(Verdict.OPEN, (Evidence(account.id),), unread=unread))
    return every(answers)


def _askers(topology: Topology, network: ResourceId) -> dict[ResourceId, str]:
    """
    Return the VNets in which Azure is asked by what can reach an endpoint's VNet.

    With each, what makes that uncertain: a VNet that asks a server of which
    nothing is known, or lies outside the snapshot, may ask Azure by itself; and
    a peering may carry nothing.
    """
    around = peers(topology, network)
    askers: dict[ResourceId, str] = {}
    for near in sorted({network} | around.known | around.perhaps.keys()):
        for asker, doubt in _asked_from(topology, near, around.perhaps.get(near, "")):
            # One that asks for certain settles it.
            askers[asker] = askers.get(asker, doubt) and doubt
    return askers


def _asked_from(
    topology: Topology, network: ResourceId, doubt: str
) -> Iterator[tuple[ResourceId, str]]:
    own = topology.get(VirtualNetwork, network)
    if own is None:
        yield network, f"whom {network.path} asks is outside the snapshot"
        return
    where = asked(topology, own)
    if where.unknown:
        servers = ", ".join(where.unknown)
        doubt = doubt or f"what the DNS servers {servers} of {network.path} answer is not in Azure"
        yield network, doubt
    yield from ((asker, doubt) for asker in sorted(where.networks))


def _unread_zones(topology: Topology, name: str, network: ResourceId) -> str:
    """Say what may hide a zone that is asked in or around a VNet; empty when nothing does."""
    if not topology.inventory.gaps:
        return ""
    gaps = (
        *topology.unread(PrivateDnsZone),
        *(
            gap
            for zone in zones_named(topology, name)
            for gap in topology.unread(VirtualNetworkLink, zone.id)
        ),
        *topology.unread(VirtualNetworkPeering, network),
    )
    return f"{gaps[0].type} in {gaps[0].scope}: {gaps[0].reason}" if gaps else ""


def _holds(
    topology: Topology, zone: PrivateDnsZone, item: Wanted, link: VirtualNetworkLink
) -> Judgement:
    account = item.approved.account
    because: tuple[Evidence, ...] = (
        Evidence(account.id, "", "/properties/customSubDomainName", account.subdomain),
        Evidence(zone.id, "", "/name", zone.name),
        Evidence(link.id, Relation.PART_OF.inverse),
    )
    found = _found(topology, zone, item, because)
    if found is not None:
        return found
    if link.falls_back_to_internet:
        return NOT_APPLICABLE
    unread = _unread_records(topology, zone) or undocumented(item.hostname)
    if unread:
        return Judgement(Verdict.OPEN, because, unread=unread)
    case = {
        "zone": str(zone.id),
        "zoneName": zone.name,
        "record": account.subdomain,
        "hostname": item.hostname.name,
        "endpoint": str(item.approved.id),
    } | _means(topology, zone, item)
    asker = ResourceId(link.properties.virtual_network.id)
    affected = (Affected(asker, account.id, item.hostname.name),)
    return Judgement(Verdict.FAIL, because, (case,), affected)


def _found(
    topology: Topology, zone: PrivateDnsZone, item: Wanted, because: tuple[Evidence, ...]
) -> Judgement | None:
    """Judge what a zone answers; None when it holds nothing for the name."""
    subdomain = item.approved.account.subdomain
    held = topology.predecessors(RecordSet, zone.id, Relation.PART_OF)
    records = {record.name.lower(): record for record in held}
    record = records.get(subdomain)
    if record is not None and record.addresses:
        return Judgement(Verdict.PASS, (*because, Evidence(record.id, Relation.PART_OF.inverse)))
    aliases = topology.predecessors(CnameRecordSet, zone.id, Relation.PART_OF)
    if any(alias.name.lower() in {subdomain, "*"} for alias in aliases):
        unread = f"where the alias {subdomain} of {zone.name} leads is not followed"
        return Judgement(Verdict.OPEN, because, unread=unread)
    wildcard = records.get("*")
    if record is None and wildcard is not None and wildcard.addresses:
        return _is_meant(topology, wildcard, item, because)
    return None


def _unread_records(topology: Topology, zone: PrivateDnsZone) -> str:
    if topology.unread(RecordSet, zone.id) or topology.unread(CnameRecordSet, zone.id):
        return f"the records of {zone.name} were not read"
    return ""


def _is_meant(
    topology: Topology, wildcard: RecordSet, item: Wanted, because: tuple[Evidence, ...]
) -> Judgement:
    """
    Judge a record for every name: it is good for one name if it answers with its endpoint.

    Source: https://learn.microsoft.com/azure/dns/dns-zones-records#wildcard-records
    """
    told = (*because, answer(wildcard))
    endpoint = item.approved.endpoint
    held = addresses_of(topology, endpoint, item.hostname.name) if endpoint else frozenset()
    if held.issuperset(wildcard.addresses):
        return Judgement(Verdict.PASS, told)
    unread = f"the wildcard of {wildcard.id.parent.name} may answer for {item.hostname.name}"
    return Judgement(Verdict.OPEN, told, unread=unread)


def _means(topology: Topology, zone: PrivateDnsZone, item: Wanted) -> dict[str, str]:
    """
    Name the zone group that a zone can be added to, else the address to write into it.

    An endpoint has one group at most, and a group one zone of a name and five in
    all. Which of several endpoints around a zone it should answer with is for
    people to choose.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
    """
    linked = {
        network
        for link in topology.predecessors(VirtualNetworkLink, zone.id, Relation.PART_OF)
        for network in topology.targets(link.id, Relation.LINKED_TO)
    }
    near = [
        other.endpoint
        for other in approved(topology, item.approved.account)
        if other.network and linked & {other.network, *peers(topology, other.network).known}
    ]
    endpoint = item.approved.endpoint
    if endpoint is None or any(other is not endpoint for other in near):
        return {}
    for group in topology.predecessors(PrivateDnsZoneGroup, endpoint.id, Relation.PART_OF):
        configs = group.properties.private_dns_zone_configs or ()
        taken = {(config.name or "").lower() for config in configs}
        taken |= {other.name.lower() for other in group.zones}
        if len(configs) < ZONES_IN_GROUP and zone.domain not in taken:
            return {"group": group.name}
    held = addresses_of(topology, endpoint, item.hostname.name)
    return {"address": "".join(held)} if len(held) == 1 else {}


ZONES_IN_GROUP = 5
"""
How many zones a zone group can hold.

Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
"""
