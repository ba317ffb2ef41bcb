"""Whether peerings take what an appliance forwards, and whether it needs them to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from scanner.analysis.addresses import AddressSet
from scanner.analysis.causes import Cause
from scanner.analysis.consumers import Consumer, Kind
from scanner.analysis.firewall_policies import lineage
from scanner.analysis.firewall_sources import keeps_source
from scanner.analysis.routing.crossings import flag, refusal
from scanner.analysis.routing.peering import side
from scanner.analysis.routing.stops import Stop, gravest
from scanner.analysis.steps import Step
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.firewall_policy import FirewallPolicy, RuleCollectionGroup
from scanner.topology import Topology

FLAG = "allowForwardedTraffic"


@dataclass(frozen=True, slots=True)
class Station:
    """A VNet on the way, and the appliances in it that forward; at its ends, none."""

    network: ResourceId
    appliances: tuple[ResourceId, ...] = ()


def forwarded(
    topology: Topology, consumer: Consumer, stations: tuple[Station, ...], address: str
) -> tuple[Step, ...] | Stop:
    """
    Follow what is forwarded over the peerings between stations, there and back.

    `allowForwardedTraffic` on a VNet's side lets in what an appliance in the
    other VNet forwards and did not send itself. What an appliance puts its own
    address in front of needs no such leave, nor does what a VPN gateway passes on.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    needed = tuple(_needed(topology, consumer, stations, address))
    stops = tuple(stop for item in needed for stop in _refused(topology, item))
    sides = [side(topology, item.network, item.other) for item in needed]
    steps = tuple(
        Step(f"{peering.id.path} allows forwarded traffic", (flag(peering, FLAG),))
        for peering in sides
        if peering is not None
    )
    return gravest(stops) or steps


@dataclass(frozen=True, slots=True)
class _Need:
    """That a VNet lets in what another forwards; `certain` unless the sender may be hidden."""

    network: ResourceId
    other: ResourceId
    certain: bool


def _needed(
    topology: Topology, consumer: Consumer, stations: tuple[Station, ...], address: str
) -> Iterator[_Need]:
    is_known = consumer.kind is not Kind.CLIENTS
    origin = consumer.network if is_known else None
    last = stations[-1].network
    for here, there in pairwise(stations):
        hidden = _translates(topology, here, address)
        if hidden:
            origin = here.network
        if here.network == there.network:
            continue
        if here.appliances and origin != here.network:
            yield _Need(there.network, here.network, is_known and hidden is False)
        behind = _translates(topology, there, address)
        if there.appliances and last != there.network and not behind:
            yield _Need(here.network, there.network, is_known and behind is False)


def _refused(topology: Topology, need: _Need) -> Iterator[Stop]:
    peering = side(topology, need.network, need.other)
    if peering is None:
        between = f"{need.network.path} with {need.other.path}"
        yield Stop(unread=f"what the peering of {between} allows was not read")
        return
    allows = peering.properties.allow_forwarded_traffic
    said = f"{peering.id.path} does not allow traffic that {need.other.path} forwards"
    if allows:
        return
    if allows is None:
        yield Stop(unread=f"whether {peering.id.path} allows forwarded traffic is not told")
    elif need.certain:
        yield refusal(Cause.FORWARDED_TRAFFIC_REFUSED, peering, FLAG, said)
    else:
        unread = f"{said}, and whether the sender's address is replaced is not certain"
        yield Stop(unread=unread)


def _translates(topology: Topology, station: Station, address: str) -> bool | None:
    """Tell whether all appliances of a station put their own address in front; None: who knows."""
    answers = {_hides(topology, one, address) for one in station.appliances}
    return answers.pop() if len(answers) == 1 else None


def _hides(topology: Topology, appliance: ResourceId, address: str) -> bool | None:
    """
    Tell whether an Azure Firewall hides the sender from an address; None when that may depend.

    Application rules always do. Network rules do, except towards private ranges.

    Source: https://learn.microsoft.com/azure/firewall/snat-private-range,
    https://learn.microsoft.com/azure/private-link/inspect-traffic-with-azure-firewall
    """
    firewall = topology.get(AzureFirewall, appliance)
    if firewall is None:
        return None
    destination = AddressSet.parse(address)
    keeps = keeps_source(topology, firewall, destination) if destination else None
    if keeps is None:
        return None
    return (None if _may_proxy(topology, firewall) else False) if keeps else True


def _may_proxy(topology: Topology, firewall: AzureFirewall) -> bool:
    """Tell whether a firewall has, or may have, a rule that makes it a proxy."""
    if firewall.properties.application_rule_collections:
        return True
    ruling = topology.targets(firewall.id, Relation.RULED_BY)
    line = (one for policy in ruling for one in lineage(topology, policy))
    policies = (topology.get(FirewallPolicy, one) for one in line)
    return any(one is None or _may_hold_proxy_rules(topology, one) for one in policies)


def _may_hold_proxy_rules(topology: Topology, policy: FirewallPolicy) -> bool:
    if topology.unread(RuleCollectionGroup, policy.id):
        return True
    groups = topology.predecessors(RuleCollectionGroup, policy.id, Relation.PART_OF)
    held = {group.id for group in groups}
    named = {ResourceId(item.id) for item in policy.properties.rule_collection_groups or ()}
    rules = (bytes(group.row.properties).lower() for group in groups)
    return bool(named - held) or any(b"applicationrule" in text for text in rules)
