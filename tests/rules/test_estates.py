"""The estates that rules are proven on are estates that Azure could have."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import RuleError
from scanner.resources import BY_TYPE, ResourceId, parse
from scanner.rules import estates
from scanner.snapshot import Snapshot
from scanner.topology import Topology

RULES = Path(__file__).parents[2] / "rules"
GOOD = sorted(path.stem for path in (RULES / "estates").glob("*.yaml"))
DEMO = "demo"

Document = dict[str, Any]

every_estate = pytest.mark.parametrize("name", [*GOOD, DEMO])
every_good_estate = pytest.mark.parametrize("name", GOOD)


@cache
def read(name: str) -> Snapshot:
    path = RULES / "demo.yaml" if name == DEMO else RULES / "estates" / f"{name}.yaml"
    return estates.snapshot(estates.load(path))


def documents(name: str, kind: str) -> list[Document]:
    arm_type = f"microsoft.{kind}"
    return [dict(row.document()) for row in read(name).rows if row.type.lower() == arm_type]


def virtual_networks(name: str) -> dict[str, Document]:
    return {document["id"]: document for document in documents(name, "network/virtualnetworks")}


def subnets(name: str) -> dict[str, Document]:
    return {
        subnet["id"]: subnet["properties"]
        for network in virtual_networks(name).values()
        for subnet in network["properties"]["subnets"]
    }


def peerings(name: str) -> Iterator[tuple[str, Document]]:
    for network in virtual_networks(name).values():
        for peering in network["properties"].get("virtualNetworkPeerings", []):
            yield network["id"], peering["properties"]


def prefixes(network: Document) -> list[IPv4Network]:
    space = network["properties"]["addressSpace"]["addressPrefixes"]
    return [IPv4Network(prefix) for prefix in space]


def prefix(subnet: Document) -> IPv4Network:
    return IPv4Network(subnet["addressPrefix"])


def mappings(value: Any) -> Iterator[Document]:
    """Yield every object inside a JSON value, itself included."""
    match value:
        case dict():
            yield value
            for item in value.values():
                yield from mappings(item)
        case list():
            for item in value:
                yield from mappings(item)


def placements(name: str) -> Iterator[tuple[str, str]]:
    """Yield every private address with the ID of the subnet that it claims to lie in."""
    for row in read(name).rows:
        for found in mappings(row.document()):
            address = found.get("privateIPAddress") or found.get("privateIpAddress")
            if address:
                yield address, found["subnet"]["id"]


def strings(value: Any) -> Iterator[str]:
    for mapping in mappings(value):
        for item in mapping.values():
            yield from (part for part in (item if isinstance(item, list) else [item]) if part)


def ids(name: str) -> set[str]:
    """Return the ID of every row, and of every child that stands in a row's properties."""
    return {
        found["id"]
        for row in read(name).rows
        for found in mappings(row.document())
        if "id" in found and "name" in found
    }


def test_there_are_eight_good_estates() -> None:
    assert GOOD == [
        "aiservices-three-zones",
        "hub-and-spoke",
        "hub-firewall",
        "private-resolver",
        "security-perimeter",
        "single-vnet",
        "two-subscriptions",
        "virtual-wan",
    ]


@every_estate
def test_an_estate_is_read_without_a_gap(name: str) -> None:
    assert parse(read(name)).gaps == ()


@every_estate
def test_every_row_becomes_a_resource_or_is_known_not_to(name: str) -> None:
    resources = parse(read(name)).resources
    lost = {row.type.lower() for row in read(name).rows if ResourceId(row.id) not in resources}
    assert not lost
    assert not lost & BY_TYPE.keys()


@every_estate
def test_every_row_has_an_id_of_its_own(name: str) -> None:
    counted = Counter(ResourceId(row.id) for row in read(name).rows)
    assert [row_id for row_id, times in counted.items() if times > 1] == []


@every_estate
def test_every_id_names_something_in_the_estate(name: str) -> None:
    known = ids(name)
    named = {
        text
        for row in read(name).rows
        for text in strings(row.document())
        if isinstance(text, str) and text.startswith("/subscriptions/")
    }
    assert sorted(named - known) == []


