"""Resources are nodes, references are edges, and gaps hide what they may hide."""

import time

import pytest

from scanner.resources import BY_TYPE, AnyResource, Relation, ResourceId, parse
from scanner.resources.cognitive_services_account import PrivateEndpointConnection
from scanner.resources.dns_forwarding_ruleset import ForwardingRule, ForwardingRulesetLink
from scanner.resources.dns_resolver import InboundEndpoint, OutboundEndpoint
from scanner.resources.firewall_policy import RuleCollectionGroup
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.network_security_perimeter import (
    PerimeterAccessRule,
    PerimeterProfile,
    ResourceAssociation,
)
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.resources.private_endpoint import PrivateDnsZoneGroup
from scanner.resources.record_set import CnameRecordSet, RecordSet
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_wan import HubVirtualNetworkConnection
from scanner.rules import estates, home
from scanner.snapshot import Gap, GapReason, Snapshot
from scanner.topology import Topology, related

HUB = estates.snapshot(estates.load(home() / "estates" / "hub-and-spoke.yaml"))
SCOPE = HUB.rows[0].id.partition("/providers/")[0]
SUBSCRIPTION = SCOPE.split("/")[2]
VNET = ResourceId(f"{SCOPE}/providers/microsoft.network/virtualnetworks/vnet-hub")
ZONE = ResourceId(
    f"{SCOPE}/providers/microsoft.network/privatednszones/privatelink.openai.azure.com"
)
FAR = ResourceId("/subscriptions/far/resourceGroups/rg/providers/microsoft.network/x/y")


def drawn(*gaps: tuple[str, str]) -> Topology:
    declared = tuple(Gap(scope=scope, type=kind, reason=GapReason.DENIED) for kind, scope in gaps)
    return Topology(parse(Snapshot(rows=HUB.rows, gaps=declared)))


def test_a_resource_is_found_by_its_id_in_any_letter_case_and_by_its_type_only() -> None:
    topology = drawn()
    assert topology.get(VirtualNetwork, ResourceId(VNET.upper())) is not None
    assert topology.get(Subnet, VNET) is None
    assert topology.get(VirtualNetwork, None) is None
    assert topology.get(VirtualNetwork, FAR) is None


def test_all_of_a_type_come_by_id() -> None:
    found = [network.id for network in drawn().all(VirtualNetwork)]
    assert len(found) == 3
    assert found == sorted(found)


def test_an_edge_is_followed_both_ways() -> None:
    topology = drawn()
    links = topology.predecessors(VirtualNetworkLink, ZONE, Relation.PART_OF)
    assert [link.name for link in links] == ["app", "data", "hub"]
    assert topology.targets(links[2].id, Relation.LINKED_TO) == (VNET,)
    assert [
        n.name for n in topology.successors(VirtualNetwork, links[2].id, Relation.LINKED_TO)
    ] == ["vnet-hub"]
    assert topology.predecessors(PrivateDnsZone, ZONE, Relation.PART_OF) == ()


def test_nothing_leads_from_or_to_what_nobody_names() -> None:
    topology = drawn()
    assert topology.targets(FAR, Relation.PART_OF) == topology.sources(FAR, Relation.PART_OF) == ()


def test_a_step_is_a_relation_or_its_inverse() -> None:
    topology = drawn()
    parts = list(related(topology, VNET, "has"))
    assert {relation for relation, _ in parts} == {Relation.PART_OF}
    assert len(parts) == 3
    assert list(related(topology, parts[0][1], "partOf")) == [(Relation.PART_OF, VNET)]


