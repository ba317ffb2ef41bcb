"""Whether a Virtual WAN routes from one connected VNet to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.analysis.addresses import AddressSet
from scanner.analysis.causes import Break, Cause
from scanner.analysis.routing.stops import Stop
from scanner.analysis.soundness import is_unsound
from scanner.analysis.steps import Step
from scanner.findings import Evidence, not_read
from scanner.resources import AnyResource, Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.network_virtual_appliance import NetworkVirtualAppliance
from scanner.resources.virtual_network import VirtualNetwork
from scanner.resources.virtual_wan import (
    HubRoute,
    HubRouteTable,
    HubVirtualNetworkConnection,
    RoutingIntent,
    VirtualHub,
    VirtualWan,
)
from scanner.topology import Topology

DEFAULT = "defaultroutetable"
NONE = "noneroutetable"


@dataclass(frozen=True, slots=True)
class HubPath:
    """The hubs a packet passes from one connected VNet to another."""

    hubs: tuple[ResourceId, ...]
    steps: tuple[Step, ...]


def passage(topology: Topology, here: ResourceId, there: ResourceId) -> HubPath | Stop | None:
    """
    Follow a packet from a VNet into its hub and out to another; None when one has no hub.

    The route table that the one connection is associated with must hold the
    other's prefixes: the other connection propagates to it by ID or label. Both
    are the default ones unless told. What may change the way is not followed: a firewall
    or another appliance in a hub, a route that somebody wrote for one of the VNets, a
    routing intent for private traffic. What appliances teach a hub by BGP is left out.

    Source: https://learn.microsoft.com/azure/virtual-wan/about-virtual-hub-routing,
    https://learn.microsoft.com/azure/virtual-wan/how-to-routing-policies
    """
    near, far = _connection(topology, here), _connection(topology, there)
    if near is None or far is None:
        return None
    for one in (near, far):
        if is_unsound(one.properties.provisioning_state):
            return Stop(unread=f"{one.id.path} is {one.properties.provisioning_state}")
    hubs = tuple(dict.fromkeys((near.id.parent, far.id.parent)))
    unclear = (why for hub in hubs for why in _unclear(topology, hub))
    written = (why for hub in hubs for why in _written(topology, hub, (here, there)))
    unread = next(unclear, "") or next(written, "") or _untold(topology, near)
    if unread:
        return Stop(unread=unread)
    return _isolated(topology, near, far) or _between(topology, near, far, hubs)


def _connection(topology: Topology, network: ResourceId) -> HubVirtualNetworkConnection | None:
    kind, relation = HubVirtualNetworkConnection, Relation.CONNECTS
    return next(iter(topology.predecessors(kind, network, relation)), None)


def _unclear(topology: Topology, hub_id: ResourceId) -> Iterator[str]:
    """Yield what in a hub may change the way and was not read."""
    hub = topology.get(VirtualHub, hub_id)
    if hub is None:
        yield f"the virtual hub {hub_id.path} was not read"
        return
    for gap in topology.unread(AzureFirewall):
        yield f"{AzureFirewall.ARM_TYPE} in {gap.scope}: {gap.reason}"
    yield from _strangers(topology, hub)
    if hub.firewall or topology.predecessors(AzureFirewall, hub_id, Relation.PLACED_IN):
        yield f"what the route tables of {hub_id.path} send to its firewall was not read"
    state = hub.properties.routing_state
    if state is not None and state.lower() != "provisioned":
        yield f"the routing of {hub_id.path} is {state}"
    kind, relation = HubVirtualNetworkConnection, Relation.PART_OF
    for gap in topology.unread(kind, hub_id):
        yield f"the connections of {hub_id.path}: {gap.reason}"
    for connection in topology.predecessors(kind, hub_id, relation):
        if _has_static_routes(connection):
            yield f"what the static routes of {connection.id.path} do was not read"


def _written(
    topology: Topology, hub: ResourceId, networks: tuple[ResourceId, ...]
) -> Iterator[str]:
    """Yield what somebody wrote into a hub's routing that may concern some VNets."""
    kinds: tuple[type[AnyResource], ...] = (HubRouteTable, RoutingIntent)
    for kind in kinds:
        for gap in topology.unread(kind, hub):
            yield not_read(kind, gap)
    tables = topology.predecessors(HubRouteTable, hub, Relation.PART_OF)
    if all(table.name.lower() != DEFAULT for table in tables):
        yield f"the route tables of {hub.path} were not read"
    for table in tables:
        for route in table.properties.routes or ():
            if any(_concerns(topology, route, network) for network in networks):
                yield f"what the route {route.name} of {table.id.path} does is not judged"
    for intent in topology.predecessors(RoutingIntent, hub, Relation.PART_OF):
        for policy in intent.properties.routing_policies or ():
            if {word.lower() for word in policy.destinations or ()} != {"internet"}:
                yield f"what the routing intent of {hub.path} sends to its firewall is not judged"