@every_estate
def test_no_edge_of_the_topology_dangles(name: str) -> None:
    topology = Topology(parse(read(name)))
    dangling = {target for target in topology.graph if target not in topology.inventory.resources}
    assert not {target.type for target in dangling}
    assert dangling <= {ResourceId(row.id) for row in read(name).rows}


@every_estate
def test_what_stands_in_a_parent_bears_an_id_below_it(name: str) -> None:
    misplaced = [
        found["id"]
        for row in read(name).rows
        for found in mappings(row.document())
        if "id" in found and "name" in found and not ResourceId(found["id"]).lies_in(row.id)
    ]
    assert misplaced == []


@every_estate
def test_every_child_has_its_parent(name: str) -> None:
    known = {ResourceId(row.id) for row in read(name).rows}
    children = [ResourceId(row.id) for row in read(name).rows if row.type.count("/") > 1]
    assert [child for child in children if child.parent not in known] == []


@every_estate
def test_every_subnet_lies_in_its_virtual_network(name: str) -> None:
    outside = [
        subnet_id
        for subnet_id, subnet in subnets(name).items()
        for network in [virtual_networks(name)[ResourceId(subnet_id).parent.text]]
        if not any(prefix(subnet).subnet_of(space) for space in prefixes(network))
    ]
    assert outside == []


@every_estate
def test_no_two_subnets_overlap(name: str) -> None:
    pairs = combinations(map(prefix, subnets(name).values()), 2)
    assert [pair for pair in pairs if pair[0].overlaps(pair[1])] == []


@every_estate
def test_no_two_networks_overlap(name: str) -> None:
    spaces = [space for network in virtual_networks(name).values() for space in prefixes(network)]
    for row in read(name).rows:
        for found in mappings(row.document()):
            for key in ("vpnClientAddressPool", "localNetworkAddressSpace"):
                spaces += map(IPv4Network, found.get(key, {}).get("addressPrefixes", []))
    hubs = documents(name, "network/virtualhubs")
    spaces += [IPv4Network(hub["properties"]["addressPrefix"]) for hub in hubs]
    assert [pair for pair in combinations(spaces, 2) if pair[0].overlaps(pair[1])] == []


@every_estate
def test_every_private_address_lies_in_its_subnet_and_is_not_reserved(name: str) -> None:
    """Azure keeps the first four addresses of a subnet, and the last."""
    assert [
        (address, subnet_id)
        for address, subnet_id in placements(name)
        for space in [prefix(subnets(name)[subnet_id])]
        if IPv4Address(address) not in [*space][4:-1]
    ] == []


@every_estate
def test_no_private_address_is_used_twice(name: str) -> None:
    counted = Counter(address for address, _ in placements(name))
    assert [address for address, times in counted.items() if times > 1] == []


@every_estate
def test_every_interface_and_its_owner_name_each_other(name: str) -> None:
    owned = {
        document["id"]: (document["properties"].keys() & {"privateEndpoint", "virtualMachine"})
        for document in documents(name, "network/networkinterfaces")
    }
    assert {interface for interface, owners in owned.items() if len(owners) != 1} == set()
    from_interfaces = {
        (document["properties"][key]["id"], document["id"])
        for document in documents(name, "network/networkinterfaces")
        for key in owned[document["id"]]
    }
    from_endpoints = {
        (document["id"], interface["id"])
        for document in documents(name, "network/privateendpoints")
        for interface in document["properties"]["networkInterfaces"]
    }
    from_machines = {
        (document["id"], interface["id"])
        for document in documents(name, "compute/virtualmachines")
        for interface in document["properties"]["networkProfile"]["networkInterfaces"]
    }
    assert from_interfaces == from_endpoints | from_machines


@every_estate
@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("networksecuritygroups", "networkSecurityGroup"),
        ("routetables", "routeTable"),
        ("natgateways", "natGateway"),
    ],
)
def test_subnets_and_what_acts_on_them_name_each_other(name: str, kind: str, key: str) -> None:
    from_subnets = {
        (subnet_id, subnet[key]["id"])
        for subnet_id, subnet in subnets(name).items()
        if key in subnet
    }
    from_theirs = {
        (subnet["id"], document["id"])
        for document in documents(name, f"network/{kind}")
        for subnet in document["properties"]["subnets"]
    }
    assert from_subnets == from_theirs


