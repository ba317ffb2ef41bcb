"""The ways on which callers come to a machine, and those that are an address of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.analysis.addresses import PUBLIC, AddressSet
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.network_interface import InterfaceAddress, NetworkInterface
from scanner.resources.public_ip_address import PublicIpAddress
from scanner.topology import Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    """A way on which callers come to one address of an interface."""

    to: InterfaceAddress
    by: str
    """The name of what lets them come: a public address, a load balancer, a firewall."""
    kind: str = ""
    """
    Who comes in where there is no group: by `standard` nobody, by `basic` and
    `private` everybody; empty when that is not known.
    """
    callers: AddressSet = PUBLIC
    """Whom the groups see coming."""
    because: tuple[Evidence, ...] = ()
    unread: str = ""
    """Why it is not certain that the way is there; empty when it is."""

    @property
    def address(self) -> str:
        """The private address it leads to; empty when Azure did not say."""
        return self.to.properties.private_ip_address or ""


def addresses_of(interface: NetworkInterface) -> tuple[InterfaceAddress, ...]:
    """Return the IP configurations of an interface."""
    return interface.properties.ip_configurations or ()


def own_addresses(topology: Topology, interface: NetworkInterface) -> Iterator[Ingress]:
    """
    Yield a way for each public address that an interface has.

    Source: https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku
    """
    for item in addresses_of(interface):
        named = item.properties.public_ip_address
        if named is None or not named.id:
            continue
        address = ResourceId(named.id)
        public = topology.get(PublicIpAddress, address)
        kind = public.sku if public else ""
        told = Evidence(address, Relation.USES_ADDRESS, "/sku/name", kind or None)
        yield Ingress(to=item, by=address.name, kind=kind, because=(told,))
