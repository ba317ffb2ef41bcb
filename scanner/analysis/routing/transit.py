"""Whether VNets can use each other's gateways, and reach the endpoints they ask for."""

from __future__ import annotations

from scanner.analysis.dns.askers import Asked, asked, has_workload
from scanner.analysis.dns.callers import linked_names, names_asked, unread_names
from scanner.analysis.dns.wanted import NOT_APPLICABLE, doubted, none_wanted
from scanner.analysis.endpoints import Approved, addresses
from scanner.analysis.routing.peering import (
    hang_together,
    hub_members,
    hubs,
    leads_to_accounts,
    may_lead_to_accounts,
    neighbours,
    network_of,
    peers,
    side,
)
from scanner.findings import Affected, Evidence, Judgement, Verdict, every, some
from scanner.resources import Relation, ResourceId
from scanner.resources.network_manager import NetworkManager
from scanner.resources.record_set import RecordSet
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.resources.virtual_wan import HubVirtualNetworkConnection, VirtualHub
from scanner.topology import Topology, once


def peered_with_endpoints(topology: Topology, network: VirtualNetwork) -> Judgement:
    """
    Judge whether a VNet stands next to the endpoints whose names zone links show it wants.

    The links that count are those of the VNets in which its questions end. Next
    to is: the same VNet, a peering of any state, or the same Virtual WAN hub. A
    VNet that hangs together with the endpoint's only through others may have a
    path by way of a firewall or gateway, which is not followed here: open. Without
    a workload nobody calls.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview
    """
    where = asked(topology, network)
    answers: dict[ResourceId, list[Judgement]] = {}
    for item, record in names_asked(topology, where):
        if _is_answer(topology, item, record):
            answer = _stands_next(topology, network, item, record)
            answers.setdefault(record.id, []).append(answer)
    # Several endpoints behind one name: any of them is a way, though not for every call.
    judged = every(some(judged) for judged in answers.values())
    if judged.verdict is Verdict.FAIL:
        judged = doubted(judged, _mixed(network, where))
    else:
        unread = _unread_wish(topology, network, where)
        judged = Judgement(Verdict.OPEN, where.because, unread=unread) if unread else judged
    return _if_anything_calls(topology, network, judged)


def _if_anything_calls(topology: Topology, network: VirtualNetwork, judged: Judgement) -> Judgement:
    if judged.verdict not in {Verdict.FAIL, Verdict.OPEN}:
        return judged
    match has_workload(topology, network.id):
        case True:
            return judged
        case False:
            return NOT_APPLICABLE
        case _:
            return doubted(judged, f"whether {network.id.path} has workloads was not read")


def _mixed(network: VirtualNetwork, where: Asked) -> str:
    """Say that a VNet asks several servers, which may answer otherwise; empty when one only."""
    if len(where.networks) + len(where.unknown) == 1:
        return ""
    return f"the DNS servers of {network.id.path} need not all answer alike"


def _unread_wish(topology: Topology, network: VirtualNetwork, where: Asked) -> str:
    """Say what may hide a name that a VNet asks for; empty when nothing does."""
    if where.unknown and any(True for _ in linked_names(topology, network.id)):
        servers = ", ".join(where.unknown)
        return f"what the DNS servers {servers} of {network.id.path} answer is not in Azure"
    reasons = (unread_names(topology, asker) for asker in sorted(where.networks))
    return next(filter(None, reasons), "")


def _is_answer(topology: Topology, item: Approved, record: RecordSet) -> bool:
    """Tell whether a record may answer with this endpoint: it does, or nobody knows."""
    held = addresses(topology, item.endpoint) if item.endpoint else frozenset()
    return not held or bool(held.intersection(record.addresses))