@pytest.mark.parametrize(
    ("gap", "hides"),
    [
        (("microsoft.network/virtualnetworks/subnets", "/"), True),
        (("microsoft.network/virtualnetworks", "/"), True),
        (("Microsoft.Network/virtualNetworks", "/"), True),
        (("*", "/"), True),
        (("*", VNET), True),
        (("*", f"{VNET}/subnets/x"), True),
        (("*", SCOPE), True),
        (("*", SCOPE.upper()), True),
        (("*", f"{SCOPE}x"), False),
        (("*", f"{VNET}x"), False),
        (("*", "/subscriptions/other"), False),
        (("microsoft.network/networkinterfaces", "/"), False),
        (("*", f"/subscriptions/{SUBSCRIPTION}"), True),
        (("*", f"/Subscriptions/{SUBSCRIPTION.upper()}/"), True),
        (("*", f"subscriptions/{SUBSCRIPTION}"), True),
        (("*", f"{SCOPE}/providers/Microsoft.Network"), True),
        (("*", f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network"), True),
        (("*", "/providers/Microsoft.Management/managementGroups/root"), True),
        (("*", SUBSCRIPTION), True),
        (("*", "/tenants/t"), True),
        (("*", "/subscriptions"), True),
        (("*", ""), True),
        (("", "/"), True),
        (("microsoft.network", "/"), True),
        (("Microsoft.Network/*", "/"), True),
        (("microsoft.network/virtualnetworks/*", VNET), True),
        (("microsoft.storage/*", "/"), False),
        (("microsoft.network/virtualnetwork", "/"), False),
    ],
)
def test_a_gap_hides_its_type_and_what_comes_inside_it(
    gap: tuple[str, str], *, hides: bool
) -> None:
    assert bool(drawn(gap).unread(Subnet, VNET)) is hides


PARENTS = [
    ("microsoft.network/privatednszones", RecordSet),
    ("microsoft.network/privatednszones", CnameRecordSet),
    ("microsoft.network/privatednszones", VirtualNetworkLink),
    ("microsoft.network/dnsforwardingrulesets", ForwardingRule),
    ("microsoft.network/dnsforwardingrulesets", ForwardingRulesetLink),
    ("microsoft.network/privateendpoints", PrivateDnsZoneGroup),
    ("microsoft.network/dnsresolvers", InboundEndpoint),
    ("microsoft.network/dnsresolvers", OutboundEndpoint),
    ("microsoft.network/virtualhubs", HubVirtualNetworkConnection),
    ("microsoft.network/networksecurityperimeters", PerimeterProfile),
    ("microsoft.network/networksecurityperimeters", PerimeterAccessRule),
    ("microsoft.network/networksecurityperimeters", ResourceAssociation),
    ("microsoft.network/firewallpolicies", RuleCollectionGroup),
    ("microsoft.network/virtualnetworks", VirtualNetworkPeering),
    ("microsoft.cognitiveservices/accounts", PrivateEndpointConnection),
]


@pytest.mark.parametrize(("parent", "child"), PARENTS)
def test_a_parent_that_was_not_read_hides_its_children(
    parent: str, child: type[AnyResource]
) -> None:
    topology = drawn((parent, SCOPE))
    assert len(topology.unread(child)) == 1
    assert len(topology.unread(child, ResourceId(SCOPE))) == 1
    assert len(topology.unread(child, ResourceId(f"{SCOPE}/providers/{parent}/unread"))) == 1
    assert topology.unread(child, FAR) == ()
    assert drawn((child.ARM_TYPE, SCOPE)).unread(BY_TYPE[parent]) == ()


def test_zones_that_were_not_read_hide_no_record_of_one_that_was() -> None:
    zones = "microsoft.network/privatednszones"
    topology = drawn((zones, "/"))
    record = ResourceId(f"{ZONE}/A/aoai-prod")
    assert topology.unread(RecordSet, ZONE) == topology.unread(RecordSet, record) == ()
    assert len(topology.unread(PrivateDnsZone, ZONE)) == 1
    for scope in (ZONE, record):
        assert len(drawn((zones, scope)).unread(RecordSet, ZONE)) == 1
    for pattern in ("*", f"{zones}/*", f"{zones}/a"):
        assert len(drawn((pattern, "/")).unread(RecordSet, ZONE)) == 1


def test_networks_that_were_not_read_hide_what_stands_inside_them() -> None:
    assert len(drawn(("microsoft.network/virtualnetworks", "/")).unread(Subnet, VNET)) == 1


def test_gaps_come_from_the_widest_to_the_narrowest() -> None:
    scopes = ["/", f"/subscriptions/{SUBSCRIPTION}", SCOPE, VNET, f"{VNET}/subnets/x"]
    elsewhere = [f"{VNET}-2", f"{VNET}-2/subnets/x", f"{SCOPE}-2", FAR]
    topology = drawn(*(("*", scope) for scope in (*elsewhere, *reversed(scopes))))
    assert [gap.scope for gap in topology.unread(Subnet, VNET)] == scopes


def test_a_thousand_gaps_cost_little_more_than_one() -> None:
    topology = drawn(*(("*", f"{SCOPE}/providers/a.b/c/{number}") for number in range(20_000)))
    began = time.process_time()
    for _ in range(1_000):
        assert topology.unread(Subnet, VNET) == ()
    assert time.process_time() - began < 1


def test_without_a_place_every_gap_of_the_type_counts() -> None:
    topology = drawn(("microsoft.network/networkinterfaces", "/subscriptions/other"))
    assert len(topology.unread(NetworkInterface)) == 1
    assert topology.unread(NetworkInterface, VNET) == ()
