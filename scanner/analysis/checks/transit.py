"""Whether VNets agree on who uses whose gateway."""

from __future__ import annotations

from scanner.analysis.dns.wanted import none_wanted
from scanner.analysis.routing.gateways import has_gateway, may_use_another
from scanner.analysis.routing.peering import (
    leads_to_accounts,
    may_lead_to_accounts,
    side,
)
from scanner.findings import NOT_APPLICABLE, Evidence, Judgement, Verdict
from scanner.resources import Relation, ResourceId
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.topology import Topology


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
    here, free = has_gateway(topology, peering.id.parent), may_use_another(topology, back)
    if here is None or free is None:
        return Judgement(Verdict.OPEN, because, unread="gateways were not read")
    if not here or not free:
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
