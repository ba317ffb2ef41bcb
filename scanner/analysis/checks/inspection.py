"""Whether a route that should lead to a firewall is outdone by an endpoint's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.analysis.connections import Connection
from scanner.analysis.dns.resolution import Answer
from scanner.analysis.endpoints import serving_at
from scanner.analysis.routing.crossings import knows_peerings
from scanner.analysis.routing.peering import peers
from scanner.analysis.routing.routes import WHOLE, UserRoute, nearer, outranks, user_route
from scanner.analysis.routing.stops import Stop
from scanner.findings import NOT_APPLICABLE, Evidence, Judgement, Verdict, every
from scanner.resources import Relation, ResourceId
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.subnet import Subnet
from scanner.topology import Topology

APPLIANCES = frozenset({"virtualappliance", "virtualapplianceecmp"})
ON = frozenset({"enabled", "routetableenabled"})
"""Network policies that let route tables act on endpoints."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A consumer's own route to an appliance that holds an address of an endpoint."""

    connection: Connection
    endpoint: PrivateEndpoint
    address: str
    route: UserRoute
    policies: str
    """The network policies of the endpoint's subnet."""


def acted_on(topology: Topology, connection: Connection) -> Judgement:
    """
    Judge whether route tables may act on the endpoint that a route to an appliance holds.

    Where the network policies of its subnet do not say so, its /32 route wins,
    but over another /32. A route that would not draw packets for a machine at that
    address either shows no wish to inspect it: it is shorter than the VNet's prefix.

    Source: https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
    """
    return every(
        said if isinstance(said, Judgement) else _acted_on(topology, said)
        for said in _sent(topology, connection)
    )


def outranked(topology: Topology, connection: Connection) -> Judgement:
    """
    Judge whether a route to an appliance replaces an endpoint's own, where policies let it.

    It must be no shorter than the prefix of the endpoint's VNet. That a shorter one
    was meant to shows where the policies are about routes alone.

    Source: https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
    """
    return every(
        said if isinstance(said, Judgement) else _outranked(topology, said)
        for said in _sent(topology, connection)
    )


def _acted_on(topology: Topology, sent: Sent) -> Judgement:
    if sent.route.length == WHOLE:
        return Judgement(Verdict.PASS, _because(sent))
    if not sent.route.length or sent.policies.lower() in ON:
        return NOT_APPLICABLE
    near = nearer(topology, sent.connection.consumer.network, sent.address)
    if near is None:
        unread = f"which prefix of {sent.endpoint.network.path} holds {sent.address} is not told"
        return Judgement(Verdict.OPEN, _because(sent), unread=unread)
    if sent.route.length < near.length:
        return NOT_APPLICABLE
    return _bypassed(sent)


def _outranked(topology: Topology, sent: Sent) -> Judgement:
    if sent.route.length == WHOLE or sent.policies.lower() not in ON:
        return NOT_APPLICABLE
    said = outranks(topology, sent.route, sent.endpoint, sent.address)
    if isinstance(said, Stop):
        return Judgement(Verdict.OPEN, _because(sent), unread=said.unread)
    if said:
        return Judgement(Verdict.PASS, _because(sent))
    is_meant = sent.policies.lower() == "routetableenabled"
    return _bypassed(sent) if is_meant else NOT_APPLICABLE


def _sent(topology: Topology, connection: Connection) -> Iterator[Sent | Judgement]:
    """Yield the routes to appliances beside an endpoint's own, or why they are not known."""
    answer, consumer = connection.resolution, connection.consumer
    here = (Evidence(consumer.id),)
    if answer.outcome is Answer.UNKNOWN:
        yield Judgement(Verdict.OPEN, here, unread=answer.unread, is_told=True)
    for address in answer.addresses:
        route = user_route(topology, consumer.subnet, address)
        if isinstance(route, Stop):
            yield Judgement(Verdict.OPEN, here, unread=route.unread)
            continue
        if route is None or route.route.next_hop_type not in APPLIANCES:
            continue
        endpoint = serving_at(topology, connection.account, address)
        if endpoint is None:
            continue
        unread = _not_beside(topology, consumer.network, endpoint)
        subnet = topology.get(Subnet, endpoint.subnet)
        if unread is None:
            continue
        if subnet is None:
            unread = unread or f"the network policies of {endpoint.id.path} were not read"
        if unread or subnet is None:
            yield Judgement(Verdict.OPEN, here, unread=unread)
            continue
        policies = subnet.properties.private_endpoint_network_policies or "Disabled"
        yield Sent(connection, endpoint, address, route, policies)


def _not_beside(topology: Topology, network: ResourceId, endpoint: PrivateEndpoint) -> str | None:
    """
    Say why a VNet may not have an endpoint's /32 route; empty when it has, None when it has not.

    Source: https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
    """
    around = peers(topology, network)
    if endpoint.network == network or endpoint.network in around.known:
        return ""
    if endpoint.network in around.perhaps:
        return around.perhaps[endpoint.network]
    if not knows_peerings(topology, network) or not knows_peerings(topology, endpoint.network):
        return f"the peerings of {network.path} were not read"
    return None


def _because(sent: Sent) -> tuple[Evidence, ...]:
    pointer = "/properties/privateEndpointNetworkPolicies"
    subnet = sent.endpoint.subnet
    return (
        *sent.route.evidence(sent.connection.consumer.subnet),
        Evidence(sent.endpoint.id),
        Evidence(subnet, Relation.PLACED_IN, pointer, sent.policies),
    )


def _bypassed(sent: Sent) -> Judgement:
    connection, route = sent.connection, sent.route
    consumer = connection.consumer
    case = {
        "consumer": consumer.id.path,
        "endpoint": sent.endpoint.name,
        "subnet": str(sent.endpoint.subnet),
        "policies": sent.policies,
        "address": sent.address,
        "table": str(route.table),
        "route": route.route.name,
        "prefix": route.route.address_prefix,
    }
    hops = route.route.next_hops
    case |= {"nextHop": hops[0]} if len(hops) == 1 else {}
    return Judgement(Verdict.FAIL, _because(sent), (case,))
