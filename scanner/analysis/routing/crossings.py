"""Whether a peering carries packets from one VNet into the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from scanner.analysis.addresses import NOBODY, AddressSet
from scanner.analysis.causes import Break, Cause
from scanner.analysis.routing.peering import side
from scanner.analysis.routing.stops import Stop, gravest
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.topology import Topology


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of the way: from a subnet to an address in a subnet of another VNet."""

    source: ResourceId
    target: ResourceId
    address: str = ""
    """Empty when it is not known."""
    senders: AddressSet = NOBODY
    """The addresses the packets come from, if those are of the first VNet."""

    @property
    def networks(self) -> tuple[ResourceId, ResourceId]:
        """The VNets at its two ends."""
        return self.source.parent, self.target.parent


Sides: TypeAlias = tuple[VirtualNetworkPeering | None, VirtualNetworkPeering | None]


def cross(topology: Topology, leg: Leg) -> tuple[Step, ...] | Stop | None:
    """
    Follow a packet over the peering of two VNets; None when they have none, for certain.

    It must be Connected on both sides, and each may keep something from it: a side
    that was not read leaves that open. A blocked peering (`allowVirtualNetworkAccess: false`)
    only changes the tag VirtualNetwork, so it is said here and judged by filters.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    here, there = leg.networks
    sides = side(topology, here, there), side(topology, there, here)
    if sides == (None, None):
        return _apart(topology, here, there)
    stops = (*_unconnected(topology, leg, sides), *_limits(leg, sides), *_unsynced(leg, sides))
    return gravest(stops) or (_connected(leg, sides), *_blocked(sides))


def is_beside(topology: Topology, network: ResourceId, other: ResourceId) -> bool:
    """Tell whether two VNets are the same or name each other in a peering of any state."""
    return network == other or any((side(topology, network, other), side(topology, other, network)))


def knows_peerings(topology: Topology, network: ResourceId) -> bool:
    """Tell whether every peering of a VNet was read."""
    is_read = topology.get(VirtualNetwork, network) is not None
    return is_read and not topology.unread(VirtualNetworkPeering, network)


def _apart(topology: Topology, here: ResourceId, there: ResourceId) -> Stop | None:
    # A peering has a side in each VNet: where one of them is read, its absence is certain.
    if knows_peerings(topology, here) or knows_peerings(topology, there):
        return None
    return Stop(unread=f"the peerings of {here.path} and {there.path} were not read")


def _unconnected(topology: Topology, leg: Leg, sides: Sides) -> Iterator[Stop]:
    for peering in sides:
        if peering is not None and peering.state in {"initiated", "disconnected"}:
            yield _broken(Cause.PEERING_NOT_CONNECTED, leg, peering, "peeringState")
        elif peering is not None and peering.state != "connected":
            state = peering.properties.peering_state
            yield Stop(unread=f"the state of {peering.id.path}, {state or 'nothing'}, is not known")
    for network, other, peering in zip(leg.networks, leg.networks[::-1], sides, strict=True):
        if peering is None:
            lacks = "has no" if knows_peerings(topology, network) else "did not tell its"
            why = f"{lacks} side of the peering that {other.path} calls Connected"
            yield Stop(unread=f"{network.path} {why}")


def _limits(leg: Leg, sides: Sides) -> Iterator[Stop]:
    """
    Yield what keeps IPv4, or these subnets, from a peering.

    Source: https://learn.microsoft.com/azure/virtual-network/how-to-configure-subnet-peering
    """
    for peering, near, far in _seen(leg, sides):
        if peering.properties.enable_only_i_pv6_peering:
            yield _broken(Cause.IPV6_ONLY, leg, peering, "enableOnlyIPv6Peering")
        if peering.properties.peer_complete_vnets is not False:
            continue
        said = peering.properties
        joined = (
            (near, "localSubnetNames", said.local_subnet_names),
            (far, "remoteSubnetNames", said.remote_subnet_names),
        )
        for subnet, key, names in joined:
            if names is None:
                yield Stop(unread=f"which subnets {peering.id.path} joins is not told")
            elif subnet.name.lower() not in {name.lower() for name in names}:
                cause, found = Cause.SUBNET_NOT_PEERED, {"list": key, "subnet": subnet.name}
                yield _broken(cause, leg, peering, "peerCompleteVnets", **found)


def _unsynced(leg: Leg, sides: Sides) -> Iterator[Stop]:
    """
    Yield the sides that do not know the other's addresses as they are now.

    What is peered is `remoteAddressSpace`, whatever the VNet has become since.

    Source: https://learn.microsoft.com/azure/virtual-network/update-virtual-network-peering-address-space
    """
    near, far = sides
    if near is not None and leg.address:
        yield from _unknown_to(near, AddressSet.parse(leg.address), leg)
    if far is not None and leg.senders:
        yield from _unknown_to(far, leg.senders, leg)


def _unknown_to(peering: VirtualNetworkPeering, wanted: AddressSet, leg: Leg) -> Iterator[Stop]:
    space = peering.properties.remote_address_space
    prefixes = space.address_prefixes if space else None
    if not prefixes or not wanted - AddressSet.parse(*prefixes):
        return
    level = (peering.properties.peering_sync_level or "fullyinsync").lower()
    if level == "fullyinsync" or wanted & AddressSet.parse(*prefixes):
        yield Stop(unread=f"whether {peering.id.path} knows the addresses behind it is not certain")
    else:
        yield _broken(Cause.PEERING_NOT_SYNCED, leg, peering, "peeringSyncLevel")


def _seen(leg: Leg, sides: Sides) -> Iterator[tuple[VirtualNetworkPeering, ResourceId, ResourceId]]:
    """Yield each side with the subnet that is local, and the one that is remote, to it."""
    near, far = sides
    if near is not None:
        yield near, leg.source, leg.target
    if far is not None:
        yield far, leg.target, leg.source


_SAID = {
    "peeringState": lambda said: said.peering_state,
    "enableOnlyIPv6Peering": lambda said: said.enable_only_i_pv6_peering,
    "peerCompleteVnets": lambda said: said.peer_complete_vnets,
    "peeringSyncLevel": lambda said: said.peering_sync_level,
    "allowVirtualNetworkAccess": lambda said: said.allow_virtual_network_access,
    "allowForwardedTraffic": lambda said: said.allow_forwarded_traffic,
    "allowGatewayTransit": lambda said: said.allow_gateway_transit,
    "useRemoteGateways": lambda said: said.use_remote_gateways,
}


def flag(peering: VirtualNetworkPeering, key: str) -> Evidence:
    """Return what a side of a peering says under one of Azure's keys."""
    value = _SAID[key](peering.properties)
    return Evidence(peering.id, Relation.PART_OF.inverse, f"/properties/{key}", value)


