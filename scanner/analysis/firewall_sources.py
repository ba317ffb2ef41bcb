"""From which addresses an Azure Firewall passes packets on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scanner.analysis.addresses import EVERY, AddressSet
from scanner.analysis.firewall_policies import lineage
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.firewall_policy import FirewallPolicy, Snat
from scanner.resources.subnet import Subnet
from scanner.topology import Topology


def own_addresses(topology: Topology, firewall: AzureFirewall) -> AddressSet:
    """Return the addresses a firewall may have: those of its subnet; any, if that was not read."""
    found = AddressSet()
    for place in topology.targets(firewall.id, Relation.PLACED_IN):
        if place.name.lower() == MANAGEMENT:
            continue
        subnet = topology.get(Subnet, place)
        if subnet is None:
            return EVERY
        found |= AddressSet.parse(*subnet.address_prefixes)
    return found or EVERY


def keeps_source(topology: Topology, firewall: AzureFirewall, address: AddressSet) -> bool | None:
    """
    Tell whether what a network rule lets through to an address keeps its source.

    It does for the private ranges, which are those of IANA unless others are
    told; None when that is not known. Application rules never keep it.

    Source: https://learn.microsoft.com/azure/private-link/inspect-traffic-with-azure-firewall
    """
    policies = topology.targets(firewall.id, Relation.RULED_BY)
    if policies:
        return _by_policy(topology, lineage(topology, policies[0]), address)
    for key, value in _additional(firewall).items():
        if key.lower() == CLASSIC_RANGES and value:
            return _is_private(value.split(","), address)
    return not address - IANA


def _by_policy(
    topology: Topology, line: tuple[ResourceId, ...], address: AddressSet
) -> bool | None:
    told = [topology.get(FirewallPolicy, policy) for policy in line]
    *parents, own = (policy.properties.snat if policy else None for policy in told)
    if own is None and (None in told or any(parents)):
        return None  # whether a policy inherits its parent's ranges is not described
    if own is None:
        return not address - IANA
    return _by_ranges(own, address)


def _by_ranges(snat: Snat, address: AddressSet) -> bool | None:
    learns = (snat.auto_learn_private_ranges or "").lower() == "enabled"
    if snat.private_ranges == () or (learns and snat.private_ranges is None):
        return None
    is_private = _is_private(snat.private_ranges or (IANA_RANGES,), address)
    return None if learns and not is_private else is_private


def _is_private(ranges: Iterable[str], address: AddressSet) -> bool:
    folded = {item.strip().lower() for item in ranges}
    named = IANA if IANA_RANGES in folded else AddressSet()
    return not address - (named | AddressSet.parse(*folded))


def _additional(firewall: AzureFirewall) -> Mapping[str, str | None]:
    return firewall.properties.additional_properties or {}


IANA = AddressSet.parse("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")

IANA_RANGES = "ianaprivateranges"

CLASSIC_RANGES = "network.snat.privateranges"

MANAGEMENT = "azurefirewallmanagementsubnet"