@every_estate
def test_a_zone_counts_the_links_and_record_sets_it_has(name: str) -> None:
    rows = read(name).rows
    for zone in documents(name, "network/privatednszones"):
        children = Counter(
            ResourceId(row.id).type.rpartition("/")[2]
            for row in rows
            if ResourceId(row.id).parent == ResourceId(zone["id"])
        )
        counted = zone["properties"]
        assert counted["numberOfVirtualNetworkLinks"] == children["virtualnetworklinks"]
        assert counted["numberOfRecordSets"] == children["a"] + 1  # and the SOA record


@every_estate
def test_a_private_endpoint_and_its_account_name_each_other(name: str) -> None:
    from_accounts = {
        (
            connection["properties"]["privateEndpoint"]["id"],
            account["id"],
            connection["properties"]["privateLinkServiceConnectionState"]["status"],
        )
        for account in documents(name, "cognitiveservices/accounts")
        for connection in account["properties"]["privateEndpointConnections"]
    }
    from_endpoints = {
        (
            endpoint["id"],
            connection["properties"]["privateLinkServiceId"],
            connection["properties"]["privateLinkServiceConnectionState"]["status"],
        )
        for endpoint in documents(name, "network/privateendpoints")
        for found in mappings(endpoint["properties"])
        for key in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
        for connection in found.get(key, [])
    }
    assert from_accounts == from_endpoints


@every_good_estate
def test_every_peering_is_answered_by_its_counterpart(name: str) -> None:
    sides = {
        (network, side["remoteVirtualNetwork"]["id"]): side for network, side in peerings(name)
    }
    for (near, far), side in sides.items():
        counterpart = sides[far, near]
        space = virtual_networks(name)[far]["properties"]["addressSpace"]
        assert side["peeringState"] == "Connected"
        assert side["peeringSyncLevel"] == "FullyInSync"
        assert side["remoteAddressSpace"] == space
        assert side["remoteVirtualNetworkAddressSpace"] == space
        assert side["useRemoteGateways"] == counterpart["allowGatewayTransit"]


@every_good_estate
def test_every_record_holds_the_addresses_of_the_endpoint_that_keeps_it(name: str) -> None:
    """The interface, the zone group and the record tell the same story."""
    interfaces = {
        (label, f"privatelink.{domain}"): address["privateIPAddress"]
        for document in documents(name, "network/networkinterfaces")
        for address in mappings(document["properties"])
        for fqdn in address.get("privateLinkConnectionProperties", {}).get("fqdns", [])
        for label, _, domain in [fqdn.partition(".")]
    }
    groups = {
        (kept["recordSetName"], ResourceId(zone["privateDnsZoneId"]).name): kept["ipAddresses"][0]
        for group in documents(name, "network/privateendpoints/privatednszonegroups")
        for zone in mappings(group["properties"])
        for kept in zone.get("recordSets", [])
    }
    records = {
        (record["name"], ResourceId(record["id"]).parent.name): item["ipv4Address"]
        for record in documents(name, "network/privatednszones/a")
        for item in record["properties"]["aRecords"]
    }
    assert interfaces == groups == records


@every_good_estate
def test_a_good_estate_is_explained_and_has_no_planted_defect(name: str) -> None:
    text = (RULES / "estates" / f"{name}.yaml").read_text("utf-8")
    assert text.startswith("# ")
    assert "broken" not in text


def test_the_demo_says_of_each_planted_defect_that_it_is_one() -> None:
    lines = (RULES / "demo.yaml").read_text("utf-8").splitlines()
    planted = [line.partition("# broken: ")[2] for line in lines if "# broken: " in line]
    assert len(planted) == len(set(planted)) >= 12


def test_a_reference_to_nothing_is_refused() -> None:
    estate = estates.merge_patch(
        estates.load(RULES / "estates" / "hub-and-spoke.yaml"), {"vnet-hub": None}
    )
    with pytest.raises(RuleError, match="the estate has no 'vnet-hub'"):
        estates.snapshot(estate)
