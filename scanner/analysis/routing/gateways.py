"""Which gateway a VNet sends packets to, and whom that gateway passes them on to."""

from __future__ import annotations

from dataclasses import replace

from scanner.analysis.addresses import holds
from scanner.analysis.causes import Break, Cause
from scanner.analysis.routing.crossings import Leg, cross, flag, is_beside, refusal
from scanner.analysis.routing.peering import hubs, side
from scanner.analysis.routing.routes import UserRoute
from scanner.analysis.routing.stops import Stop
from scanner.analysis.routing.unseen import GATEWAY_SUBNET
from scanner.analysis.steps import Step
from scanner.findings import Evidence, not_read
from scanner.resources import Relation, ResourceId
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.topology import Topology

LEAVE = "allowGatewayTransit"
USE = "useRemoteGateways"


def passed_on(
    topology: Topology, network: ResourceId, there: ResourceId
) -> tuple[Step, ...] | Stop | None:
    """
    Tell whether a gateway in a VNet passes packets on to a peer; None when they are no peers.

    The gateway's VNet must allow it, and the peer use it. Where one of the two says
    so alone, and could be followed, the peering disagrees with itself.

    Source: https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-peering-gateway-transit
    """
    if network == there:
        return ()
    if not is_beside(topology, network, there):
        return None
    own, back = side(topology, network, there), side(topology, there, network)
    if own is None or back is None:
        between = f"{network.path} and {there.path}"
        return Stop(unread=f"both sides of the peering of {between} were not read")
    told = ((own, LEAVE, "let others use"), (back, USE, "use"))
    steps = tuple(Step(f"{one.id.path} has {key}", (flag(one, key),)) for one, key, _ in told)
    lacking = [item for item in told if not flag(item[0], item[1]).value]
    if not lacking:
        return steps
    cause = Cause.GATEWAY_NOT_SHARED
    if len(lacking) == 1:
        free = lacking[0][0] is own or may_use_another(topology, back)
        if free is None:
            return Stop(unread=f"whether {there.path} has a gateway of its own was not read")
        cause = Cause.GATEWAY_FLAGS_DISAGREE if free else cause
    peering, key, said = lacking[0]
    why = f"{peering.id.path} does not {said} the gateway of {network.path}"
    both = {"gatewaySide": str(own.id), "otherSide": str(back.id)} if len(lacking) > 1 else {}
    agreeing = (step for step, item in zip(steps, told, strict=True) if item not in lacking)
    stop = refusal(cause, peering, key, why, **both)
    return replace(stop, steps=(*agreeing, *stop.steps))


def may_use_another(topology: Topology, back: VirtualNetworkPeering) -> bool | None:
    """
    Tell whether the VNet of a side that uses no gateway could use its peer's; None if unread.

    Not with a gateway of its own, or with that of another VNet or of a virtual hub.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering,
    https://learn.microsoft.com/azure/virtual-wan/virtual-wan-faq
    """
    network = back.id.parent
    has_own = has_gateway(topology, network)
    if has_own is None:
        return None
    own = topology.predecessors(VirtualNetworkPeering, network, Relation.PART_OF)
    used = bool(hubs(topology, network)) or any(s.properties.use_remote_gateways for s in own)
    return not has_own and not used


def has_gateway(topology: Topology, network: ResourceId) -> bool | None:
    """Tell whether a VNet has a gateway, of any kind; None when that was not read."""
    subnets = topology.predecessors(Subnet, network, Relation.PART_OF)
    kind, relation = VirtualNetworkGateway, Relation.PLACED_IN
    if any(topology.predecessors(kind, subnet.id, relation) for subnet in subnets):
        return True
    unread = topology.unread(VirtualNetworkGateway) or topology.unread(Subnet, network)
    return None if unread else False


def is_told_by_hand(topology: Topology, gateway: ResourceId, address: str) -> bool:
    """Tell whether a gateway's clients are told of an address by its custom routes."""
    own = topology.get(VirtualNetworkGateway, gateway)
    return own is not None and holds(own.custom_routes, address)


def next_gateway(
    topology: Topology, subnet: ResourceId, route: UserRoute
) -> tuple[ResourceId, ResourceId, tuple[Step, ...]] | Stop:
    """
    Return the VPN gateway that a route sends packets to, its subnet, and the way there.

    That is the VNet's own, or the one it uses of a peer. Routes cannot name an
    ExpressRoute gateway.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
    """
    here = subnet.parent
    own = _gateway_in(topology, here)
    if own is not None:
        return own if isinstance(own, Stop) else (*own, ())
    for peering in topology.predecessors(VirtualNetworkPeering, here, Relation.PART_OF):
        if peering.properties.use_remote_gateways:
            remote = ResourceId(peering.properties.remote_virtual_network.id)
            return _remote_gateway(topology, subnet, remote, route)
    if hubs(topology, here) or topology.unread(VirtualNetworkPeering, here):
        return Stop(unread=f"which gateway {here.path} uses was not read")
    return _none(topology, here, route)


def _gateway_in(
    topology: Topology, network: ResourceId
) -> tuple[ResourceId, ResourceId] | Stop | None:
    if topology.get(VirtualNetwork, network) is None:
        return Stop(unread=f"the gateways of {network.path} were not read")
    for gap in topology.unread(Subnet, network):
        return Stop(unread=not_read(Subnet, gap))
    subnets = topology.predecessors(Subnet, network, Relation.PART_OF)
    for subnet in subnets:
        if subnet.name.lower() != GATEWAY_SUBNET:
            continue
        kind, relation = VirtualNetworkGateway, Relation.PLACED_IN
        for gateway in topology.predecessors(kind, subnet.id, relation):
            if gateway.gateway_type == "vpn":
                return gateway.id, subnet.id
            return Stop(unread=f"what {gateway.id.path} does with a route to it is not told")
        for gap in topology.unread(VirtualNetworkGateway):
            return Stop(unread=not_read(VirtualNetworkGateway, gap))
    return None


def _remote_gateway(
    topology: Topology, subnet: ResourceId, remote: ResourceId, route: UserRoute
) -> tuple[ResourceId, ResourceId, tuple[Step, ...]] | Stop:
    found = _gateway_in(topology, remote)
    if found is None:
        return _none(topology, remote, route)
    if isinstance(found, Stop):
        return found
    shared = passed_on(topology, remote, subnet.parent)
    crossed = cross(topology, Leg(subnet, found[1]))
    for stop in (crossed, shared):
        if isinstance(stop, Stop):
            return stop
    return (*found, (*_steps(crossed), *_steps(shared)))


def _steps(steps: tuple[Step, ...] | Stop | None) -> tuple[Step, ...]:
    return steps if isinstance(steps, tuple) else ()


def _none(topology: Topology, network: ResourceId, route: UserRoute) -> Stop:
    for gap in topology.unread(VirtualNetworkGateway):
        return Stop(unread=not_read(VirtualNetworkGateway, gap))
    said = f"{route.said} sends packets to a gateway, and {network.path} has none"
    pointer = f"/properties/routes/{route.index}/properties/nextHopType"
    told = Evidence(route.table, "", pointer, route.route.properties.next_hop_type)
    step = Step(said, (told, Evidence(network)))
    case = {"routeName": route.route.name, "nextHop": "the gateway"}
    return Stop((step,), Break(Cause.NEXT_HOP_ABSENT, route.table, case))
