"""Which way a packet goes from a consumer to a private address."""

from __future__ import annotations

from dataclasses import replace

from scanner.analysis.addresses import is_public
from scanner.analysis.causes import Break, Cause
from scanner.analysis.consumers import Consumer, Kind
from scanner.analysis.routing.crossings import Leg, cross
from scanner.analysis.routing.effective import contradiction
from scanner.analysis.routing.forwarded import Station, forwarded
from scanner.analysis.routing.gateways import is_told_by_hand, next_gateway, passed_on
from scanner.analysis.routing.next_hops import Appliance, appliance
from scanner.analysis.routing.peering import neighbours
from scanner.analysis.routing.routes import (
    WHOLE,
    Nearer,
    UserRoute,
    nearer,
    outranks,
    table_of,
    user_route,
)
from scanner.analysis.routing.starts import Start, start
from scanner.analysis.routing.stops import Stop, gravest
from scanner.analysis.routing.trips import LONGEST, Begun, Route, Trip, Way, agreed, ended
from scanner.analysis.routing.unseen import doubts
from scanner.analysis.routing.virtual_hubs import HubPath, passage
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.topology import Topology, once

__all__ = ["Route", "Way", "computed", "route"]


def route(topology: Topology, consumer: Consumer, endpoint: PrivateEndpoint, address: str) -> Route:
    """
    Follow a packet by what is configured, unless Azure itself says that it leaves another way.

    Where the routes that Azure computes were read, and are not those that this scan
    computes, the scan is wrong, or the estate has changed: then nobody knows.
    """
    found = computed(topology, consumer, endpoint, address)
    if consumer.kind is Kind.CLIENTS:
        return found
    why = contradiction(topology, consumer.subnet, found, address)
    if not why or found.outcome is Way.UNKNOWN:
        return found
    return replace(found, outcome=Way.UNKNOWN, broken=None, others=(), unread=why)


def computed(
    topology: Topology, consumer: Consumer, endpoint: PrivateEndpoint, address: str
) -> Route:
    """
    Follow a packet from a consumer to an address of a private endpoint.

    In each subnet the longest prefix decides, and of equal ones the user's own
    route. The endpoint has a /32 route in its own VNet and in those peered
    directly with it. What an appliance lets through, and which way answers go,
    is for others to judge.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
    """
    kept, key = _kept(topology), (start(topology, consumer), endpoint.id, address)
    if key not in kept:
        trip = Trip(topology, consumer, endpoint, address)
        begun = Begun(consumer.subnet, (Station(consumer.network),))
        is_own = consumer.kind is not Kind.CLIENTS
        kept[key] = _onward(trip, begun) if is_own else _dialled_in(trip, begun)
    return kept[key]


@once
def _kept(_: Topology) -> dict[tuple[Start, ResourceId, str], Route]:
    """Keep the ways: all who start alike take the same."""
    return {}


def _dialled_in(trip: Trip, begun: Begun) -> Route:
    """
    Follow a packet of a VPN client, which knows the gateway's VNet and the peers it passes on to.

    Source: https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-peering-gateway-transit
    """
    gateway, there = trip.consumer.id, trip.endpoint.network
    said = f"{gateway.path} lets its clients in at {begun.subnet.path}"
    arrived = Step(said, (Evidence(gateway), Evidence(begun.subnet, Relation.PLACED_IN)))
    begun = replace(begun, through=((gateway,),)).said(arrived)
    direct = _direct(trip, begun)
    shared = passed_on(trip.topology, begun.network, there)
    if isinstance(direct, tuple) and isinstance(shared, tuple):
        return _onward(trip, begun.said(*shared))
    if is_told_by_hand(trip.topology, gateway, trip.address):
        unread = f"which way {there.path} answers clients of {gateway.path} is not certain"
        return ended(begun, Stop(unread=unread))
    stops = tuple(stop for stop in (direct, shared) if isinstance(stop, Stop))
    stop = gravest(stops)
    return ended(begun, stop) if stop else _apart(trip, begun, None, None)


def _onward(trip: Trip, begun: Begun) -> Route:
    """Follow a packet from the subnet it is in."""
    if len(begun.through) > LONGEST or not begun.forks:
        return ended(begun, Stop(unread=f"more ways leave {begun.subnet.path} than are followed"))
    user = user_route(trip.topology, begun.subnet, trip.address)
    if isinstance(user, Stop):
        return ended(begun, user)
    direct = _direct(trip, begun)
    if isinstance(direct, tuple):
        return _beside(trip, begun, user, direct)
    if user is not None and user.length == WHOLE:
        return _followed(trip, begun, user)
    if direct is not None and user is not None:
        direct = _doubted(direct, trip)
    if direct is not None and direct.broken is None:
        return ended(begun, direct)
    return _apart(trip, begun, user, direct)


