"""How many addresses a subnet has left."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.analysis.addresses import AddressSet
from scanner.findings import Evidence, Judgement, Verdict, not_read
from scanner.resources import Relation, ResourceId
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.subnet import Subnet
from scanner.topology import Topology

RESERVED = 5
"""
Addresses of each prefix that Azure keeps.

Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
"""


def has_room(topology: Topology, subnet: Subnet, least: int) -> Judgement:
    """
    Judge whether a subnet has at least so many IPv4 addresses left.

    The subnet lists the IP configurations that hold its addresses; one that lists
    none may have been read without them. Then the interfaces in the snapshot tell,
    if they were read.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
    """
    held = AddressSet.parse(*subnet.address_prefixes)
    pointer = "/properties/addressPrefixes"
    prefixes = Evidence(subnet.id, "", pointer, subnet.address_prefixes)
    if not held:
        unread = f"{subnet.id.path} names no IPv4 prefix"
        return Judgement(Verdict.OPEN, (prefixes,), unread=unread)
    interfaces = topology.predecessors(NetworkInterface, subnet.id, Relation.PLACED_IN)
    least_taken, most_taken = _taken(subnet, interfaces)
    blocks = sum(bool(AddressSet.parse(prefix)) for prefix in subnet.address_prefixes)
    free = len(held) - RESERVED * blocks - most_taken
    because = (prefixes, *(Evidence(i.id, Relation.PLACED_IN.inverse) for i in interfaces))
    case = ({"free": str(max(free, 0))},)
    if free + most_taken - least_taken < least:
        return Judgement(Verdict.FAIL, because, case)
    if free < least:
        unread = f"how many of the addresses that {subnet.id.path} lists are IPv6"
        return Judgement(Verdict.OPEN, because, case, unread=unread)
    if gaps := topology.unread(NetworkInterface) if _lists_none(subnet) else ():
        return Judgement(Verdict.OPEN, because, case, unread=not_read(NetworkInterface, gaps[0]))
    return Judgement(Verdict.PASS, because, case)


def _taken(subnet: Subnet, interfaces: Iterable[NetworkInterface]) -> tuple[int, int]:
    """Return how many IPv4 addresses are taken: at least, and at most as far as anybody tells."""
    held = (item for interface in interfaces for item in interface.configurations)
    here = [item for item in held if item.subnet and ResourceId(item.subnet.id) == subnet.id]
    placed = sum(":" not in (item.private_ip_address or "") for item in here)
    listed = max(placed, len(subnet.properties.ip_configurations or ()))
    is_dual = any(":" in prefix for prefix in subnet.address_prefixes)
    return (placed if is_dual else listed), listed


def _lists_none(subnet: Subnet) -> bool:
    return subnet.properties.ip_configurations is None