def _stands_next(
    topology: Topology, network: VirtualNetwork, item: Approved, record: RecordSet
) -> Judgement:
    because, place = _way(network, item, record), item.network
    if place is None:
        unread = f"the private endpoint {item.id.path} is outside the snapshot"
        return Judgement(Verdict.OPEN, because, unread=unread)
    if _is_next(topology, network.id, place):
        return Judgement(Verdict.PASS, because)
    unread = peers(topology, network.id).perhaps.get(place, "") or _hidden(
        topology, network.id, place
    )
    if unread:
        return Judgement(Verdict.OPEN, because, unread=unread)
    case = {"network": str(place), "networkName": place.name, "account": item.account.name}
    name = f"{record.name}.{record.id.parent.name.removeprefix('privatelink.')}"
    affected = (Affected(network.id, item.account.id, name),)
    return Judgement(Verdict.FAIL, because, (case,), affected)


def _is_next(topology: Topology, network: ResourceId, place: ResourceId) -> bool:
    """Tell whether nothing lies between two VNets; a peering that is broken is others' matter."""
    if place == network or place in hub_members(topology, network):
        return True
    around = neighbours(topology, network)
    return place in around and place not in peers(topology, network).perhaps


def _way(network: VirtualNetwork, item: Approved, record: RecordSet) -> tuple[Evidence, ...]:
    return (
        Evidence(network.id),
        Evidence(record.id.parent, "linkedBy"),
        Evidence(record.id, "has", "/name", record.name),
        Evidence(item.account.id),
        Evidence(item.id, Relation.SERVES.inverse),
        *((Evidence(item.network, Relation.PLACED_IN),) if item.network else ()),
    )


def _hidden(topology: Topology, network: ResourceId, place: ResourceId) -> str:
    """Say what may join two VNets that was not followed or read; empty when nothing may."""
    if hang_together(topology, network, place):
        return f"{network.path} and {place.path} meet only through other networks"
    for kind in (VirtualNetworkPeering, HubVirtualNetworkConnection, NetworkManager):
        gaps = topology.unread(kind)
        if kind is HubVirtualNetworkConnection:
            # Without a hub there is no connection; an unread hub hides its own.
            gaps = (*topology.unread(VirtualHub), *(gaps if topology.all(VirtualHub) else ()))
        for gap in gaps:
            return f"{kind.ARM_TYPE} in {gap.scope}: {gap.reason}"
    if topology.all(NetworkManager):
        return "which VNets a network manager connects was not read"
    ways = [_reaches_gateway(topology, side) for side in (network, place)]
    if False not in ways:
        return f"{network.path} and {place.path} may meet through their gateways"
    for end in (network, place):
        for other in neighbours(topology, end):
            if topology.get(VirtualNetwork, other) is None:
                return f"{end.path} is peered with {other}, which is outside the snapshot"
    return ""


def gateway_flags_agree(topology: Topology, peering: VirtualNetworkPeering) -> Judgement:
    """
    Judge whether the two sides of a peering agree on who uses whose gateway.

    A side that uses the remote gateway needs the other's leave; a side that has
    a gateway and gives leave waits for the other to use it. Only sides that
    lead to an account's endpoint are judged.

    Source: https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-peering-gateway-transit
    """
    network = peering.id.parent
    remotes = topology.targets(peering.id, Relation.PEERS_WITH)
    if not remotes:
        return NOT_APPLICABLE
    back = side(topology, remotes[0], network)
    own = peering.properties
    if not own.use_remote_gateways and not own.allow_gateway_transit:
        return NOT_APPLICABLE
    if not leads_to_accounts(topology, network):
        unread = may_lead_to_accounts(topology, network)
        return Judgement(Verdict.OPEN, unread=unread) if unread else none_wanted(topology)
    if back is None:
        return _one_side(topology, peering, remotes[0])
    if own.use_remote_gateways:
        agrees = bool(back.properties.allow_gateway_transit)
        because = _flags(peering, back, "useRemoteGateways", "allowGatewayTransit")
        return Judgement(
            Verdict.PASS if agrees else Verdict.FAIL, because, _case(back, "allowGatewayTransit")
        )
    return _waits(topology, peering, back)


