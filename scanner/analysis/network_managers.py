"""Where network managers may act: what they deployed there is not in the snapshot."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum

from scanner.findings import not_read
from scanner.resources import Relation, ResourceId
from scanner.resources.effective import DeployedAdminRules, DeployedConnectivity
from scanner.resources.network_manager import NetworkManager
from scanner.topology import Topology


class Access(StrEnum):
    """What a network manager may be let do in its scope, as Azure names it in lower case."""

    CONNECTIVITY = "connectivity"
    SECURITY_ADMIN = "securityadmin"


def may_act(manager: NetworkManager, access: Access, place: ResourceId) -> bool:
    """
    Tell whether a manager may do a thing at a resource.

    Its scope is subscriptions and management groups; what a management group holds
    is in no row, so every resource may be in one. An access that is not listed, where
    a list is told, was not given.

    Source: https://learn.microsoft.com/azure/virtual-network-manager/concept-network-manager-scope
    """
    accesses = manager.properties.network_manager_scope_accesses
    if accesses is not None and access not in {given.lower() for given in accesses}:
        return False
    if manager.management_groups or not manager.subscriptions:
        return True
    return any(place.lies_in(subscription) for subscription in manager.subscriptions)


def acting(
    topology: Topology, access: Access, *ends: Collection[ResourceId]
) -> Iterator[NetworkManager]:
    """Yield the managers, of those that were read, that may do a thing somewhere at every end."""
    for manager in topology.all(NetworkManager):
        if all(any(_acts(topology, manager, access, place) for place in end) for end in ends):
            yield manager


def _acts(topology: Topology, manager: NetworkManager, access: Access, place: ResourceId) -> bool:
    return may_act(manager, access, place) and not is_left_alone(topology, access, place)


def is_left_alone(topology: Topology, access: Access, place: ResourceId) -> bool:
    """
    Tell whether Azure, when it was asked, listed nothing that any manager deployed to a VNet.

    Source: https://learn.microsoft.com/rest/api/networkmanager/list-network-manager-effective-security-admin-rules
    """
    network = place.parent if "/subnets/" in place else place
    told = topology.predecessors(_LISTS[access], network, Relation.PART_OF)
    return bool(told) and not any(one.properties.value for one in told)


_LISTS: Mapping[Access, type[DeployedAdminRules | DeployedConnectivity]] = {
    Access.CONNECTIVITY: DeployedConnectivity,
    Access.SECURITY_ADMIN: DeployedAdminRules,
}


def connecting(topology: Topology, here: ResourceId, there: ResourceId) -> str:
    """
    Say which manager may join two VNets in a connected group; empty when none may.

    That draws no peering.

    Source: https://learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration
    """
    if any(is_left_alone(topology, Access.CONNECTIVITY, place) for place in (here, there)):
        return ""
    for gap in topology.unread(NetworkManager):
        return not_read(NetworkManager, gap)
    for manager in acting(topology, Access.CONNECTIVITY, (here,), (there,)):
        return connects(manager)
    return ""


def connects(manager: NetworkManager) -> str:
    """Say that what a manager connects is not known."""
    return f"which VNets the network manager {manager.id.path} connects was not read"


def ruling(topology: Topology, place: ResourceId) -> str:
    """
    Say whose security admin rules may decide before security groups in a VNet; empty for nobody's.

    A `Deny` of theirs is final, and so is an `AlwaysAllow`.

    Source: https://learn.microsoft.com/azure/virtual-network-manager/concept-security-admins
    """
    if is_left_alone(topology, Access.SECURITY_ADMIN, place):
        return ""
    for manager in acting(topology, Access.SECURITY_ADMIN, (place,)):
        return f"the security admin rules of the network manager {manager.id.path} are not read"
    if topology.unread(NetworkManager):
        return "whether security admin rules of a network manager decide was not read"
    return ""
