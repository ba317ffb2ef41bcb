"""The filters a connection meets, in order: at the caller, on the way, and at the endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from scanner import clouds
from scanner.analysis.addresses import EVERY, NOBODY, AddressSet
from scanner.analysis.causes import Cause
from scanner.analysis.consumers import Kind
from scanner.analysis.filtering.access import closed_peerings
from scanner.analysis.filtering.checkpoint import Call, Checkpoint, Sight, unknown
from scanner.analysis.filtering.firewalls import inspect
from scanner.analysis.filtering.guards import Gate, ask, scale_sets
from scanner.analysis.network_managers import ruling
from scanner.analysis.routing.route import Route
from scanner.analysis.routing.trips import Stage
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.resources.virtual_wan import VirtualHub
from scanner.topology import Topology

Resolves: TypeAlias = Callable[[ResourceId], bool | None]
"""Whether a firewall itself resolves the name privately; None when nobody knows."""
Filter: TypeAlias = Callable[[AddressSet, Sight], Checkpoint]
"""What becomes of callers who show certain addresses."""


@dataclass(frozen=True, slots=True)
class Trip:
    """A connection, and the way it takes."""

    topology: Topology
    call: Call
    route: Route
    resolves: Resolves


def filters(trip: Trip) -> Iterator[Filter]:
    """Yield the filters that a connection meets, in order."""
    yield from _ruled(trip, trip.call.consumer.network, Cause.OUTBOUND_DENIED)
    yield from _leaving(trip)
    yield from _on_the_way(trip)
    yield from _ruled(trip, trip.call.endpoint.network, Cause.INBOUND_DENIED)
    inbound = tuple(_gates_of_endpoint(trip))
    for closed in closed_peerings(trip.topology, trip.call, trip.route.through, bool(inbound)):
        yield _always(closed)
    yield from _arriving(trip, inbound)


def _ruled(trip: Trip, network: ResourceId, cause: Cause) -> Iterator[Filter]:
    """Yield that security admin rules may deny in a VNet, if so: they are not in the snapshot."""
    unread = ruling(trip.topology, network)
    if unread:
        yield _always(unknown(unread, cause=cause))


def _leaving(trip: Trip) -> Iterator[Filter]:
    """Yield the groups on the way out: that of the interface, then that of the subnet."""
    consumer = trip.call.consumer
    for guard in consumer.guards:
        gate = Gate(guard, consumer.subnet, is_inbound=False, cause=Cause.OUTBOUND_DENIED)
        yield _asked(trip, gate)
    if consumer.kind is Kind.CLIENTS:
        return
    subnet = consumer.subnet
    if trip.topology.get(Subnet, subnet) is None:
        yield _always(unknown(f"the subnet {subnet.path} was not read"))
    elif not consumer.guards:
        yield _step(f"no network security group is asked on the way out of {subnet.name}", subnet)
    scaled = scale_sets(trip.topology, consumer)
    if scaled:
        yield _always(
            unknown(f"the network security groups of the scale set {scaled} are not read")
        )


def _on_the_way(trip: Trip) -> Iterator[Filter]:
    """
    Yield what the packet passes between the two ends.

    No way leads through a virtual hub in which something may inspect: its route is unknown.
    """
    for stage in trip.route.through:
        match trip.topology.inventory.resources.get(stage[0]):
            case AzureFirewall() as firewall:
                yield _firewall(trip, firewall)
            case VirtualHub() | VirtualNetworkGateway():
                continue
            case _:
                yield from _appliance(trip, stage)


def _firewall(trip: Trip, firewall: AzureFirewall) -> Filter:
    resolves = trip.resolves(firewall.id)
    return lambda callers, sight: inspect(
        trip.topology, firewall, trip.call, callers, sight, resolves
    )


def _appliance(trip: Trip, stage: Stage) -> Iterator[Filter]:
    """
    Yield the groups on the way to an appliance, and that nobody knows what itself does.

    Of several behind a load balancer the packet passes one, and so the groups of
    one; of an interface in several subnets it is not told which.
    """
    subnets = trip.topology.targets(stage[0], Relation.PLACED_IN)
    if len(stage) == len(subnets) == 1:
        places = (subnets[0], stage[0])
        for guard in (g for p in places for g in trip.topology.targets(p, Relation.GUARDED_BY)):
            gate = Gate(guard, subnets[0], is_inbound=True, cause=Cause.APPLIANCE_DENIED)
            yield _asked(trip, gate)
    names = " or ".join(hop.path for hop in stage)
    unread = f"the rules of the appliance {names} are not in Azure"
    yield _always(unknown(unread, sight=STRANGER, cause=Cause.APPLIANCE_DENIED))


def _gates_of_endpoint(trip: Trip) -> Iterator[Gate]:
    """
    Yield the groups that are asked at the endpoint.

    Source: https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
    """
    for place in trip.topology.targets(trip.call.endpoint.id, Relation.PLACED_IN):
        if (_policies(trip.topology, place) or "").lower() in ENFORCING:
            for guard in trip.topology.targets(place, Relation.GUARDED_BY):
                yield Gate(guard, place, is_inbound=True, cause=Cause.INBOUND_DENIED)


def _arriving(trip: Trip, gates: tuple[Gate, ...]) -> Iterator[Filter]:
    is_public = trip.topology.inventory.cloud == clouds.PUBLIC
    elsewhere = "" if is_public else "whether security groups count here in this cloud is not known"
    for gate in gates:
        yield _asked(trip, gate, elsewhere)
    for place in trip.topology.targets(trip.call.endpoint.id, Relation.PLACED_IN):
        said = _policies(trip.topology, place)
        guards = trip.topology.targets(place, Relation.GUARDED_BY)
        if said is None:
            unread = f"the subnet {place.path} was not read"
            yield _always(unknown(unread, cause=Cause.INBOUND_DENIED))
        elif said.lower() not in ENFORCING | IGNORING:
            unread = f"the network policies of {place.path}, {said}, are not known"
            yield _always(unknown(unread, cause=Cause.INBOUND_DENIED))
        elif said.lower() in IGNORING and guards:
            named = f"{guards[0].name} is not asked: the network policies of {place.name} are"
            yield _step(f"{named} {said}", place, "/properties/privateEndpointNetworkPolicies")


def _policies(topology: Topology, place: ResourceId) -> str | None:
    """Return a subnet's network policies for endpoints, absent ones being off; None if unread."""
    subnet = topology.get(Subnet, place)
    if subnet is None:
        return None
    return subnet.properties.private_endpoint_network_policies or "Disabled"


ENFORCING = frozenset({"enabled", "networksecuritygroupenabled"})

IGNORING = frozenset({"disabled", "routetableenabled"})

STRANGER = Sight(masks=EVERY)
"""What filters see behind something that nobody knows: perhaps the caller, perhaps anybody."""


def _asked(trip: Trip, gate: Gate, elsewhere: str = "") -> Filter:
    """Return a group as a filter; nobody knows what it denies where others may overrule it."""
    overruled = ruling(trip.topology, gate.subnet.parent) or elsewhere

    def asked(callers: AddressSet, sight: Sight) -> Checkpoint:
        found = ask(trip.topology, gate, trip.call, callers, sight)
        if not overruled or not found.denied:
            return found
        return replace(found, denied=NOBODY, broken=None, unread=overruled)

    return asked


def _always(found: Checkpoint) -> Filter:
    return lambda _callers, _sight: found


def _step(said: str, place: ResourceId, pointer: str = "") -> Filter:
    steps = (Step(said, (Evidence(place, "", pointer),)),)
    return lambda callers, _sight: Checkpoint(callers, steps=steps)
