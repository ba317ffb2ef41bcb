"""Which private zone answers for a name in a VNet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.resources import Relation, ResourceId
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.topology import Topology, once

_HIGHER = frozenset({"", "microsoft.management/managementgroups", "microsoft.resources/tenants"})


@dataclass(frozen=True, slots=True)
class LinkedZone:
    """The linked zone that answers for a name."""

    link: VirtualNetworkLink | None = None
    """The link of the zone with the longest name that covers it; None when no zone does."""
    unread: str = ""
    """What may hide a zone with a longer name."""


def linked_zone(topology: Topology, network: ResourceId, name: str) -> LinkedZone:
    """
    Return the zone that Azure-provided DNS asks for a name in a VNet.

    Of the linked zones the one with the longest name wins. A link that was not
    read may lead to a zone with a longer one, so it leaves in doubt even what
    a linked zone holds; not so a gap in a zone whose own name cannot win. A VNet
    is linked to one zone of a name only, and a link's ID tells the name of its
    zone, read or not.

    Source: https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links
    """
    own = _links(topology).get(network, {})
    hidden = _hidden(topology)
    for domain in domains(name):
        match own.get(domain, ()):
            case ():
                unread = hidden.get(domain, "") or hidden.get("", "")
                if unread:
                    return LinkedZone(unread=unread)
            case (link,):
                return LinkedZone(link)
            case (link, *_):
                return LinkedZone(unread=f"{network.path} is linked to several zones {domain}")
    return LinkedZone()


def is_linked(topology: Topology, network: ResourceId, *names: str) -> bool:
    """Tell whether a zone that covers one of the names is linked to a VNet, read or not."""
    own = _links(topology).get(network, {})
    return any(domain in own for name in names for domain in domains(name))


def domains(name: str) -> Iterator[str]:
    """Yield the zones that would cover a name, the longest first."""
    while name:
        yield name
        name = name.partition(".")[2]


def links_of(
    topology: Topology, network: ResourceId
) -> Mapping[str, tuple[VirtualNetworkLink, ...]]:
    """Return the links of a VNet, by the name of the zone."""
    return _links(topology).get(network, {})


@once
def _links(
    topology: Topology,
) -> dict[ResourceId, dict[str, tuple[VirtualNetworkLink, ...]]]:
    """Return the links of each VNet, by the name of the zone."""
    found: dict[ResourceId, dict[str, tuple[VirtualNetworkLink, ...]]] = {}
    for link in topology.all(VirtualNetworkLink):
        domain = link.id.parent.name.lower().rstrip(".")
        for network in topology.targets(link.id, Relation.LINKED_TO):
            own = found.setdefault(network, {})
            own[domain] = (*own.get(domain, ()), link)
    return found


@once
def _hidden(topology: Topology) -> dict[str, str]:
    """Say what may hide links, by the name of the zone; that of any zone under the empty name."""
    found: dict[str, str] = {}
    for gap in topology.unread(VirtualNetworkLink):
        scope = ResourceId(gap.scope)
        zone = scope.parent if scope.type == VirtualNetworkLink.ARM_TYPE else scope
        if zone.type == PrivateDnsZone.ARM_TYPE:
            domain = zone.name.lower().rstrip(".")
        elif zone.type in _HIGHER:
            domain = ""
        else:
            continue
        found.setdefault(domain, f"virtual network links in {gap.scope}: {gap.reason}")
    return found
