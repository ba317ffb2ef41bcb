"""Whether the private DNS zones that an account's names need are there, linked, and filled."""

from __future__ import annotations

from scanner.analysis.addresses import holds, is_public
from scanner.analysis.dns.askers import (
    answers_for,
    answers_others,
    asked,
    forwarded,
    has_workload,
    unknown_servers,
)
from scanner.analysis.dns.wanted import (
    NOT_APPLICABLE,
    Wanted,
    beyond,
    beyond_peers,
    doubted,
    hidden_in,
    none_wanted,
    undocumented,
    unread_links,
    wanted,
    wanted_in,
    zones_named,
)
from scanner.analysis.routing.peering import Peers, hub_members, peers
from scanner.findings import Affected, Evidence, Judgement, Verdict, every
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.resources.record_set import RecordSet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.topology import Topology


def exist(topology: Topology, account: CognitiveServicesAccount) -> Judgement:
    """
    Judge whether every zone that an account's names need exists in the estate.

    Only an account with an approved endpoint and a custom subdomain needs one.
    A zone may also lie outside the snapshot, or its names be kept on servers of
    one's own: then absence here proves nothing.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    found = wanted(topology, account)
    return every(_exists(topology, item) for item in found) if found else none_wanted(topology)


def linked(topology: Topology, network: VirtualNetwork) -> Judgement:
    """
    Judge whether a VNet is linked to the zones of the accounts it stands next to.

    It stands next to an account whose endpoint it holds, or is directly peered
    with the holder of. It is asked when it has workloads that ask Azure DNS, or
    answers for a VNet that has; the endpoint's own VNet is asked when nobody
    else around it is. A zone that exists nowhere is another matter.

    Source: https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links
    """
    around = _around(topology, network)
    near = tuple(wanted_in(topology, around.known))
    perhaps = around.perhaps.keys() - around.known
    doubtful = tuple(wanted_in(topology, perhaps))
    hidden = _unread_peerings(topology, network) or _unread_askers(topology, network)
    hidden = hidden or hidden_in(topology, around.known | perhaps)
    if not near and not doubtful and not hidden:
        return NOT_APPLICABLE
    asks = _asks(topology, network, near or doubtful)
    if asks.verdict is not Verdict.PASS:
        return asks if asks.verdict is Verdict.OPEN else NOT_APPLICABLE
    judged = every(
        (
            *(_is_linked(topology, network, item) for item in near),
            *(_is_perhaps_linked(topology, network, item, around) for item in doubtful),
        )
    )
    if judged.verdict is Verdict.FAIL:
        return doubted(judged, asks.unread)
    return Judgement(Verdict.OPEN, asks.because, unread=hidden) if hidden else judged


def _around(topology: Topology, network: VirtualNetwork) -> Peers:
    """Return the VNets that can reach a VNet's callers' endpoints: its own, and whom it serves."""
    known: set[ResourceId] = set()
    perhaps: dict[ResourceId, str] = {}
    for caller in (network, *answers_for(topology, network.id)):
        found = peers(topology, caller.id)
        known |= {caller.id} | found.known
        perhaps |= found.perhaps
        for member in hub_members(topology, caller.id) - known:
            perhaps[member] = f"how a hub routes from {caller.id.path} to {member.path} is not read"
    return Peers(frozenset(known), perhaps)


def _unread_peerings(topology: Topology, network: VirtualNetwork) -> str:
    for gap in topology.unread(VirtualNetworkPeering, network.id):
        return f"the peerings of {network.id.path}: {gap.reason}"
    return ""


def _unread_askers(topology: Topology, network: VirtualNetwork) -> str:
    """Say which VNets that were not read may ask a server in this one; empty when none may."""
    gaps = topology.unread(VirtualNetwork) if answers_others(topology, network.id) else ()
    return f"VNets that may ask in {network.id.path}: {gaps[0].reason}" if gaps else ""


def _is_perhaps_linked(
    topology: Topology, network: VirtualNetwork, item: Wanted, around: Peers
) -> Judgement:
    """Judge a link that is wanted if an endpoint can be reached, which is not certain."""
    place = item.approved.network
    return doubted(_is_linked(topology, network, item), around.perhaps[place] if place else "")


def _exists(topology: Topology, item: Wanted) -> Judgement:
    account, zone = item.approved.account, item.hostname.zone
    found = zones_named(topology, zone)
    because = (
        Evidence(account.id, "", "/properties/customSubDomainName", account.subdomain),
        Evidence(item.approved.id, Relation.SERVES.inverse),
    )
    if found:
        # One is enough to show; an estate may hold hundreds of the same name.
        held = Evidence(found[0].id, "", "/name", found[0].name)
        return Judgement(Verdict.PASS, (*because, held))
    unread = beyond(topology, item) or _own_servers(topology, item)
    if unread:
        return Judgement(Verdict.OPEN, because, unread=unread)
    case = {"zoneName": zone, "hostname": item.hostname.name, "endpoint": str(item.approved.id)}
    network = item.approved.network
    if network is not None:
        case |= {"network": str(network)}
    affected = (Affected(network or item.approved.id, account.id, item.hostname.name),)
    return Judgement(Verdict.FAIL, because, (case,), affected)


def _asks(topology: Topology, network: VirtualNetwork, near: tuple[Wanted, ...]) -> Judgement:
    """Judge whether Azure-provided DNS is asked in this VNet; `unread` when only perhaps."""
    where = asked(topology, network)
    behind = answers_for(topology, network.id)
    if network.id not in where.networks and not behind:
        if not where.unknown:
            return NOT_APPLICABLE
        servers = ", ".join(where.unknown)
        unread = f"what the DNS servers {servers} of {network.id.path} answer is not in Azure"
        return Judgement(Verdict.OPEN, where.because, unread=unread)
    answers = {has_workload(topology, other.id) for other in behind}
    if network.id in where.networks:
        answers |= {has_workload(topology, network.id), _is_alone(topology, network, near)}
    if True in answers:
        return Judgement(Verdict.PASS, where.because, unread=_mixed(topology, (network, *behind)))
    if None in answers:
        unread = f"whether {network.id.path} has workloads was not read"
        return Judgement(Verdict.PASS, where.because, unread=unread)
    return _asks_within(topology, network)


def _asks_within(topology: Topology, network: VirtualNetwork) -> Judgement:
    """Judge whether a server in this VNet, of which nothing is known, is asked by another."""
    for server, other in unknown_servers(topology):
        if holds(network.address_prefixes, server):
            unread = f"whom the DNS server {server} in {network.id.path} asks is not known"
            return Judgement(Verdict.OPEN, asked(topology, other).because, unread=unread)
    unread = _unread_askers(topology, network)
    because = asked(topology, network).because
    return Judgement(Verdict.OPEN, because, unread=unread) if unread else NOT_APPLICABLE


def _mixed(topology: Topology, askers: tuple[VirtualNetwork, ...]) -> str:
    """Say that all who ask also ask others, who may answer otherwise; empty when one does not."""
    for asker in askers:
        where = asked(topology, asker)
        if len(where.networks) == 1 and not where.unknown:
            return ""
    return f"the DNS servers of {askers[0].id.path} need not all answer alike"


def _is_alone(topology: Topology, network: VirtualNetwork, near: tuple[Wanted, ...]) -> bool | None:
    """Tell whether the VNet holds an endpoint, and none around it has a workload."""
    if all(item.approved.network != network.id for item in near):
        return False
    beside = peers(topology, network.id)
    answers = {has_workload(topology, peer) for peer in beside.known}
    answers |= {has_workload(topology, peer) or None for peer in beside.perhaps}
    return False if True in answers else None if None in answers else True


def _is_linked(topology: Topology, network: VirtualNetwork, item: Wanted) -> Judgement:
    account, name = item.approved.account, item.hostname
    zones = zones_named(topology, name.zone)
    own = topology.predecessors(VirtualNetworkLink, network.id, Relation.LINKED_TO)
    ids = {zone.id for zone in zones}
    for link in own:
        if link.id.parent.name.lower() == name.zone:
            return _complete(network, link)
    unread = beyond(topology, item) or unread_links(topology, ids)
    unread = unread or forwarded(topology, network.id, name.name)
    unread = unread or forwarded(topology, network.id, name.zone)
    if not zones:
        return Judgement(Verdict.OPEN, unread=unread) if unread else NOT_APPLICABLE
    unread = unread or beyond_peers(topology, network.id) or undocumented(name)
    because = (
        Evidence(account.id, "", "/properties/customSubDomainName", account.subdomain),
        Evidence(item.approved.id, Relation.SERVES.inverse),
        *(Evidence(zone.id, "", "/name", zone.name) for zone in zones),
        *asked(topology, network).because,
    )
    if unread:
        return Judgement(Verdict.OPEN, because, unread=unread)
    zone = _likely(topology, zones, account)
    case = {"zone": str(zone.id), "zoneName": zone.name, "hostname": name.name}
    affected = (Affected(network.id, account.id, name.name),)
    return Judgement(Verdict.FAIL, because, (case,), affected)


def _complete(network: VirtualNetwork, link: VirtualNetworkLink) -> Judgement:
    """
    Judge a link: it works once Azure says Completed.

    Source: https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links
    """
    state = link.properties.virtual_network_link_state
    pointer = "/properties/virtualNetworkLinkState"
    told = Evidence(link.id, Relation.LINKED_TO.inverse, pointer, state)
    because = (Evidence(network.id), told)
    if state is None or state.lower() == "completed":
        return Judgement(Verdict.PASS, because)
    unread = f"the link {link.id.path} is {state}: whether it works yet is not known"
    return Judgement(Verdict.OPEN, because, unread=unread)


def _likely(
    topology: Topology, zones: tuple[PrivateDnsZone, ...], account: CognitiveServicesAccount
) -> PrivateDnsZone:
    """Return, of several zones of one name, the one that holds the account's record."""
    for zone in zones:
        records = topology.predecessors(RecordSet, zone.id, Relation.PART_OF)
        if any(record.name.lower() == account.subdomain for record in records):
            return zone
    return zones[0]


def _own_servers(topology: Topology, item: Wanted) -> str:
    """
    Say who else may keep the names of a zone around an endpoint; empty when nobody may.

    A public resolver does not: it knows the public answer only.
    """
    here = item.approved.network
    if here is None:
        return undocumented(item.hostname)
    around = peers(topology, here)
    for network in sorted({here} | around.known | around.perhaps.keys()):
        own = topology.get(VirtualNetwork, network)
        where = asked(topology, own) if own is not None else None
        for server in where.unknown if where else ():
            if not is_public(server):
                return f"the DNS server {server} may keep the names of {item.hostname.zone} itself"
        for asker in sorted(where.networks) if where else ():
            unread = forwarded(topology, asker, item.hostname.name)
            unread = unread or forwarded(topology, asker, item.hostname.zone)
            if unread:
                return unread
    return undocumented(item.hostname)
