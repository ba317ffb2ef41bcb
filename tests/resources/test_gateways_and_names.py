"""Gateways, firewalls, hubs, DNS and perimeters: what they say of themselves."""

from __future__ import annotations

from azure_ids import GATEWAY, POLICY, VNET, ZONE
from azure_rows import arm, net, read, ref, row, the
from full_rows import FULL_ROWS

from scanner.resources import ResourceId

RECORD = net("privateDnsZones/A", "privatelink.openai.azure.com", "aoai")
ALIAS = net("privateDnsZones/CNAME", "privatelink.openai.azure.com", "alias")
RULE = net("dnsForwardingRulesets/forwardingRules", "rules", "corp")
ASSOCIATION = net("networkSecurityPerimeters/resourceAssociations", "nsp", "aoai")


def test_a_gateway_tells_how_people_sign_in() -> None:
    gateway = the(GATEWAY, FULL_ROWS[GATEWAY])
    clients = gateway.properties.vpn_client_configuration
    assert clients.vpn_authentication_types == ("AAD",)
    assert clients.aad_tenant == "https://login.microsoftonline.com/contoso"
    assert clients.aad_audience == "41b23e61-6c1e-4545-b367-cd054e0ed4b4"
    assert clients.aad_issuer == "https://sts.windows.net/contoso/"


def test_a_firewall_tells_its_addresses_in_a_vnet_and_in_a_hub() -> None:
    firewall = net("azureFirewalls", "fw")
    assert the(firewall, FULL_ROWS[firewall]).addresses == ("10.0.0.4", "10.9.0.4")


def test_a_policy_tells_whether_its_firewalls_answer_dns_queries() -> None:
    policy = the(POLICY, FULL_ROWS[POLICY])
    assert (policy.is_dns_proxy, policy.dns_servers) == (True, ("10.0.0.8",))
    silent = the(POLICY, {})
    assert (silent.is_dns_proxy, silent.dns_servers) == (False, ())


def test_a_group_tells_its_collections() -> None:
    group = net("firewallPolicies/ruleCollectionGroups", "policy", "g")
    (collection,) = the(group, FULL_ROWS[group]).properties.rule_collections
    assert (collection.name, collection.priority, collection.rules) == ("allow", 100, None)


def test_a_network_rule_tells_its_protocols_in_a_policy_and_in_a_firewall() -> None:
    group = net("firewallPolicies/ruleCollectionGroups", "policy", "g")
    rules = [{"ruleType": "NetworkRule", "ipProtocols": ["TCP"]}]
    (collection,) = the(group, {"ruleCollections": [{"rules": rules}]}).properties.rule_collections
    assert collection.rules[0].transport_protocols == {"tcp"}
    firewall = net("azureFirewalls", "fw")
    classic = [{"properties": {"rules": [{"protocols": ["UDP"]}]}}]
    (own,) = the(firewall, {"networkRuleCollections": classic}).properties.network_rule_collections
    assert own.properties.rules[0].transport_protocols == {"udp"}


def test_an_application_rule_tells_its_protocols() -> None:
    firewall = net("azureFirewalls", "fw")
    rule = {"protocols": [{"protocolType": "Https", "port": 443}], "targetFqdns": ["*.azure.com"]}
    classic = [{"name": "c", "properties": {"priority": 200, "rules": [rule]}}]
    told = the(firewall, {"applicationRuleCollections": classic}).properties
    (own,) = told.application_rule_collections
    (protocol,) = own.properties.rules[0].application_protocols
    assert (protocol.protocol_type, protocol.port) == ("Https", 443)


def test_a_zone_answers_for_the_domain_of_its_name() -> None:
    zone = net("privateDnsZones", "PrivateLink.OpenAI.azure.com")
    assert the(zone, {}, name="PrivateLink.OpenAI.azure.com").domain == (
        "privatelink.openai.azure.com"
    )


def test_a_record_tells_its_addresses() -> None:
    record = the(RECORD, FULL_ROWS[RECORD])
    assert record.addresses == ("10.0.0.4",)
    assert record.properties.ttl == 10


def test_a_record_of_resource_graph_tells_the_same_as_one_of_arm() -> None:
    record = the(RECORD, {"records": [{"ipv4Address": "10.0.0.4"}], "ttl": 10})
    assert record.addresses == ("10.0.0.4",)


def test_an_empty_record_set_has_no_addresses_and_is_no_gap() -> None:
    assert the(RECORD, {"aRecords": []}).addresses == ()


def test_an_inbound_endpoint_tells_its_addresses() -> None:
    endpoint = net("dnsResolvers/inboundEndpoints", "resolver", "in")
    assert the(endpoint, FULL_ROWS[endpoint]).addresses == ("10.0.0.8",)


def test_a_forwarding_rule_tells_its_domain() -> None:
    rule = the(RULE, FULL_ROWS[RULE])
    assert (rule.domain, rule.is_enabled) == ("corp.contoso.com", True)


def test_the_forwarding_rule_for_all_names_has_an_empty_domain() -> None:
    rule = the(RULE, {"domainName": "."})
    assert (rule.domain, rule.is_enabled) == ("", True)


def test_a_perimeter_rule_tells_its_direction() -> None:
    rule_id = net("networkSecurityPerimeters/profiles/accessRules", "nsp", "default", "office")
    rule = the(rule_id, FULL_ROWS[rule_id])
    assert rule.is_inbound
    assert rule.properties.address_prefixes == ("203.0.113.0/24",)


def test_an_association_that_does_not_say_its_mode_is_learning() -> None:
    assert the(ASSOCIATION, FULL_ROWS[ASSOCIATION]).access_mode == "enforced"
    account = arm("Microsoft.CognitiveServices/accounts", "aoai")
    assert the(ASSOCIATION, {"privateLinkResource": {"id": account}}).access_mode == "learning"


def test_links_of_a_zone_can_fall_back_to_the_internet() -> None:
    link = net("privateDnsZones/virtualNetworkLinks", "privatelink.openai.azure.com", "to-hub")
    assert the(link, FULL_ROWS[link]).falls_back_to_internet
    assert not the(link, {"virtualNetwork": {"id": VNET}}).falls_back_to_internet


def test_a_link_that_names_its_vnet_by_nothing_is_read_and_points_nowhere() -> None:
    link = net("privateDnsZones/virtualNetworkLinks", "privatelink.openai.azure.com", "to-hub")
    resource = read(row(link, {"virtualNetwork": {"id": ""}})).resources[ResourceId(link)]
    assert [str(reference.target) for reference in resource.references()] == [ZONE]


def test_a_hub_connection_without_routing_is_read() -> None:
    connection = net("virtualHubs/hubVirtualNetworkConnections", "vhub", "to-spoke")
    remote = ref("virtualNetworks", "hub")
    assert (
        the(connection, {"remoteVirtualNetwork": remote}).properties.routing_configuration is None
    )
