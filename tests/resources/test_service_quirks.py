"""What real Azure data does against expectation: services, endpoints and names."""

from __future__ import annotations

from typing import Any

import pytest
from azure_ids import (
    ACCOUNT,
    CONNECTION,
    ENDPOINT,
    NIC,
    NSG,
    SUBNET,
    VNET,
    ZONE,
)
from azure_rows import GROUP, arm, edges, net, raw_row, read, row, the
from full_rows import FULL_ROWS

from scanner.resources import Relation, ResourceId
from scanner.topology import Topology, related

RECORD = net("privateDnsZones/A", "privatelink.openai.azure.com", "aoai")
GROUP_OF_ZONES = net("privateEndpoints/privateDnsZoneGroups", "pe", "default")
RULE = net("dnsForwardingRulesets/forwardingRules", "rules", "corp")


def endpoint(**properties: Any) -> Any:
    return the(ENDPOINT, {"subnet": {"id": SUBNET}} | properties)


def asked(status: str | None, **state: Any) -> dict[str, Any]:
    """Return a private endpoint's connection to the account."""
    answer = {"status": status} | state
    properties = {
        "privateLinkServiceId": ACCOUNT,
        "privateLinkServiceConnectionState": answer,
    }
    return {"name": "pe", "properties": properties}


