"""Subnets, interfaces, filters, routes and addresses: what they say of themselves."""

from __future__ import annotations

from typing import Any

import pytest
from azure_ids import ADDRESS, ENDPOINT, MACHINE, NIC, NSG, RULE, SUBNET, VNET
from azure_rows import edges, net, read, ref, row, the
from full_rows import FULL_ROWS

from scanner.resources import ResourceId


def test_a_subnet_tells_what_it_is_delegated_to() -> None:
    subnet = the(SUBNET, FULL_ROWS[SUBNET])
    assert subnet.name == "apps"
    assert subnet.delegated_to == ("microsoft.web/serverfarms",)


def test_a_subnet_without_any_prefix_is_a_gap() -> None:
    inventory = read(row(SUBNET, {"addressPrefix": "", "addressPrefixes": []}))
    assert [gap.detail for gap in inventory.gaps] == [
        "neither `addressPrefix` nor `addressPrefixes`"
    ]


def test_subnets_and_peerings_come_out_of_their_vnet() -> None:
    peering = net("virtualNetworks/virtualNetworkPeerings", "hub", "to-spoke")
    properties = {
        "subnets": [{"id": SUBNET, "name": "apps", "properties": FULL_ROWS[SUBNET]}],
        "virtualNetworkPeerings": [
            {"id": peering, "name": "to-spoke", "properties": FULL_ROWS[peering]}
        ],
    }
    inventory = read(row(VNET, properties))
    assert inventory.gaps == ()
    assert set(inventory.resources) == {ResourceId(i) for i in (VNET, SUBNET, peering)}


def test_an_interface_tells_its_addresses_and_owner() -> None:
    interface = the(NIC, FULL_ROWS[NIC])
    assert interface.addresses == ("10.0.0.4",)
    assert interface.owner == ResourceId(ENDPOINT)
    assert interface.properties.enable_ip_forwarding is True
    (configuration,) = interface.configurations
    assert configuration.private_link_connection_properties.group_id == "account"
    assert configuration.private_link_connection_properties.required_member_name == "default"
    assert configuration.private_link_connection_properties.fqdns == ("aoai.openai.azure.com",)


def test_the_primary_address_of_an_interface_comes_first() -> None:
    configurations = [
        {"properties": {"privateIPAddress": "10.0.0.5", "primary": False}},
        {"properties": {"privateIPAddress": "10.0.0.4", "primary": True}},
    ]
    assert the(NIC, {"ipConfigurations": configurations}).addresses == ("10.0.0.4", "10.0.0.5")


def test_an_interface_that_says_nothing_belongs_nowhere() -> None:
    interface = the(NIC, {})
    assert (interface.addresses, interface.owner) == ((), None)


@pytest.mark.parametrize(
    ("owner", "properties"),
    [
        (ENDPOINT, {"subnet": {"id": SUBNET}, "networkInterfaces": [{"id": NIC.upper()}]}),
        (MACHINE, {"networkProfile": {"networkInterfaces": [{"id": NIC}]}}),
    ],
)
def test_an_interface_that_names_no_owner_belongs_to_the_one_that_names_it(
    owner: str, properties: dict[str, Any]
) -> None:
    for rows in (
        (row(NIC, {}), row(owner, properties)),
        (row(owner, properties), row(NIC, {})),
    ):
        resources = read(*rows).resources
        assert edges(resources[ResourceId(NIC)]) == {("attachedTo", owner)}
        assert "attachedTo" not in {relation for relation, _ in edges(resources[ResourceId(owner)])}


def test_an_interface_that_names_its_owner_is_believed() -> None:
    other = row(
        net("privateEndpoints", "other"),
        {"subnet": {"id": SUBNET}, "networkInterfaces": [{"id": NIC}]},
    )
    interface = row(NIC, {"privateEndpoint": {"id": ENDPOINT}})
    resource = read(interface, other).resources[ResourceId(NIC)]
    assert edges(resource) == {("attachedTo", ENDPOINT)}


def test_an_endpoint_tells_interfaces_that_the_snapshot_does_not_hold() -> None:
    assert the(ENDPOINT, FULL_ROWS[ENDPOINT]).interfaces == (ResourceId(NIC),)


def test_a_rule_tells_what_it_matches() -> None:
    (rule,) = the(NSG, {"securityRules": [RULE]}).properties.security_rules
    assert (rule.name, rule.allows, rule.is_inbound, rule.protocol) == (
        "AllowApps",
        True,
        True,
        "tcp",
    )
    assert rule.source_addresses == ("10.0.0.0/24",)
    assert rule.source_ports == ("*",)
    assert rule.destination_addresses == ("*",)
    assert rule.destination_ports == ("443",)
    assert (rule.source_groups, rule.destination_groups) == ((), ())


def test_rules_are_asked_in_the_order_of_their_priority() -> None:
    late = RULE | {"name": "Late", "properties": RULE["properties"] | {"priority": 4096}}  # type: ignore[operator]
    default = RULE | {"name": "Default", "properties": RULE["properties"] | {"priority": 65000}}  # type: ignore[operator]
    group = the(NSG, {"securityRules": [late, RULE], "defaultSecurityRules": [default]})
    assert [rule.name for rule in group.rules] == ["AllowApps", "Late", "Default"]


def test_a_rule_without_a_priority_makes_the_whole_group_a_gap() -> None:
    properties = {"access": "Deny", "direction": "Inbound", "protocol": "*"}
    inventory = read(row(NSG, {"securityRules": [{"name": "x", "properties": properties}]}))
    assert (inventory.resources, [gap.scope for gap in inventory.gaps]) == ({}, [NSG])


def test_a_route_table_tells_its_routes() -> None:
    table_id = net("routeTables", "routes")
    table = the(table_id, FULL_ROWS[table_id])
    (route,) = table.routes
    assert (route.address_prefix, route.properties.next_hop_type) == (
        "0.0.0.0/0",
        "VirtualAppliance",
    )
    assert route.properties.next_hop_ip_address == "10.0.0.4"


@pytest.mark.parametrize(
    ("sku", "told"),
    [({"name": "Standard", "tier": "Regional"}, "standard"), (None, ""), ("Basic", ""), ({}, "")],
)
def test_a_public_address_tells_its_sku_from_the_row(sku: object, told: str) -> None:
    address = the(ADDRESS, FULL_ROWS[ADDRESS], sku=sku)
    assert (address.sku, address.properties.ip_address) == (told, "203.0.113.5")


def test_a_developer_bastion_sits_in_a_vnet_without_a_subnet() -> None:
    bastion = the(net("bastionHosts", "bastion"), {"virtualNetwork": ref("virtualNetworks", "hub")})
    assert edges(bastion) == {("placedIn", VNET)}
