"""Where traffic starts: the places that may call an account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from scanner.analysis.addresses import AddressSet, union
from scanner.resources import AnyResource, Relation, ResourceId
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_machine import VirtualMachine
from scanner.resources.virtual_network import VirtualNetwork
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.topology import Topology, once

SERVED = frozenset(
    {
        "dell.storage/filesystems",
        "microsoft.avs/privateclouds",
        "microsoft.azurecosmosdb/clusters",
        "microsoft.baremetal/azurehostedservice",
        "microsoft.baremetal/azurevmware",
        "microsoft.containerservice/managedclusters",
        "microsoft.dbformysql/flexibleservers",
        "microsoft.dbforpostgresql/flexibleservers",
        "microsoft.dbforpostgresql/singleservers",
        "microsoft.hardwaresecuritymodules/dedicatedhsms",
        "microsoft.netapp/volumes",
        "microsoft.network/applicationgateways",
        "microsoft.network/dnsresolvers",
        "microsoft.network/managedresolvers",
        "microsoft.network/virtualnetworkgateways",
        "microsoft.servicenetworking/trafficcontrollers",
        "microsoft.sql/managedinstances",
        "microsoft.storagepool/diskpools",
        "oracle.database/networkattachments",
        "paloaltonetworks.cloudngfw/firewalls",
        "purestorage.block/storagepools",
        "qumulo.storage/filesystems",
    }
)
"""
Services that, given a subnet, answer there: they store, resolve or pass on what others send.

Any other runs its users' code in the subnet, or may: Azure adds services, and a caller that
nobody asked about is worse than one too many.

Source: https://learn.microsoft.com/azure/virtual-network/subnet-delegation-overview
"""


class Kind(StrEnum):
    """What a consumer is."""

    SUBNET = "subnet"
    """The workloads of a subnet that do not differ from each other."""
    INTERFACE = "interface"
    """A machine whose filter, groups or DNS servers are its own."""
    CLIENTS = "clients"
    """Whoever dials in to a VPN gateway and gets an address of its pool."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A place traffic starts."""

    id: ResourceId
    """The subnet, the interface, or the gateway."""
    kind: Kind
    network: ResourceId
    """Its VNet; for clients, the gateway's."""
    subnet: ResourceId
    """Its subnet; for clients, the gateway's."""
    addresses: AddressSet
    """Where its packets come from; empty when nobody says."""
    dns_servers: tuple[str, ...]
    """The servers it asks; none means Azure-provided DNS. Clients learn those of the VNet."""
    groups: frozenset[ResourceId] = frozenset()
    """Its application security groups."""
    guards: tuple[ResourceId, ...] = ()
    """The network security groups on its way out, in order: the interface's, the subnet's."""


@once
def consumers(topology: Topology) -> tuple[Consumer, ...]:
    """
    Return every place traffic starts, by ID.

    That is a subnet with a machine's interface or delegated to a service that
    runs its users' code there, an interface that differs from its subnet, and a
    gateway's pool of client addresses.
    """
    return tuple(sorted((*_subnets(topology), *_clients(topology)), key=lambda c: c.id))


def _subnets(topology: Topology) -> Iterator[Consumer]:
    plain: dict[ResourceId, list[str]] = {}
    for interface in topology.all(NetworkInterface):
        if interface.properties.virtual_machine is None:
            continue
        for subnet_id in interface.subnets[:1]:
            subnet = topology.get(Subnet, subnet_id)
            if subnet is not None and _differs(topology, interface):
                yield _interface(topology, subnet, interface)
            elif subnet is not None:
                plain.setdefault(subnet_id, []).extend(_addresses(subnet, interface))
    for subnet in topology.all(Subnet):
        held = [AddressSet.parse(*plain[subnet.id])] if subnet.id in plain else []
        if _runs_code(subnet) or (held and _may_hide(topology, subnet)):
            held.append(AddressSet.parse(*subnet.address_prefixes))
        if held:
            addresses = union(held)
            yield _subnet(topology, subnet, addresses)


def _may_hide(topology: Topology, subnet: Subnet) -> bool:
    """
    Tell whether machines in a subnet may not have been read: they lie in its subscription.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-network-interface
    """
    place = ResourceId(f"/subscriptions/{subnet.id.subscription}")
    return bool(topology.unread(NetworkInterface, place))


