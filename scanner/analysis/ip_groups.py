"""Whom the IP groups hold that rules of a firewall name."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.resources import ResourceId
from scanner.resources.ip_group import IpGroup
from scanner.topology import Topology


@dataclass(frozen=True, slots=True)
class Resolved:
    """What some groups are known to hold, and those of which that is not known."""

    addresses: tuple[str, ...]
    unknown: tuple[str, ...]


def resolved(topology: Topology, groups: tuple[str, ...] | None) -> Resolved:
    """
    Return what IP groups hold. They add to the addresses that a rule names itself.

    A group that was not read, or is being changed, or is empty, may hold anybody.

    Source: https://learn.microsoft.com/azure/firewall/ip-groups
    """
    held = {group: topology.get(IpGroup, ResourceId(group)) for group in groups or ()}
    told = {group: found.addresses if found else None for group, found in held.items()}
    return Resolved(
        addresses=tuple(address for known in told.values() for address in known or ()),
        unknown=tuple(group for group, known in told.items() if known is None),
    )
