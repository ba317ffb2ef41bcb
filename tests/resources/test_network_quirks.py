"""What real Azure data does against expectation: VNets, filters, routes and gateways."""

from __future__ import annotations

from typing import Any

import pytest
from azure_ids import ACCOUNT, GATEWAY, HUB, MACHINE, NIC, NSG, SITE, VNET
from azure_rows import edges, net, read, ref, the

from scanner.resources import ResourceId
from scanner.resources.network_security_group import DEFAULT_SECURITY_RULES
from scanner.snapshot import Row

PEERING = net("virtualNetworks/virtualNetworkPeerings", "hub", "to-spoke")
TO_SITE = net("connections", "to-site")
REMOTE = {"remoteVirtualNetwork": ref("virtualNetworks", "spoke")}


def rule(**properties: Any) -> Any:
    """Return the one rule of a security group, as read."""
    given = {"access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "*"}
    rules = [{"name": "one", "properties": given | properties}]
    return the(NSG, {"securityRules": rules}).properties.security_rules[0]


def test_a_peering_in_sync_may_still_not_allow_access() -> None:
    state = {"peeringState": "Connected", "peeringSyncLevel": "FullyInSync"}
    peering = the(PEERING, REMOTE | state | {"allowVirtualNetworkAccess": False})
    assert peering.properties.allow_virtual_network_access is False
    assert peering.properties.peering_sync_level == "FullyInSync"


def test_a_peering_of_an_old_api_has_no_sync_level() -> None:
    assert (
        the(PEERING, REMOTE | {"peeringState": "Connected"}).properties.peering_sync_level is None
    )


@pytest.mark.parametrize("state", ["Disconnected", "Initiated"])
def test_a_dead_peering_stays_and_still_names_the_remote_vnet(state: str) -> None:
    peering = the(PEERING, REMOTE | {"peeringState": state})
    assert peering.properties.peering_state == state
    assert edges(peering) == {("partOf", VNET), ("peersWith", net("virtualNetworks", "spoke"))}


def test_a_machine_may_not_say_which_interface_is_primary() -> None:
    interfaces = [{"id": NIC}, {"id": net("networkInterfaces", "second"), "properties": {}}]
    machine = the(MACHINE, {"networkProfile": {"networkInterfaces": interfaces}})
    assert machine.interfaces == (ResourceId(NIC), ResourceId(net("networkInterfaces", "second")))


def test_an_interface_may_have_a_configuration_without_address_and_subnet() -> None:
    interface = the(NIC, {"ipConfigurations": [{"name": "ipconfig1", "properties": {}}]})
    assert (interface.addresses, edges(interface)) == ((), set())


def test_an_interface_of_a_private_link_service_has_empty_link_properties() -> None:
    empty = {"fqdns": [], "groupId": "", "requiredMemberName": ""}
    configurations = [{"properties": {"privateLinkConnectionProperties": empty}}]
    (configuration,) = the(NIC, {"ipConfigurations": configurations}).configurations
    assert configuration.private_link_connection_properties.group_id == ""


@pytest.mark.parametrize(
    ("given", "addresses"),
    [
        ({"sourceAddressPrefix": "10.0.0.0/8"}, ("10.0.0.0/8",)),
        ({"sourceAddressPrefix": "10.0.0.0/8", "sourceAddressPrefixes": []}, ("10.0.0.0/8",)),
        ({"sourceAddressPrefixes": ["10.1.0.0/16", "10.2.0.0/16"]}, ("10.1.0.0/16", "10.2.0.0/16")),
        ({"sourceAddressPrefix": "", "sourceAddressPrefixes": ["10.1.0.0/16"]}, ("10.1.0.0/16",)),
    ],
)
def test_a_rule_fills_the_singular_or_the_plural_key(
    given: dict[str, Any], addresses: tuple[str, ...]
) -> None:
    assert rule(**given).source_addresses == addresses


def test_ports_of_a_rule_are_singular_or_plural_too() -> None:
    ports = rule(sourcePortRange="*", destinationPortRanges=["22-23", "443"])
    assert (ports.source_ports, ports.destination_ports) == (("*",), ("22-23", "443"))


def test_a_rule_may_match_by_groups_alone() -> None:
    group = net("applicationSecurityGroups", "asg")
    by_group = rule(
        sourceApplicationSecurityGroups=[{"id": group}],
        destinationApplicationSecurityGroups=[{"id": group.upper()}],
    )
    assert (by_group.source_addresses, by_group.destination_addresses) == ((), ())
    assert by_group.source_groups == by_group.destination_groups == (ResourceId(group),)


@pytest.mark.parametrize(("spelled", "protocol"), [("Tcp", "tcp"), ("TCP", "tcp"), ("*", "*")])
def test_protocols_are_spelled_in_any_case(spelled: str, protocol: str) -> None:
    assert rule(protocol=spelled).protocol == protocol


@pytest.mark.parametrize("properties", [{}, {"defaultSecurityRules": []}])
def test_default_rules_are_there_when_azure_leaves_them_out(properties: dict[str, Any]) -> None:
    rules = the(NSG, properties).rules
    assert set(map(id, rules)) == set(map(id, DEFAULT_SECURITY_RULES))
    assert [rule.properties.priority for rule in rules] == [
        65000,
        65000,
        65001,
        65001,
        65500,
        65500,
    ]


def test_a_route_table_may_leave_out_all_it_has() -> None:
    table = the(net("routeTables", "routes"), {"provisioningState": "Succeeded"})
    assert table.routes == ()


@pytest.mark.parametrize("hop", ["Internet", "None", "VnetLocal"])
def test_a_route_has_a_next_address_only_to_an_appliance(hop: str) -> None:
    routes = [{"name": "r", "properties": {"addressPrefix": "10.0.0.0/8", "nextHopType": hop}}]
    table = the(net("routeTables", "routes"), {"routes": routes})
    assert [route.properties.next_hop_ip_address for route in table.routes] == [None]


@pytest.mark.parametrize(
    "clients",
    [
        None,
        {},
        {"vpnClientProtocols": [], "vpnAuthenticationTypes": []},
        {"vpnClientAddressPool": {"addressPrefixes": []}},
    ],
)
def test_a_client_configuration_without_a_pool_is_read(clients: object) -> None:
    gateway = the(GATEWAY, {"vpnClientConfiguration": clients, "zones": "Regional"})
    assert edges(gateway) == set()


@pytest.mark.parametrize(
    "told", [{"provisioningState": "Updating"}, {"connectionStatus": "NotConnected"}]
)
def test_a_connection_does_not_always_say_its_status(told: dict[str, str]) -> None:
    connection = the(TO_SITE, told | {"localNetworkGateway2": {"id": SITE}})
    assert connection.properties.connection_status == told.get("connectionStatus")


def test_a_hub_may_have_succeeded_while_its_routing_has_not() -> None:
    hub = the(HUB, {"provisioningState": "Succeeded", "routingState": "Provisioning"})
    assert hub.properties.routing_state == "Provisioning"


@pytest.mark.parametrize(
    ("said", "in_force"), [("no", True), ("yes", False), (None, True), (True, False)]
)
def test_a_boolean_may_be_a_word(said: object, in_force: bool) -> None:  # noqa: FBT001 - expected
    association = net("networkSecurityPerimeters/resourceAssociations", "nsp", "aoai")
    properties = {"privateLinkResource": {"id": ACCOUNT}, "hasProvisioningIssues": said}
    assert the(association, properties).is_in_force is in_force


def test_a_generic_listing_without_properties_is_unread_and_not_empty() -> None:
    bare = Row(id=VNET, type="Microsoft.Network/virtualNetworks", location="eastus")
    assert [(gap.scope, gap.detail) for gap in read(bare).gaps] == [(VNET, "it has no properties")]


@pytest.mark.parametrize("options", [None, {}, {"dnsServers": []}, {"dnsServers": None}])
def test_no_dns_servers_may_be_said_in_many_ways(options: object) -> None:
    assert the(VNET, {"dhcpOptions": options}).dns_servers == ()
