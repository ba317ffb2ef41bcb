"""Who stands at the address that a route names as next hop, and where it sends packets on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanner.analysis.addresses import holds
from scanner.analysis.causes import Break, Cause
from scanner.analysis.network_managers import connecting
from scanner.analysis.routing.crossings import is_beside, knows_peerings
from scanner.analysis.routing.peering import hubs, neighbours
from scanner.analysis.routing.routes import UserRoute, nearer
from scanner.analysis.routing.stops import Stop, gravest
from scanner.analysis.steps import Step
from scanner.findings import Evidence, not_read
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.ip_configuration import IpConfiguration
from scanner.resources.load_balancer import LoadBalancer
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_machine import VirtualMachine
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology, once

OWNERS = (AzureFirewall, LoadBalancer, NetworkInterface)


@dataclass(frozen=True, slots=True)
class Appliance:
    """What takes a packet at a next hop, and sends it on."""

    owner: ResourceId
    """The firewall, interface or load balancer that has the address."""
    subnet: ResourceId
    """Where the address is; for a firewall in a virtual hub, the hub."""
    members: tuple[ResourceId, ...]
    """The firewall, or the interfaces, that the packet passes."""
    exits: tuple[ResourceId, ...]
    """The subnets it may send the packet on from."""
    steps: tuple[Step, ...] = ()

    @property
    def network(self) -> ResourceId:
        """The VNet, or virtual hub, it is in."""
        return self.subnet.parent if "/subnets/" in self.subnet else self.subnet


def appliance(
    topology: Topology, here: ResourceId, there: ResourceId, route: UserRoute, address: str
) -> Appliance | Stop:
    """
    Return who takes the packets that a route sends from a VNet to a next hop.

    The next hop must be in the VNet or a directly peered one.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
    """
    owners = _owners(topology).get(address, ())
    near = tuple(owner for owner in owners if _is_near(topology, here, owner))
    if not near:
        return _absent(topology, (here, there), route, address, bool(owners))
    if len(near) > 1:
        names = ", ".join(owner.owner.path for owner in near)
        return Stop(unread=f"which of {names} has the address {address} is not told")
    return _manned(topology, near[0])


def _is_near(topology: Topology, here: ResourceId, owner: Appliance) -> bool:
    return is_beside(topology, here, owner.network) or owner.network in hubs(topology, here)


@once
def _owners(topology: Topology) -> dict[str, tuple[Appliance, ...]]:
    """Return who has a private address, by address."""
    found: dict[str, tuple[Appliance, ...]] = {}
    for address, owner in _all_owners(topology):
        found[address] = (*found.get(address, ()), owner)
    return found


def _all_owners(topology: Topology) -> Iterator[tuple[str, Appliance]]:
    for firewall in topology.all(AzureFirewall):
        yield from _placed(firewall.id, firewall.properties.ip_configurations)
        hub, told = firewall.properties.virtual_hub, firewall.properties.hub_ip_addresses
        if hub and told and told.private_ip_address:
            place = ResourceId(hub.id)
            yield told.private_ip_address, Appliance(firewall.id, place, (firewall.id,), (place,))
    for balancer in topology.all(LoadBalancer):
        yield from _placed(balancer.id, balancer.properties.frontend_ip_configurations)
    for interface in topology.all(NetworkInterface):
        for item in interface.configurations:
            if item.private_ip_address and item.subnet:
                subnet = ResourceId(item.subnet.id)
                own = Appliance(interface.id, subnet, (interface.id,), (subnet,))
                yield item.private_ip_address, own


def _placed(
    owner: ResourceId, configurations: tuple[IpConfiguration, ...] | None
) -> Iterator[tuple[str, Appliance]]:
    for item in configurations or ():
        address, subnet = item.properties.private_ip_address, item.properties.subnet
        if address and subnet:
            place = ResourceId(subnet.id)
            yield address, Appliance(owner, place, (owner,), (place,))


def _manned(topology: Topology, found: Appliance) -> Appliance | Stop:
    """Return the appliance with the interfaces behind it, if those forward."""
    if topology.get(AzureFirewall, found.owner):
        return found
    balancer = topology.get(LoadBalancer, found.owner)
    members = tuple(_backends(topology, balancer)) if balancer else (found.owner,)
    if not members:
        return Stop(unread=f"what is behind {found.owner.path} is not told")
    stops = tuple(stop for member in members for stop in _still(topology, member))
    if balancer and 0 < len(stops) < len(members):
        return Stop(unread=f"some of what is behind {found.owner.path} may not forward")
    if stops:
        return gravest(stops) or stops[0]
    exits = tuple(dict.fromkeys(e for member in members for e in _exits(topology, member)))
    steps = tuple(_forwards(member) for member in members)
    return replace(found, members=members, exits=exits, steps=steps)


def _backends(topology: Topology, balancer: LoadBalancer) -> Iterator[ResourceId]:
    """Yield what is behind a load balancer: the interfaces, or what stands for them."""
    named = [backend.parent for backend in balancer.backends]
    subnet = next(iter(topology.targets(balancer.id, Relation.PLACED_IN)), None)
    for address in balancer.backend_addresses if subnet else ():
        owners = _owners(topology).get(address, ())
        same = (o.owner for o in owners if subnet and o.network == subnet.parent)
        named.append(next(same, ResourceId(f"{balancer.id}/backends/{address}")))
    yield from dict.fromkeys(named)


def _still(topology: Topology, member: ResourceId) -> Iterator[Stop]:
    """
    Yield why an interface does not forward, or may not.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-network-interface#enable-or-disable-ip-forwarding
    """
    interface = topology.get(NetworkInterface, member)
    forwards = interface.properties.enable_ip_forwarding if interface else None
    if forwards is None:
        yield Stop(unread=f"whether {member.path} forwards is not told")
    elif not forwards:
        pointer = "/properties/enableIPForwarding"
        said = f"{member.path} does not forward what is not for itself"
        step = Step(said, (Evidence(member, "", pointer, forwards),))
        yield Stop((step,), Break(Cause.FORWARDING_OFF, member))


def _forwards(member: ResourceId) -> Step:
    evidence = Evidence(member, "", "/properties/enableIPForwarding", value=True)
    return Step(f"{member.path} forwards; by what rules is not in Azure", (evidence,))


def _exits(topology: Topology, member: ResourceId) -> Iterator[ResourceId]:
    """Yield the subnets of all interfaces of a machine: it may send on from any."""
    siblings: set[ResourceId] = {member}
    for machine in topology.targets(member, Relation.ATTACHED_TO):
        siblings.update(topology.sources(machine, Relation.ATTACHED_TO))
        told = topology.get(VirtualMachine, machine)
        siblings.update(told.interfaces if told else ())
    for sibling in sorted(siblings):
        interface = topology.get(NetworkInterface, sibling)
        yield from (interface.subnets if interface else ()) or (sibling,)


def _absent(
    topology: Topology,
    ends: tuple[ResourceId, ResourceId],
    route: UserRoute,
    address: str,
    is_owned: bool,  # noqa: FBT001 - by something too far away
) -> Stop:
    here, _ = ends
    for kind in OWNERS:
        for gap in topology.unread(kind):
            return Stop(unread=not_read(kind, gap))
    near = nearer(topology, here, address)
    unread = (
        _hidden(topology, near.network, address)
        if near
        else _farther(topology, here, address)
        if is_owned
        else f"no VNet that was read holds {address}, the next hop of {route.said}"
    )
    if unread:
        return Stop(unread=unread)
    said = f"{address}, the next hop of {route.said}, is nothing that {here.path} reaches directly"
    pointer = f"/properties/routes/{route.index}/properties/nextHopIpAddress"
    step = Step(said, (Evidence(here), Evidence(route.table, "", pointer, address)))
    case = {"routeName": route.route.name, "nextHop": address}
    return Stop((step,), Break(Cause.NEXT_HOP_ABSENT, route.table, case))


def _farther(topology: Topology, here: ResourceId, address: str) -> str:
    """Say why another VNet's resource at an address may be near after all; empty when not."""
    if not knows_peerings(topology, here):
        return f"the peerings of {here.path} were not read"
    for other in sorted(neighbours(topology, here)):
        if topology.get(VirtualNetwork, other) is None:
            return f"{here.path} is peered with {other}, which is outside the snapshot"
    for owner in _owners(topology)[address]:
        unread = connecting(topology, here, owner.network)
        if unread:
            return unread
    return ""