def refusal(cause: Cause, peering: VirtualNetworkPeering, key: str, said: str, **more: str) -> Stop:
    """Return the stop that a side of a peering causes by what it says under a key."""
    network = peering.id.parent
    remote = ResourceId(peering.properties.remote_virtual_network.id)
    case = {
        "peeringName": peering.name,
        "network": str(network),
        "networkName": network.name,
        "remote": str(remote),
        "remoteName": remote.name,
        "resourceGroup": network.resource_group,
        "subscription": network.subscription,
        **more,
    }
    step = Step(said, (Evidence(network), flag(peering, key)))
    return Stop((step,), Break(cause, peering.id, case))


def _broken(cause: Cause, leg: Leg, peering: VirtualNetworkPeering, key: str, **more: str) -> Stop:
    here, there = leg.networks
    value = _SAID[key](peering.properties)
    said = f"{here.path} is peered with {there.path}, but on {peering.id.path} {key} is {value}"
    return refusal(cause, peering, key, said, **more)


def _connected(leg: Leg, sides: Sides) -> Step:
    (here, there), (near, far) = leg.networks, sides
    evidence = (
        Evidence(here),
        *((flag(near, "peeringState"),) if near else ()),
        Evidence(there, Relation.PEERS_WITH),
        *((flag(far, "peeringState"),) if far else ()),
    )
    return Step(f"{here.path} is peered with {there.path}, Connected on both sides", evidence)


def _blocked(sides: Sides) -> Iterator[Step]:
    for peering in sides:
        if peering and peering.properties.allow_virtual_network_access is False:
            said = f"{peering.id.path} takes the other VNet out of the tag VirtualNetwork"
            yield Step(said, (flag(peering, "allowVirtualNetworkAccess"),))
