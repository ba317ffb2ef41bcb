"""Resources are nodes, references are edges, and gaps hide what they may hide."""

import pytest

from scanner.resources import Relation, ResourceId, parse
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork
from scanner.rules import estates, home
from scanner.snapshot import Gap, GapReason, Snapshot
from scanner.topology import Topology, related

HUB = estates.snapshot(estates.load(home() / "estates" / "hub-and-spoke.yaml"))
SCOPE = HUB.rows[0].id.partition("/providers/")[0]
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
    ],
)
def test_a_gap_hides_its_type_and_what_comes_inside_it(
    gap: tuple[str, str], *, hides: bool
) -> None:
    assert bool(drawn(gap).unread(Subnet, VNET)) is hides


def test_without_a_place_every_gap_of_the_type_counts() -> None:
    topology = drawn(("microsoft.network/networkinterfaces", "/subscriptions/other"))
    assert len(topology.unread(NetworkInterface)) == 1
    assert topology.unread(NetworkInterface, VNET) == ()
