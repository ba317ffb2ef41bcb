"""Slips of the pen, half-closed groups, settings that nearly work: where structure is decided."""

from typing import Any

import pytest
from drawing import OPENAI, Estate, account, drawn, endpoint, the, to, verdict, vnet, zone

from scanner.analysis.checks import accounts_of, bastion_rules, sign_in, zone_groups, zone_names
from scanner.findings import Judgement
from scanner.rules.nodes import Reference
from scanner.snapshot import Subscription

AOAI = account(by=["pe"])
PE = endpoint("hub", "10.0.0.4")
GOOD = zone("hub", aoai="10.0.0.4")
GROUPS = "microsoft.network/privateendpoints/privatednszonegroups"
FAR_ZONE = (
    "/subscriptions/far/resourceGroups/far/providers/Microsoft.Network/privateDnsZones/" + OPENAI
)


def group(*zones: str) -> Estate:
    named = [{"properties": {"privateDnsZoneId": to(zone)["id"]}} for zone in zones]
    return {"pe/default": {"type": GROUPS, "properties": {"privateDnsZoneConfigs": named}}}


def kept(*estates: Estate) -> Judgement:
    topology = drawn(vnet("hub"), AOAI, PE, GOOD, *estates)
    return zone_groups.kept(topology, the(topology, "pe"))


def test_a_zone_group_that_names_the_zone_keeps_its_record() -> None:
    assert verdict(kept(group(OPENAI))) == "pass"


def test_where_there_is_no_group_one_is_to_be_made() -> None:
    said = kept()
    assert verdict(said) == "fail"
    assert [case.get("newGroup") for case in said.cases] == ["default"]


def test_a_group_that_names_another_zone_of_the_name_cannot_take_this_one_too() -> None:
    said = kept(group(FAR_ZONE))
    assert verdict(said) == "fail"
    assert [(case.get("group"), case.get("newGroup")) for case in said.cases] == [(None, None)]


def test_an_account_does_not_exist_only_where_its_subscription_was_read() -> None:
    topology = drawn(vnet("hub"), endpoint("hub", account="/subscriptions/far" + GONE))
    assert verdict(accounts_of.existing(topology, the(topology, "pe"))) == "open"
    read = (Subscription(id="FAR", name="far"),)
    topology = drawn(
        vnet("hub"), endpoint("hub", account="/subscriptions/far" + GONE), subscriptions=read
    )
    assert verdict(accounts_of.existing(topology, the(topology, "pe"))) == "fail"


GONE = "/resourceGroups/far/providers/Microsoft.CognitiveServices/accounts/gone"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (OPENAI, "pass"),
        (OPENAI.upper(), "pass"),
        ("privatelink.opneai.azure.com", "fail"),
        ("privatlink.openai.azure.com", "fail"),
        ("privatelink.openai.com", "fail"),
        ("privatelink.services.azure.com", "fail"),
        ("privatelink.azure-openai.azure.com", "fail"),
        ("privatelink.azureopenai.com", "fail"),
        ("privatelink.azurewebsites.net", "notApplicable"),
        ("privatelink.azure.com", "notApplicable"),
        ("privatelink.purview.azure.com", "notApplicable"),
        ("privatelink.batch.azure.com", "notApplicable"),
        ("openai.azure.com", "notApplicable"),
        ("privatelink.openai.azure.cn", "notApplicable"),
    ],
)
def test_a_zone_is_misspelt_if_few_letters_or_one_part_are_wrong(name: str, expected: str) -> None:
    topology = drawn(zone(name=name))
    assert verdict(zone_names.spelled(topology, the(topology, name))) == expected


def test_no_zone_is_misspelt_in_a_cloud_without_a_list() -> None:
    topology = drawn(zone(name="privatelink.opneai.azure.com"), cloud="https://management.local")
    said = zone_names.spelled(topology, the(topology, "privatelink.opneai.azure.com"))
    assert verdict(said) == "notApplicable"


def gateway(**clients: Any) -> Estate:
    told = {
        "vpnClientAddressPool": {"addressPrefixes": ["172.30.0.0/24"]},
        "vpnClientProtocols": ["OpenVPN", "IkeV2"],
        "vpnAuthenticationTypes": ["AAD", "Certificate"],
        "aadTenant": "https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/",
        "aadAudience": "c632b3df-fb67-4d84-bdcf-b95ad541b5c8",
        "aadIssuer": "https://sts.windows.net/11111111-2222-4333-8444-555555555555/",
        **clients,
    }
    properties = {"vpnType": "RouteBased", "vpnClientConfiguration": told}
    return {"vgw": {"type": "microsoft.network/virtualnetworkgateways", "properties": properties}}


@pytest.mark.parametrize(
    ("clients", "expected"),
    [
        ({}, "pass"),
        ({"vpnClientProtocols": ["IkeV2", "SSTP"]}, "fail"),
        ({"aadIssuer": "https://sts.windows.net/11111111-2222-4333-8444-555555555555"}, "fail"),
        ({"aadTenant": None}, "open"),
        ({"aadAudience": None}, "open"),
        ({"vpnClientAddressPool": None}, "notApplicable"),
        ({"vpnAuthenticationTypes": []}, "notApplicable"),
    ],
)
def test_people_sign_in_only_if_all_settings_fit(clients: dict[str, Any], expected: str) -> None:
    topology = drawn(gateway(**clients))
    assert verdict(sign_in.possible(topology, the(topology, "vgw"))) == expected


def rule(priority: int, way: str, access: str, far: str, port: str) -> dict[str, Any]:
    ends = {"sourceAddressPrefix": far, "destinationAddressPrefix": "*"}
    if way == "Outbound":
        ends = {"sourceAddressPrefix": "*", "destinationAddressPrefix": far}
    said = {"priority": priority, "direction": way, "access": access, "protocol": "*"}
    return {"properties": {**said, **ends, "sourcePortRange": "*", "destinationPortRange": port}}


def bastion(*rules: dict[str, Any]) -> Judgement:
    network = vnet("hub")
    subnet = network["hub"]["properties"]["subnets"][0]
    subnet["id"] = Reference("hub#subnets/AzureBastionSubnet")
    subnet["properties"]["networkSecurityGroup"] = to("nsg")
    properties = {"securityRules": list(rules)}
    nsg = {"nsg": {"type": "microsoft.network/networksecuritygroups", "properties": properties}}
    topology = drawn(network, nsg)
    return bastion_rules.complete(topology, the(topology, "hub/AzureBastionSubnet"))


STEERED = rule(110, "Inbound", "Allow", "GatewayManager", "443")


def test_the_default_rules_leave_out_only_who_calls_and_who_steers() -> None:
    said = bastion()
    assert verdict(said) == "fail"
    missing = "inbound 443 from Internet; inbound 443 from GatewayManager"
    assert [case["missing"] for case in said.cases] == [missing]


def test_a_rule_against_some_of_the_internet_takes_bastion_nothing() -> None:
    denied = rule(100, "Inbound", "Deny", "198.51.100.0/24", "443")
    opened = rule(120, "Inbound", "Allow", "Internet", "443")
    assert verdict(bastion(STEERED, opened)) == "pass"
    assert bastion(STEERED, denied, opened).cases == ()


def test_a_region_of_a_tag_may_be_enough_or_not() -> None:
    opened = rule(120, "Inbound", "Allow", "Internet", "443")
    cloud = rule(100, "Outbound", "Allow", "AzureCloud.WestEurope", "443")
    closed = rule(4000, "Outbound", "Deny", "Internet", "443")
    assert verdict(bastion(STEERED, opened, cloud, closed)) == "open"
