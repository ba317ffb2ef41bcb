"""How a private endpoint is made anew without losing what it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.resources import Relation
from scanner.resources.private_endpoint import PrivateDnsZoneGroup, PrivateEndpoint, ZoneConfig
from scanner.topology import Topology

REMADE = ("target", "targetByHand", "zoneGroup", "firstZone", "firstName", "zone", "zoneName")
"""Names for commands: what it asks for, and the zones of its group, which dies with it."""


def remade(topology: Topology, endpoint: PrivateEndpoint) -> tuple[Mapping[str, str], ...]:
    """
    Name what commands need to delete an endpoint and make it anew, with its zone group.

    Nothing where more would be lost than commands bring back: addresses that were
    chosen, application security groups, an interface's name, several requests, or a zone group
    that was not read; and where it is not told where it lies.

    Source: https://learn.microsoft.com/cli/azure/network/private-endpoint
    """
    properties = endpoint.properties
    chosen = (
        properties.ip_configurations,
        properties.application_security_groups,
        properties.custom_network_interface_name,
        topology.unread(PrivateDnsZoneGroup, endpoint.id),
    )
    asked_for = [one.target for one in endpoint.connections]
    if any(chosen) or len(asked_for) != 1 or asked_for[0] is None or not endpoint.row.location:
        return ()
    by_hand = bool(properties.manual_private_link_service_connections)
    target = "targetByHand" if by_hand else "target"
    groups = topology.predecessors(PrivateDnsZoneGroup, endpoint.id, Relation.PART_OF)
    zones = [case for group in groups for case in _zones(group)]
    first = zones[0] if zones else {}
    renamed = {"zone": "firstZone", "zoneName": "firstName", "zoneGroup": "zoneGroup"}
    made = {renamed[name]: value for name, value in first.items()}
    return ({target: str(asked_for[0]), **made}, *zones[1:])


def _zones(group: PrivateDnsZoneGroup) -> Iterator[Mapping[str, str]]:
    for config in group.properties.private_dns_zone_configs or ():
        zone = _zone(config)
        if zone:
            yield {"zoneGroup": group.name, "zone": zone, "zoneName": config.name or "zone"}


def _zone(config: ZoneConfig) -> str:
    return (config.properties.private_dns_zone_id or "") if config.properties else ""