def test_ids_that_differ_in_case_are_one_resource() -> None:
    subnet = {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": NSG.upper()}}
    topology = Topology(read(row(NSG, {}), row(SUBNET, subnet)))
    assert list(topology.graph.nodes) == [ResourceId(i) for i in (NSG, SUBNET, VNET)]
    (guard,) = topology.targets(ResourceId(SUBNET), Relation.GUARDED_BY)
    assert guard == ResourceId(NSG)


def test_resource_groups_are_spelled_with_and_without_a_capital() -> None:
    lower = ACCOUNT.replace("/resourceGroups/", "/resourcegroups/")
    assert ResourceId(lower) == ResourceId(ACCOUNT)
    assert ResourceId(lower).resource_group == "contoso"


@pytest.mark.parametrize(
    "kind", ["Microsoft.Network/virtualNetworks", "microsoft.network/virtualnetworks"]
)
def test_a_type_is_the_same_in_the_case_of_arm_and_of_resource_graph(kind: str) -> None:
    assert read(row(VNET, {}, type=kind)).resources.keys() == {ResourceId(VNET)}


def test_a_record_of_arm_ends_in_a_capital_and_one_of_resource_graph_does_not() -> None:
    properties = {"aRecords": [{"ipv4Address": "10.0.0.4"}]}
    of_arm = row(RECORD, properties, type="Microsoft.Network/privateDnsZones/A")
    of_graph = row(RECORD.lower(), properties, type="microsoft.network/privatednszones/a")
    (only,) = read(of_arm, of_graph).resources.values()
    assert only.addresses == ("10.0.0.4",)  # type: ignore[attr-defined]


def test_a_resolver_spells_addresses_otherwise_than_an_interface() -> None:
    endpoint_id = net("dnsResolvers/inboundEndpoints", "resolver", "in")
    resolver = the(endpoint_id, {"ipConfigurations": [{"privateIpAddress": "10.0.0.8"}]})
    interface = the(NIC, {"ipConfigurations": [{"properties": {"privateIPAddress": "10.0.0.4"}}]})
    assert (resolver.addresses, interface.addresses) == (("10.0.0.8",), ("10.0.0.4",))


def test_keys_that_differ_in_case_are_two_keys() -> None:
    record = raw_row(RECORD, b'{"aRecords": [], "TTL": null, "ttl": 300}')
    (only,) = read(record).resources.values()
    assert only.properties.ttl == 300


def test_an_account_of_an_old_api_says_nothing_of_public_access() -> None:
    properties = the(ACCOUNT, {"endpoint": "https://x.contoso.com/"}).properties
    told = (properties.public_network_access, properties.private_endpoint_connections)
    assert told == (None, None)


def test_an_account_closed_by_empty_lists_differs_from_one_without_lists() -> None:
    acls = {"defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": []}
    closed = the(ACCOUNT, {"publicNetworkAccess": "Enabled", "networkAcls": acls}).properties
    assert closed.network_acls.default_action == "Deny"
    assert (closed.network_acls.ip_rules, closed.network_acls.bypass) == ((), None)
    assert the(ACCOUNT, {"publicNetworkAccess": "Enabled"}).properties.network_acls is None


def test_a_network_rule_may_admit_a_subnet_without_a_service_endpoint() -> None:
    rules = [{"id": SUBNET, "ignoreMissingVnetServiceEndpoint": True, "state": "Succeeded"}]
    account = the(ACCOUNT, {"networkAcls": {"virtualNetworkRules": rules}})
    assert account.properties.network_acls.virtual_network_rules[
        0
    ].ignore_missing_vnet_service_endpoint
    assert edges(account) == {("allows", SUBNET)}


def test_an_endpoint_may_be_regional_and_endpoints_have_free_names() -> None:
    account = the(
        ACCOUNT,
        {
            "endpoint": "https://westus3.api.cognitive.microsoft.com/",
            "endpoints": {"Any words": "https://aoai.openai.azure.com/face/v1.0", "None": None},
        },
    )
    assert account.subdomain == ""
    assert account.properties.endpoints == {
        "Any words": "https://aoai.openai.azure.com/face/v1.0",
        "None": None,
    }


@pytest.mark.parametrize("location", ["EASTUS", "westus3", "Global", "global", None])
def test_a_location_is_spelled_as_its_author_typed_it(location: str | None) -> None:
    assert the(VNET, {}, location=location).row.location == location


@pytest.mark.parametrize("state", [{}, {"description": ""}, {"description": "Auto-Approved"}])
def test_only_the_status_of_a_connection_counts(state: dict[str, str]) -> None:
    connections = [asked("Approved", **state)]
    assert ("serves", ACCOUNT) in edges(endpoint(privateLinkServiceConnections=connections))


def test_a_rejected_connection_still_says_it_succeeded() -> None:
    rejected = {
        "provisioningState": "Succeeded",
        "privateLinkServiceConnectionState": {"status": "Rejected", "description": "No"},
    }
    assert the(CONNECTION, rejected).status == "rejected"


def test_a_connection_inside_its_account_has_less_in_its_envelope() -> None:
    inside = {"id": CONNECTION, "properties": FULL_ROWS[CONNECTION]}
    inventory = read(row(ACCOUNT, {"privateEndpointConnections": [inside]}))
    assert inventory.gaps == ()
    connection = inventory.resources[ResourceId(CONNECTION)]
    assert (connection.name, edges(connection)) == (
        "pec",
        {("partOf", ACCOUNT), ("connects", ENDPOINT)},
    )


def test_a_rejected_endpoint_keeps_its_interface_and_serves_nothing() -> None:
    manual = [asked("Rejected")]
    refused = endpoint(
        provisioningState="Failed",
        networkInterfaces=[{"id": NIC}],
        manualPrivateLinkServiceConnections=manual,
    )
    assert edges(refused) == {("placedIn", SUBNET), ("targets", ACCOUNT)}
    assert refused.interfaces == (ResourceId(NIC),)


def test_an_endpoint_that_is_updating_may_be_approved_without_dns_configs() -> None:
    updating = endpoint(
        provisioningState="Updating",
        customDnsConfigs=[],
        privateLinkServiceConnections=[asked("Approved")],
    )
    assert updating.properties.custom_dns_configs == ()
    assert ("serves", ACCOUNT) in edges(updating)


@pytest.mark.parametrize("configs", [None, [], [{"fqdn": "a.contoso.com"}, {"fqdn": "b.net"}]])
def test_dns_configs_are_absent_empty_or_of_several_domains(configs: Any) -> None:
    told = endpoint(customDnsConfigs=configs).properties.custom_dns_configs or ()
    assert [config.fqdn for config in told] == [config["fqdn"] for config in configs or ()]


def test_a_zone_group_may_have_succeeded_without_any_record() -> None:
    configs = [{"name": "z", "properties": {"privateDnsZoneId": ZONE, "recordSets": []}}]
    properties = {"provisioningState": "Succeeded", "privateDnsZoneConfigs": configs}
    inventory = read(row(GROUP_OF_ZONES, properties), row(ZONE, {}))
    topology = Topology(inventory)
    assert [str(i) for _, i in related(topology, ResourceId(ZONE), "registeredBy")] == [
        GROUP_OF_ZONES
    ]
    assert list(related(topology, ResourceId(ZONE), "has")) == []


def test_an_endpoint_of_a_private_link_service_has_no_group_ids() -> None:
    (connection,) = endpoint(privateLinkServiceConnections=[asked("Approved")]).connections
    assert connection.properties.group_ids is None


def test_an_endpoint_may_sit_in_a_vnet_of_another_resource_group() -> None:
    far = arm(
        "Microsoft.Network/virtualNetworks/subnets",
        "hub",
        "apps",
        group=GROUP.replace("contoso", "network"),
    )
    assert edges(the(ENDPOINT, {"subnet": {"id": far}})) == {("placedIn", far)}


def test_an_interface_of_an_endpoint_may_have_any_name() -> None:
    odd = net("networkInterfaces", "anything")
    owner = row(
        ENDPOINT,
        {
            "subnet": {"id": SUBNET},
            "customNetworkInterfaceName": "",
            "networkInterfaces": [{"id": odd}],
        },
    )
    topology = Topology(read(row(odd, {}), owner))
    assert [str(i) for _, i in related(topology, ResourceId(ENDPOINT), "hasInterface")] == [odd]


@pytest.mark.parametrize("state", [None, "Updating", "Failed"])
def test_a_provisioning_state_may_be_absent_or_unfinished(state: str | None) -> None:
    assert endpoint(provisioningState=state).properties.provisioning_state == state


def test_a_forwarding_rule_may_be_disabled_and_its_domain_ends_with_a_dot() -> None:
    given = {"domainName": "contoso.com.", "forwardingRuleState": "Disabled"}
    disabled = the(RULE, given)
    assert (disabled.domain, disabled.is_enabled) == ("contoso.com", False)