def _concerns(topology: Topology, route: HubRoute, network: ResourceId) -> bool:
    """Tell whether a route may be for addresses of a VNet; a name or a resource may be anything."""
    found = topology.get(VirtualNetwork, network)
    destinations = route.destinations or ()
    if found is None or (route.destination_type or "").lower() != "cidr" or not destinations:
        return True
    parts = [AddressSet.parse(prefix) for prefix in destinations]
    return not all(parts) or any(AddressSet.parse(*found.address_prefixes) & p for p in parts)


def _untold(topology: Topology, connection: HubVirtualNetworkConnection) -> str:
    """Say that the route table a connection follows was not read; empty when it was."""
    table = _associated(connection)
    is_read = topology.get(HubRouteTable, table) is not None
    known = table.name.lower() in {DEFAULT, NONE} or is_read
    return "" if known else f"the routes of {table.path} were not read"


def _strangers(topology: Topology, hub: VirtualHub) -> Iterator[str]:
    """
    Yield whose appliances, in a hub, may inspect what passes it.

    A routing policy may name an appliance, or a firewall run as a service, which
    needs an appliance too.

    Source: https://learn.microsoft.com/azure/virtual-wan/how-to-routing-policies,
    https://learn.microsoft.com/azure/virtual-wan/how-to-palo-alto-cloud-ngfw
    """
    said = hub.properties
    for gap in topology.unread(NetworkVirtualAppliance):
        yield f"{NetworkVirtualAppliance.ARM_TYPE} in {gap.scope}: {gap.reason}"
    kind, relation = NetworkVirtualAppliance, Relation.PLACED_IN
    for appliance in topology.predecessors(kind, hub.id, relation):
        yield f"what {hub.id.path} sends to the appliance {appliance.id.path} was not read"
    if said.security_partner_provider or said.security_provider_name:
        yield f"what {hub.id.path} sends to its security provider was not read"
    if said.virtual_hub_route_table_v2s or (said.route_table and said.route_table.routes):
        yield f"what the routes of {hub.id.path} do was not read"


def _has_static_routes(connection: HubVirtualNetworkConnection) -> bool:
    routing = connection.properties.routing_configuration
    return bool(routing and routing.vnet_routes and routing.vnet_routes.static_routes)


def _isolated(
    topology: Topology, near: HubVirtualNetworkConnection, far: HubVirtualNetworkConnection
) -> Stop | None:
    """
    Return why nothing is routed at all, if that is so.

    A Basic WAN does not route between VNets, and `noneRouteTable` holds no route.

    Source: https://learn.microsoft.com/azure/virtual-wan/virtual-wan-about
    """
    hubs = (near.id.parent, far.id.parent)
    wans = [wan for hub in hubs for wan in topology.targets(hub, Relation.PART_OF)]
    for wan_id in wans:
        wan = topology.get(VirtualWan, wan_id)
        if wan is None:
            return Stop(unread=f"of which type {wan_id.path} is was not read")
        if (wan.properties.type or "").lower() == "basic":
            evidence = Evidence(wan.id, "", "/properties/type", wan.properties.type)
            return _missing(wan.id, f"{wan.id.path} is Basic: VNets do not meet in it", evidence)
    if len(wans) != len(hubs) and hubs[0] != hubs[1]:
        return Stop(unread=f"whether {hubs[0].path} and {hubs[1].path} share a virtual WAN")
    if len(set(wans)) > 1:
        return Stop(unread=f"how {hubs[0].path} and {hubs[1].path} meet is not in the snapshot")
    if _associated(near).name.lower() == NONE:
        return _missing(near.id, f"{near.id.path} follows no routes", _table_evidence(near))
    return None