def _doubted(direct: Stop, trip: Trip) -> Stop:
    """
    Return why a peering carries nothing, in doubt if it may draw packets nevertheless.

    A subnet that is left out of a peering may still have its route: then what
    another route would carry is lost.

    Source: https://learn.microsoft.com/azure/virtual-network/how-to-configure-subnet-peering
    """
    if direct.broken is None or direct.broken.cause is not Cause.SUBNET_NOT_PEERED:
        return direct
    unread = f"whether {direct.broken.blame.path} draws packets for {trip.address} is not certain"
    return Stop(direct.steps, unread=unread)


def _direct(trip: Trip, begun: Begun) -> tuple[Step, ...] | Stop | None:
    """Return the way within the VNet, or over one peering, to the endpoint's."""
    if begun.network == trip.endpoint.network:
        return ()
    senders = trip.senders(begun.network)
    return cross(trip.topology, Leg(begun.subnet, trip.goal, trip.address, senders))


def _beside(trip: Trip, begun: Begun, user: UserRoute | None, direct: tuple[Step, ...]) -> Route:
    """
    Follow a packet in a VNet that has the endpoint's own /32 route.

    Source: https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
    """
    if user is None:
        return _arrived(trip, begun.said(*direct, _by_itself(trip, begun, None)))
    replaces = outranks(trip.topology, user, trip.endpoint, trip.address)
    if isinstance(replaces, Stop):
        return ended(begun, replaces)
    if replaces:
        return _followed(trip, begun, user)
    return _arrived(trip, begun.said(*direct, _by_itself(trip, begun, user)))


def _by_itself(trip: Trip, begun: Begun, user: UserRoute | None) -> Step:
    said = f"{begun.network.path} has a /32 route to {trip.endpoint.id.path}"
    evidence = (Evidence(begun.network), Evidence(trip.endpoint.id))
    if user is None:
        return Step(said, evidence)
    prefix = user.route.address_prefix
    outdone = f"{said}, which counts before {user.said} for {prefix}"
    return Step(outdone, (*evidence, *user.evidence(begun.subnet)))


def _arrived(trip: Trip, begun: Begun) -> Route:
    stations = (*begun.stations, Station(trip.endpoint.network))
    taken = forwarded(trip.topology, trip.consumer, stations, trip.address)
    if isinstance(taken, Stop):
        return ended(begun, taken)
    outcome = Way.VIA if begun.through else Way.DIRECT
    return Route(outcome, (*begun.steps, *taken), begun.through, first=begun.first)


def _apart(trip: Trip, begun: Begun, user: UserRoute | None, direct: Stop | None) -> Route:
    """Follow a packet in a VNet without a route of its own to the endpoint's VNet."""
    near = nearer(trip.topology, begun.network, trip.address)
    if near is not None and (user is None or user.length < near.length):
        return ended(begun, direct or _overlap(trip, begun, near))
    hub = _hub(trip, begun)
    if isinstance(hub, HubPath):
        return _by_hub(trip, begun, user, hub)
    if hub is not None and hub.broken is None:
        return ended(begun, hub)
    if user is not None:
        return _followed(trip, begun, user)
    return ended(begun, direct or hub or _lost(trip, begun))


def _hub(trip: Trip, begun: Begun) -> HubPath | Stop | None:
    """Return the way by a virtual hub, or what else may lead there and was not read."""
    here, there = begun.network, trip.endpoint.network
    table = table_of(trip.topology, begun.subnet)
    if isinstance(table, Stop):
        return table
    unread = doubts(trip.topology, here, there, table, trip.address)
    if unread:
        return Stop(unread=unread)
    takes = table is None or table.takes_gateway_routes
    return passage(trip.topology, here, there) if takes else None


def _by_hub(trip: Trip, begun: Begun, user: UserRoute | None, hub: HubPath) -> Route:
    """
    Follow a packet by a hub, whose routes are as long as the prefixes of the VNets behind it.

    Source: https://learn.microsoft.com/azure/virtual-wan/howto-private-link
    """
    own = nearer(trip.topology, trip.endpoint.network, trip.address)
    if user is not None and (own is None or user.length >= own.length):
        unread = f"whether {user.said} counts before the routes of the hub is not certain"
        return ended(begun, Stop(unread=unread))
    passed = begun.said(*hub.steps)
    for one in hub.hubs:
        passed = passed.at(one, one, forwards=False)
    return _arrived(trip, passed)


def _overlap(trip: Trip, begun: Begun, near: Nearer) -> Stop:
    said = f"{near.network.path} has {trip.address} too, and gets what {begun.network.path} sends"
    if near.peering is not None and near.peering.properties.peer_complete_vnets is False:
        return Stop(unread=f"{said}, if their peering carries it")
    step = Step(said, (Evidence(begun.network), Evidence(near.network)))
    case = {
        "address": trip.address,
        "remote": str(trip.endpoint.network),
        "remoteName": trip.endpoint.network.name,
    }
    return Stop((step,), Break(Cause.ADDRESS_OVERLAP, near.network, case))


