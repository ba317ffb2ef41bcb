"""Whether what Azure computes for an interface is what we compute for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.analysis.consumers import consumers_at
from scanner.analysis.endpoints import accounts, addresses, approved
from scanner.analysis.filtering import effective as filtered
from scanner.analysis.filtering.checkpoint import Call
from scanner.analysis.routing import effective as routed
from scanner.analysis.routing.route import computed
from scanner.findings import NOT_APPLICABLE, Evidence, Judgement, Verdict, not_read
from scanner.resources import AnyResource, Relation
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.effective import EffectiveRouteTable, EffectiveSecurityGroups
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.network_manager import NetworkManager
from scanner.resources.network_security_group import NetworkSecurityGroup
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.route_table import RouteTable
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.resources.virtual_wan import HubVirtualNetworkConnection, VirtualHub, VirtualWan
from scanner.topology import Topology, once

_Difference = tuple[Evidence, Mapping[str, str]]


def as_computed(topology: Topology, interface: NetworkInterface) -> Judgement:
    """
    Judge whether Azure's own routes and security groups of an interface are the computed ones.

    For each address of an account's endpoint, where it leads and whether TCP 443 may leave.
    Where Azure was not asked, or one of the two does not settle it, there is nothing to compare.

    Source: https://learn.microsoft.com/azure/virtual-network/diagnose-network-routing-problem
    """
    part_of = interface.id, Relation.PART_OF
    tables = topology.predecessors(EffectiveRouteTable, *part_of)
    groups = topology.predecessors(EffectiveSecurityGroups, *part_of)
    calls = tuple(_calls(topology, interface)) if tables or groups else ()
    found = [
        *(one for call in calls for table in tables for one in _routes(topology, table, call)),
        *(one for call in calls for told in groups for one in _groups(topology, told, call)),
    ]
    differing = [one for one in found if one is not None]
    ids = (interface.id, *(one.id for one in tables), *(one.id for one in groups))
    because = tuple(map(Evidence, ids))
    if differing:
        told = tuple(dict.fromkeys(evidence for evidence, _ in differing))
        cases = tuple(case for _, case in differing)
        return Judgement(Verdict.FAIL, (Evidence(interface.id), *told), cases)
    for kind in (EffectiveRouteTable, EffectiveSecurityGroups):
        for gap in topology.unread(kind, interface.id):
            if gap.type == kind.ARM_TYPE:
                unread = f"{not_read(kind, gap)}: {gap.detail}"
                return Judgement(Verdict.OPEN, because, unread=unread)
    if not (tables or groups):
        return NOT_APPLICABLE
    for needed in _COMPUTED_OF:
        for gap in topology.unread(needed):
            return Judgement(Verdict.OPEN, because, unread=not_read(needed, gap))
    return Judgement(Verdict.PASS, because) if found else NOT_APPLICABLE


_COMPUTED_OF: tuple[type[AnyResource], ...] = (
    CognitiveServicesAccount,
    HubVirtualNetworkConnection,
    NetworkInterface,
    NetworkManager,
    NetworkSecurityGroup,
    PrivateEndpoint,
    PrivateEndpointConnection,
    RouteTable,
    Subnet,
    VirtualHub,
    VirtualNetwork,
    VirtualNetworkGateway,
    VirtualNetworkPeering,
    VirtualWan,
)
"""Where one of these was not read, a difference may be hidden."""


def _calls(topology: Topology, interface: NetworkInterface) -> Iterator[Call]:
    callers = consumers_at(topology, interface.id)
    for endpoint, address in _endpoints(topology):
        for caller in callers[:1]:
            yield Call(caller, endpoint, address, "")


@once
def _endpoints(topology: Topology) -> tuple[tuple[PrivateEndpoint, str], ...]:
    """Return every approved endpoint with each of its addresses."""
    serving = (item.endpoint for a in accounts(topology) for item in approved(topology, a))
    known = dict.fromkeys(endpoint for endpoint in serving if endpoint is not None)
    return tuple((one, address) for one in known for address in sorted(addresses(topology, one)))


def _routes(
    topology: Topology, table: EffectiveRouteTable, call: Call
) -> Iterator[_Difference | None]:
    found = computed(topology, call.consumer, call.endpoint, call.address)
    hop = routed.effective_hop(table, call.address)
    is_same = routed.agrees(found, hop) if hop else None
    if hop is None or is_same is None:
        return
    if is_same:
        yield None
        return
    pointer = "/properties/value" if hop.index is None else f"/properties/value/{hop.index}"
    evidence = Evidence(table.id, Relation.PART_OF.inverse, pointer, hop.said)
    way = f"packets for {call.address} go {hop.said}, not {routed.expected(found)}"
    yield evidence, _case(call, way)


def _groups(
    topology: Topology, groups: EffectiveSecurityGroups, call: Call
) -> Iterator[_Difference | None]:
    for one in filtered.compared(topology, groups, call):
        if one is None:
            yield None
            continue
        evidence = Evidence(groups.id, Relation.PART_OF.inverse, "/properties/value", one.azure)
        yield evidence, _case(call, f"{one.azure} for {call.address}, where {one.computed}")


def _case(call: Call, difference: str) -> Mapping[str, str]:
    return {
        "address": call.address,
        "endpoint": call.endpoint.id.path,
        "difference": difference,
    }