def _differs(topology: Topology, interface: NetworkInterface) -> bool:
    own = (Relation.GUARDED_BY, Relation.MEMBER_OF)
    return bool(interface.dns_servers) or any(topology.targets(interface.id, r) for r in own)


def _runs_code(subnet: Subnet) -> bool:
    # Interfaces of scale-set instances are no resources: only the subnet names them.
    instances = (named.id.lower() for named in subnet.properties.ip_configurations or ())
    is_scaled = any("/virtualmachinescalesets/" in instance for instance in instances)
    return is_scaled or bool(runners(subnet))


def runners(subnet: Subnet) -> frozenset[str]:
    """Return the services, lower case, to which a subnet is delegated and that may call from it."""
    return frozenset(subnet.delegated_to) - SERVED


def _addresses(subnet: Subnet, interface: NetworkInterface) -> tuple[str, ...]:
    """Return where an interface calls from: its whole subnet while an address is not told."""
    told = all(item.private_ip_address for item in interface.configurations)
    return interface.addresses if told else (*interface.addresses, *subnet.address_prefixes)


def _interface(topology: Topology, subnet: Subnet, interface: NetworkInterface) -> Consumer:
    own = topology.targets(interface.id, Relation.GUARDED_BY)
    return Consumer(
        id=interface.id,
        kind=Kind.INTERFACE,
        network=subnet.id.parent,
        subnet=subnet.id,
        addresses=AddressSet.parse(*_addresses(subnet, interface)),
        dns_servers=interface.dns_servers or _servers(topology, subnet.id.parent),
        groups=frozenset(topology.targets(interface.id, Relation.MEMBER_OF)),
        guards=(*own, *topology.targets(subnet.id, Relation.GUARDED_BY)),
    )


def _subnet(topology: Topology, subnet: Subnet, addresses: AddressSet) -> Consumer:
    return Consumer(
        id=subnet.id,
        kind=Kind.SUBNET,
        network=subnet.id.parent,
        subnet=subnet.id,
        addresses=addresses,
        dns_servers=_servers(topology, subnet.id.parent),
        guards=topology.targets(subnet.id, Relation.GUARDED_BY),
    )


def _clients(topology: Topology) -> Iterator[Consumer]:
    for gateway in topology.all(VirtualNetworkGateway):
        for subnet in topology.targets(gateway.id, Relation.PLACED_IN)[:1]:
            pool = AddressSet.parse(*gateway.client_address_prefixes)
            if pool:
                yield Consumer(
                    id=gateway.id,
                    kind=Kind.CLIENTS,
                    network=subnet.parent,
                    subnet=subnet,
                    addresses=pool,
                    dns_servers=_servers(topology, subnet.parent),
                )


def _servers(topology: Topology, network: ResourceId) -> tuple[str, ...]:
    own = topology.get(VirtualNetwork, network)
    return own.dns_servers if own else ()


def are_all_read(topology: Topology) -> bool:
    """Tell whether nothing from which traffic may start was left unread."""
    return not any(topology.unread(kind) for kind in _STARTS)


_STARTS: tuple[type[AnyResource], ...] = (
    NetworkInterface,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkGateway,
)


def consumers_at(topology: Topology, place: ResourceId) -> tuple[Consumer, ...]:
    """
    Return where traffic starts at or in a resource, by ID.

    A machine stands for its interfaces, a VNet for all in it. A subnet or an
    interface from which nothing is known to call stands for itself.
    """
    own = [c for c in consumers(topology) if place in {c.id, c.subnet, c.network}]
    if own:
        return tuple(own)
    interface = topology.get(NetworkInterface, place)
    if interface is not None:
        return tuple(_of_interface(topology, interface))
    subnet = topology.get(Subnet, place)
    if subnet is not None:
        return (_subnet(topology, subnet, AddressSet.parse(*subnet.address_prefixes)),)
    attached = topology.predecessors(NetworkInterface, place, Relation.ATTACHED_TO)
    return tuple(c for interface in attached for c in _of_interface(topology, interface))


def _of_interface(topology: Topology, interface: NetworkInterface) -> Iterator[Consumer]:
    for subnet_id in interface.subnets[:1]:
        subnet = topology.get(Subnet, subnet_id)
        if subnet is not None:
            yield _interface(topology, subnet, interface)