def _lost(trip: Trip, begun: Begun) -> Stop:
    """
    Return why two VNets do not meet: they share a peer, which is no path, or nothing.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview
    """
    here, there = begun.network, trip.endpoint.network
    shared = sorted(neighbours(trip.topology, here) & neighbours(trip.topology, there))
    case = {"network": str(there), "networkName": there.name}
    if not shared:
        step = Step(f"nothing connects {here.path} and {there.path}", (Evidence(here),))
        return Stop((step,), Break(Cause.NOT_CONNECTED, here, case))
    middle = shared[0]
    said = f"{here.path} and {there.path} are both peered with {middle.path}, which is no path"
    evidence = (Evidence(here), Evidence(middle, "peersWith"), Evidence(there, "peeredBy"))
    case |= {"middleName": middle.name}
    return Stop((Step(said, evidence),), Break(Cause.NOT_TRANSITIVE, here, case))


def _followed(trip: Trip, begun: Begun, user: UserRoute) -> Route:
    """Follow a packet by a route of the user's own."""
    begun, kind = begun.by(user), user.route.next_hop_type
    if kind in {"virtualappliance", "virtualapplianceecmp"}:
        return _to_appliances(trip, begun, user)
    step = Step(
        f"{user.said} sends it to {user.route.properties.next_hop_type}",
        user.evidence(begun.subnet),
    )
    here = begun.said(step)
    is_dropped = kind == "none" or (kind == "internet" and not is_public(trip.address))
    if is_dropped:
        return ended(here, Stop(broken=Break(Cause.ROUTE_DROPS, user.table, _case(user))))
    if kind == "virtualnetworkgateway":
        return _to_gateway(trip, here, user)
    if kind == "vnetlocal" and begun.network == trip.endpoint.network:
        return _arrived(trip, here)
    return ended(here, Stop(unread=f"where {user.said} leads is not certain"))


def _case(user: UserRoute) -> dict[str, str]:
    return {
        "routeName": user.route.name,
        "prefix": user.route.address_prefix,
        "nextHop": ", ".join(user.route.next_hops),
    }


def _to_appliances(trip: Trip, begun: Begun, user: UserRoute) -> Route:
    hops = user.route.next_hops
    if not hops:
        return ended(begun, Stop(unread=f"the next hop of {user.said} is not told"))
    begun = begun.parted(len(hops))
    return agreed(tuple(_to_appliance(trip, begun, user, hop) for hop in hops))


def _to_appliance(trip: Trip, begun: Begun, user: UserRoute, address: str) -> Route:
    here, there = begun.network, trip.endpoint.network
    found = appliance(trip.topology, here, there, user, address)
    prefix = user.route.address_prefix
    if isinstance(found, Stop):
        sent = Step(f"{user.said} sends {prefix} to {address}", user.evidence(begun.subnet))
        return ended(begun.said(sent), found)
    said = f"{user.said} sends {prefix} to {address}, {found.owner.path}"
    begun = begun.said(Step(said, (*user.evidence(begun.subnet), Evidence(found.owner))))
    if begun.has_passed(*found.members):
        return ended(begun, Stop(broken=Break(Cause.ROUTING_LOOP, user.table, _case(user))))
    if "/subnets/" not in found.subnet:
        return ended(begun, Stop(unread=f"how {found.network.path} routes was not read"))
    crossed = _crossed(trip, begun, found, address)
    if isinstance(crossed, Stop):
        return ended(begun, crossed)
    begun = begun.said(*crossed, *found.steps).parted(len(found.exits))
    exits = (begun.at(exit_, *found.members, forwards=True) for exit_ in found.exits)
    return agreed(tuple(_onward(trip, out) for out in exits))


def _crossed(trip: Trip, begun: Begun, found: Appliance, address: str) -> tuple[Step, ...] | Stop:
    if found.network == begun.network:
        return ()
    senders = trip.senders(begun.network)
    crossed = cross(trip.topology, Leg(begun.subnet, found.subnet, address, senders))
    return Stop(unread="the peerings were not read") if crossed is None else crossed


def _to_gateway(trip: Trip, begun: Begun, user: UserRoute) -> Route:
    found = next_gateway(trip.topology, begun.subnet, user)
    if isinstance(found, Stop):
        return ended(begun, found)
    gateway, subnet, steps = found
    begun = begun.said(*steps)
    if begun.has_passed(gateway):
        return ended(begun, Stop(broken=Break(Cause.ROUTING_LOOP, user.table, _case(user))))
    shared = passed_on(trip.topology, subnet.parent, trip.endpoint.network)
    if isinstance(shared, Stop):
        return ended(begun, shared)
    passed = begun.said(*(shared or ())).at(subnet, gateway, forwards=False)
    return _onward(trip, passed)
