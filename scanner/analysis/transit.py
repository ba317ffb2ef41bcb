"""Whether VNets can use each other's gateways, and reach the endpoints they ask for."""

from __future__ import annotations

from scanner.analysis.endpoints import Approved, addresses
from scanner.analysis.peering import (
    hang_together,
    hubs,
    leads_to_accounts,
    neighbours,
    network_of,
)
from scanner.analysis.records import linked_names, unread_names
from scanner.analysis.wanted import NOT_APPLICABLE, none_wanted
from scanner.findings import Affected, Evidence, Judgement, Verdict, every, some
from scanner.resources import Relation, ResourceId
from scanner.resources.network_manager import NetworkManager
from scanner.resources.record_set import RecordSet
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.resources.virtual_wan import HubVirtualNetworkConnection, VirtualHub
from scanner.topology import Topology


def peered_with_endpoints(topology: Topology, network: VirtualNetwork) -> Judgement:
    """
    Judge whether a VNet stands next to the endpoints whose names its zone links show it wants.

    Next to is: the same VNet, a peering of any state, or the same Virtual WAN
    hub. A VNet that hangs together with the endpoint's only through others may
    have a path by way of a firewall or gateway, which is not followed here: open.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview
    """
    answers: dict[ResourceId, list[Judgement]] = {}
    for item, record in linked_names(topology, network.id):
        if _is_answer(topology, item, record):
            answer = _stands_next(topology, network, item, record)
            answers.setdefault(record.id, []).append(answer)
    # Several endpoints behind one name: any of them is a way, though not for every call.
    judged = every(some(judged) for judged in answers.values())
    unread = unread_names(topology, network.id)
    if unread and judged.verdict is not Verdict.FAIL:
        return Judgement(Verdict.OPEN, (Evidence(network.id),), unread=unread)
    return judged


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
    near = place == network.id or place in neighbours(topology, network.id)
    if near or hubs(topology, network.id) & hubs(topology, place):
        return Judgement(Verdict.PASS, because)
    if hang_together(topology, network.id, place):
        unread = f"{network.id.path} and {place.path} meet only through other networks"
        return Judgement(Verdict.OPEN, because, unread=unread)
    unread = _hidden(topology, network.id, place)
    if unread:
        return Judgement(Verdict.OPEN, because, unread=unread)
    case = {"network": str(place), "networkName": place.name, "account": item.account.name}
    name = f"{record.name}.{record.id.parent.name.removeprefix('privatelink.')}"
    affected = (Affected(network.id, item.account.id, name),)
    return Judgement(Verdict.FAIL, because, (case,), affected)


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
    """Say what may join two VNets that was not read; empty when nothing may."""
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
    for side in (network, place):
        for other in neighbours(topology, side):
            if topology.get(VirtualNetwork, other) is None:
                return f"{side.path} is peered with {other}, which is outside the snapshot"
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
    back = next(
        (
            other
            for other in topology.predecessors(VirtualNetworkPeering, network, Relation.PEERS_WITH)
            if other.id.parent == remotes[0]
        ),
        None,
    )
    own = peering.properties
    if not own.use_remote_gateways and not own.allow_gateway_transit:
        return NOT_APPLICABLE
    if not leads_to_accounts(topology, network):
        return none_wanted(topology)
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
    # With a gateway of its own the other side cannot use this one.
    if not here or there:
        return NOT_APPLICABLE
    return Judgement(Verdict.FAIL, because, _case(back, "useRemoteGateways"))


def _one_side(topology: Topology, peering: VirtualNetworkPeering, remote: ResourceId) -> Judgement:
    if topology.get(VirtualNetwork, remote) is None:
        unread = f"the other side, {remote}, is outside the snapshot"
        return Judgement(Verdict.OPEN, (Evidence(peering.id),), unread=unread)
    for gap in topology.unread(VirtualNetworkPeering, remote):
        unread = f"the other side, in {remote.path}: {gap.reason}"
        return Judgement(Verdict.OPEN, (Evidence(peering.id),), unread=unread)
    return NOT_APPLICABLE


def _reaches_gateway(topology: Topology, network: ResourceId) -> bool | None:
    """Tell whether a peered network has a gateway, through which it may meet any other."""
    answers = {_has_gateway(topology, one) for one in network_of(topology, network)}
    return True if True in answers else None if None in answers else False


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
