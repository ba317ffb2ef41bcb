"""Whether the private DNS zones that an account's names need are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.analysis.checks.zone_groups import created_once, group_for
from scanner.analysis.dns.azure_dns import ask_in, ask_servers
from scanner.analysis.dns.dangling import dangling, elsewhere
from scanner.analysis.dns.lookup import Answer, Asker, Question, Resolution
from scanner.analysis.dns.stand_ins import stand_in
from scanner.analysis.dns.wanted import (
    Wanted,
    beyond,
    none_wanted,
    undocumented,
    wanted,
    zones_named,
)
from scanner.analysis.routing.peering import peers
from scanner.findings import Affected, Evidence, Judgement, Verdict, every
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.private_endpoint import PrivateDnsZoneGroup
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology


def exist(topology: Topology, account: CognitiveServicesAccount) -> Judgement:
    """
    Judge whether every zone that an account's names need exists in the estate.

    Only an account with an approved endpoint and a custom subdomain needs one.
    A zone may also lie outside the snapshot, or its names be kept on servers of
    one's own: then absence here proves nothing.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    found = wanted(topology, account)
    if not found:
        return none_wanted(topology)
    return created_once(every(_exists(topology, item) for item in found))


def _exists(topology: Topology, item: Wanted) -> Judgement:
    account, zone = item.approved.account, item.hostname.zone
    instead = stand_in(topology, account, item.hostname)
    found = zones_named(topology, zone) or ((instead,) if instead else ())
    because = (
        Evidence(account.id, "", "/properties/customSubDomainName", account.subdomain),
        Evidence(item.approved.id, Relation.SERVES.inverse),
    )
    if found:
        # One is enough to show; an estate may hold hundreds of the same name.
        held = Evidence(found[0].id, "", "/name", found[0].name)
        return Judgement(Verdict.PASS, (*because, held))
    unread = beyond(topology, item) or elsewhere(topology) or _own_servers(topology, item)
    if unread:
        return Judgement(Verdict.OPEN, because, unread=unread)
    case = {"zoneName": zone, "hostname": item.hostname.name, "endpoint": str(item.approved.id)}
    case |= _means(topology, item)
    network = item.approved.network
    if network is not None:
        case |= {"network": str(network)}
    affected = (Affected(network or item.approved.id, account.id, item.hostname.name),)
    return Judgement(Verdict.FAIL, (*because, *_naming(item, case)), (case,), affected)


def _naming(item: Wanted, case: Mapping[str, str]) -> Iterator[Evidence]:
    """Yield the zone group that goes on naming a zone which is gone."""
    if "gone" in case:
        name = case.get("groupOfOne") or case["groupOfMany"]
        group = ResourceId(f"{item.approved.id}/privateDnsZoneGroups/{name}")
        told = f"does not exist: {case['gone']}"
        pointer = "/properties/privateDnsZoneConfigs"
        yield Evidence(group, Relation.PART_OF.inverse, pointer, told)


def _means(topology: Topology, item: Wanted) -> dict[str, str]:
    """
    Name the zone to make, where a zone group expects it or beside the endpoint, and the group.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
    """
    endpoint, name = item.approved.id, item.hostname.zone
    beside = endpoint.partition("/providers/")[0]
    zone = ResourceId(f"{beside}/providers/Microsoft.Network/privateDnsZones/{name}")
    lost = dangling(topology, endpoint, name)
    if lost:
        return {**lost, "zone": lost["gone"]}
    groups = topology.predecessors(PrivateDnsZoneGroup, endpoint, Relation.PART_OF)
    return {"zone": str(zone), **group_for(groups, zone)}


def _own_servers(topology: Topology, item: Wanted) -> str:
    """Say who else may keep the names of a zone around an endpoint; empty when nobody may."""
    here = item.approved.network
    if here is None:
        return undocumented(item.hostname)
    around = peers(topology, here)
    for network in sorted({here} | around.known | around.perhaps.keys()):
        own = topology.get(VirtualNetwork, network)
        answered = _asked(topology, own, item) if own is not None else None
        if answered is not None and answered.outcome is Answer.UNKNOWN:
            return answered.unread
    return undocumented(item.hostname)


def _asked(topology: Topology, network: VirtualNetwork, item: Wanted) -> Resolution:
    question = Question(item.approved.account, item.hostname, item.hostname.name)
    if not network.dns_servers:
        return ask_in(topology, question, network.id)
    asker = Asker(network.id, network.dns_servers, network.id, network.id.path)
    return ask_servers(topology, question, asker)