def _between(
    topology: Topology,
    near: HubVirtualNetworkConnection,
    far: HubVirtualNetworkConnection,
    hubs: tuple[ResourceId, ...],
) -> HubPath | Stop:
    table = _associated(near)
    labels, tables = _propagated(far)
    is_default = table.name.lower() == DEFAULT
    if table in tables or (is_default and "default" in labels):
        return HubPath(hubs, _told(near, far, hubs))
    if labels - {"default", "none"}:
        return Stop(unread=f"the labels of {table.path} were not read")
    if not labels and not tables:
        return Stop(unread=f"where {far.id.path} propagates its prefixes is not told")
    if any(_has_gateway(topology, hub) for hub in hubs):
        return Stop(unread=f"what the gateways of {hubs[0].path} have learned was not read")
    if not is_default:
        return Stop(unread=f"the routes of {table.path} were not read")
    said = f"{far.id.path} does not tell its prefixes to {table.path}, which {near.id.path} follows"
    # Naming tables replaces those that are named.
    case = {} if tables else {"table": str(table)}
    return _missing(far.id, said, *_pointers(far), **case)


def _associated(connection: HubVirtualNetworkConnection) -> ResourceId:
    """Return the route table a connection follows; absent means the hub's default one."""
    routing = connection.properties.routing_configuration
    told = routing.associated_route_table if routing else None
    return ResourceId(told.id if told else f"{connection.id.parent}/hubRouteTables/{DEFAULT}")


def _propagated(
    connection: HubVirtualNetworkConnection,
) -> tuple[frozenset[str], frozenset[ResourceId]]:
    """Return the labels and route tables that learn of a connection; absent means the default."""
    routing = connection.properties.routing_configuration
    told = routing.propagated_route_tables if routing else None
    if told is None:
        return frozenset({"default"}), frozenset()
    labels = frozenset(label.lower() for label in told.labels or ())
    return labels, frozenset(ResourceId(item.id) for item in told.ids or ())


def _has_gateway(topology: Topology, hub_id: ResourceId) -> bool:
    hub = topology.get(VirtualHub, hub_id)
    said = hub.properties if hub else None
    return bool(said and (said.vpn_gateway or said.express_route_gateway))


def _told(
    near: HubVirtualNetworkConnection,
    far: HubVirtualNetworkConnection,
    hubs: tuple[ResourceId, ...],
) -> tuple[Step, ...]:
    names = " and ".join(hub.path for hub in hubs)
    followed = Step(f"{near.id.path} follows {_associated(near).path}", (_table_evidence(near),))
    said = f"{far.id.path} tells its prefixes to that table: {names} routes between them"
    return followed, Step(said, (*(Evidence(hub) for hub in hubs), *_pointers(far)))


def _table_evidence(connection: HubVirtualNetworkConnection) -> Evidence:
    routing = connection.properties.routing_configuration
    told = routing.associated_route_table if routing else None
    pointer = "/properties/routingConfiguration/associatedRouteTable/id"
    return Evidence(connection.id, Relation.CONNECTS.inverse, pointer, told.id if told else None)


def _pointers(connection: HubVirtualNetworkConnection) -> tuple[Evidence, ...]:
    routing = connection.properties.routing_configuration
    told = routing.propagated_route_tables if routing else None
    base = "/properties/routingConfiguration/propagatedRouteTables"
    labels = list(told.labels) if told and told.labels else None
    ids = [item.id for item in told.ids] if told and told.ids else None
    return (
        Evidence(connection.id, Relation.PART_OF.inverse, f"{base}/labels", labels),
        Evidence(connection.id, "", f"{base}/ids", ids),
    )


def _missing(blame: ResourceId, said: str, *evidence: Evidence, **case: str) -> Stop:
    return Stop((Step(said, evidence),), Break(Cause.HUB_ROUTE_MISSING, blame, case))
