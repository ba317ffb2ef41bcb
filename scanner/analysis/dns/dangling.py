"""What is named and not there: whether it is gone, or lies where nobody looked."""

from __future__ import annotations

from scanner.resources import AnyResource, Relation, ResourceId
from scanner.resources.cognitive_services_account import PrivateEndpointConnection
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.resources.private_endpoint import PrivateDnsZoneGroup
from scanner.resources.virtual_network import VirtualNetworkPeering
from scanner.resources.virtual_wan import HubVirtualNetworkConnection
from scanner.topology import Topology, once


def was_read(topology: Topology, resource: ResourceId) -> bool:
    """Tell whether the subscription that an ID names is one of those that were read."""
    return resource.subscription in _read(topology)


def is_gone(topology: Topology, zone: ResourceId) -> bool:
    """
    Tell whether a zone that something names does not exist.

    So it is when its subscription was read, with every zone in it.
    """
    is_here = topology.get(PrivateDnsZone, zone) is not None
    return not is_here and was_read(topology, zone) and not topology.unread(PrivateDnsZone, zone)


def dangling(topology: Topology, endpoint: ResourceId, zone_name: str) -> dict[str, str]:
    """
    Name the zone that is gone, of which an endpoint's group keeps the name; empty for none.

    A group of one zone is made anew; of several, that zone is taken out and put in again.
    """
    for group in topology.predecessors(PrivateDnsZoneGroup, endpoint, Relation.PART_OF):
        for config in group.properties.private_dns_zone_configs or ():
            named = config.properties.private_dns_zone_id if config.properties else None
            zone = ResourceId(named or "")
            if zone.name.lower().rstrip(".") != zone_name or not is_gone(topology, zone):
                continue
            alone = len(group.properties.private_dns_zone_configs or ()) == 1
            which = "groupOfOne" if alone else "groupOfMany"
            return {"gone": str(zone), which: group.name, "config": config.name or ""}
    return {}


@once
def elsewhere(topology: Topology) -> str:
    """
    Say what shows that the estate goes on in a subscription that was not read; empty for nothing.

    Networks that are joined show it, and links of zones. What was not read of these may.
    """
    for kind in _JOINING:
        for gap in topology.unread(kind):
            return f"{kind.ARM_TYPE} in {gap.scope}: {gap.reason}"
    read = _read(topology) | {one.subscription for one in topology.inventory.resources}
    for kind in _JOINING:
        for one in topology.all(kind):
            for named in (reference.target for reference in one.references()):
                if named.subscription and named.subscription not in read:
                    return f"{one.id.path} names {named}, in a subscription that was not read"
    return ""


@once
def _read(topology: Topology) -> frozenset[str]:
    return frozenset(subscription.id.lower() for subscription in topology.inventory.subscriptions)


_JOINING: tuple[type[AnyResource], ...] = (
    VirtualNetworkPeering,
    VirtualNetworkLink,
    HubVirtualNetworkConnection,
    PrivateEndpointConnection,
)