def _waits(
    topology: Topology, peering: VirtualNetworkPeering, back: VirtualNetworkPeering
) -> Judgement:
    """Judge the side that gives leave: it matters when there is a gateway to use."""
    because = _flags(peering, back, "allowGatewayTransit", "useRemoteGateways")
    if back.properties.use_remote_gateways:
        return Judgement(Verdict.PASS, because)
    here, there = (_has_gateway(topology, side.id.parent) for side in (peering, back))
    if here is None or there is None:
        return Judgement(Verdict.OPEN, because, unread="gateways were not read")
    # With a gateway of its own, or another's, the other side cannot use this one.
    if not here or there or _uses_another(topology, back):
        return NOT_APPLICABLE
    return Judgement(Verdict.FAIL, because, _case(back, "useRemoteGateways"))


def _uses_another(topology: Topology, back: VirtualNetworkPeering) -> bool:
    """
    Tell whether a VNet already uses the gateway of another VNet, or that of a virtual hub.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering,
    https://learn.microsoft.com/azure/virtual-wan/virtual-wan-faq
    """
    network = back.id.parent
    own = topology.predecessors(VirtualNetworkPeering, network, Relation.PART_OF)
    return bool(hubs(topology, network)) or any(s.properties.use_remote_gateways for s in own)


def _one_side(topology: Topology, peering: VirtualNetworkPeering, remote: ResourceId) -> Judgement:
    if topology.get(VirtualNetwork, remote) is None:
        unread = f"the other side, {remote}, is outside the snapshot"
        return Judgement(Verdict.OPEN, (Evidence(peering.id),), unread=unread)
    for gap in topology.unread(VirtualNetworkPeering, remote):
        unread = f"the other side, in {remote.path}: {gap.reason}"
        return Judgement(Verdict.OPEN, (Evidence(peering.id),), unread=unread)
    return NOT_APPLICABLE


def _reaches_gateway(topology: Topology, network: ResourceId) -> bool | None:
    """
    Tell whether a peered network has a gateway, through which it may meet any other.

    Those of a virtual hub are not in the snapshot.
    """
    reached = network_of(topology, network)
    kept = _kept(topology)
    if reached not in kept:
        answers = {_has_gateway(topology, one) for one in reached}
        if any(one.type == VirtualHub.ARM_TYPE for one in reached):
            answers.add(None)
        kept[reached] = True if True in answers else None if None in answers else False
    return kept[reached]


@once
def _kept(_: Topology) -> dict[frozenset[ResourceId], bool | None]:
    """Keep the answer of each peered network: all its VNets share it."""
    return {}


def _has_gateway(topology: Topology, network: ResourceId) -> bool | None:
    subnets = topology.predecessors(Subnet, network, Relation.PART_OF)
    kind, relation = VirtualNetworkGateway, Relation.PLACED_IN
    if any(topology.predecessors(kind, subnet.id, relation) for subnet in subnets):
        return True
    unread = topology.unread(VirtualNetworkGateway) or topology.unread(Subnet, network)
    return None if unread else False


def _flags(
    peering: VirtualNetworkPeering, back: VirtualNetworkPeering, own: str, other: str
) -> tuple[Evidence, ...]:
    names = {
        "useRemoteGateways": lambda side: side.properties.use_remote_gateways,
        "allowGatewayTransit": lambda side: side.properties.allow_gateway_transit,
    }
    return (
        Evidence(peering.id, "", f"/properties/{own}", names[own](peering)),
        Evidence(back.id, "peeredBy", f"/properties/{other}", names[other](back)),
    )


def _case(back: VirtualNetworkPeering, flag: str) -> tuple[dict[str, str], ...]:
    network = back.id.parent
    return (
        {
            "otherName": back.name,
            "otherId": str(back.id),
            "flag": flag,
            "network": str(network),
            "networkName": network.name,
            "resourceGroup": network.resource_group,
            "subscription": network.subscription,
        },
    )