def _hidden(topology: Topology, network: ResourceId, address: str) -> str:
    """
    Say what may have an address in a VNet without the snapshot telling; empty when nothing may.

    Instances of scale sets, and services that a subnet is handed to, have no
    interface of their own in Azure's lists.
    """
    if topology.get(VirtualNetwork, network) is None:
        return f"{network.path}, which holds {address}, is outside the snapshot"
    for gap in topology.unread(Subnet, network):
        return not_read(Subnet, gap)
    for subnet in topology.predecessors(Subnet, network, Relation.PART_OF):
        if holds(subnet.address_prefixes, address) and _is_opaque(topology, subnet):
            return f"what else in {subnet.id.path} may have the address {address} is not told"
    return ""


def _is_opaque(topology: Topology, subnet: Subnet) -> bool:
    named = (ResourceId(item.id) for item in subnet.properties.ip_configurations or ())
    holders = {item.parent for item in named}
    holders.update(
        owner.id
        for kind in OWNERS
        for owner in topology.predecessors(kind, subnet.id, Relation.PLACED_IN)
    )
    return bool(subnet.delegated_to) or any(not _tells(topology, holder) for holder in holders)


def _tells(topology: Topology, holder: ResourceId) -> bool:
    """Tell whether the snapshot holds a resource and its addresses."""
    found = (
        topology.get(NetworkInterface, holder),
        topology.get(AzureFirewall, holder),
        topology.get(LoadBalancer, holder),
    )
    return any(owner.addresses for owner in found if owner is not None)
