"""Rules of Azure Firewalls that translate the Internet to a machine."""

from typing import Any

import pytest
from drawing import NICS, Estate, drawn, the, to, verdict, vnet

from scanner.analysis.checks.internet import reached
from scanner.findings import Judgement

NSGS = "microsoft.network/networksecuritygroups"
FIREWALLS = "microsoft.network/azurefirewalls"
POLICIES = "microsoft.network/firewallpolicies"
GROUPS = f"{POLICIES}/rulecollectiongroups"
FAR = "/subscriptions/far/resourceGroups/g/providers/Microsoft.Network/"
NAT = "FirewallPolicyNatRuleCollection"


def machine(source: str = "VirtualNetwork", *, denied: bool = False) -> Estate:
    """Draw an interface without a public address; its group lets one source in."""
    common = {
        "direction": "Inbound",
        "protocol": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "*",
    }
    rules = [
        {**common, "priority": 100, "access": "Allow", "sourceAddressPrefix": source},
        {**common, "priority": 200, "access": "Deny", "sourceAddressPrefix": "*"},
    ]
    listed = [{"properties": rule} for rule in (rules[1:] if denied else rules)]
    main = {"subnet": to("vnet#subnets/subnet"), "privateIPAddress": "10.0.0.4"}
    nic = {"ipConfigurations": [{"properties": main}], "networkSecurityGroup": to("nsg")}
    return {
        "nic": {"type": NICS, "properties": nic},
        "nsg": {"type": NSGS, "properties": {"securityRules": listed}},
        **vnet("vnet"),
        **vnet("hub"),
    }


def rule(**said: Any) -> dict[str, Any]:
    base = {
        "name": "rdp",
        "ruleType": "NatRule",
        "ipProtocols": ["TCP"],
        "sourceAddresses": ["*"],
        "destinationAddresses": ["203.0.113.9"],
        "destinationPorts": ["50022"],
        "translatedAddress": "10.0.0.4",
        "translatedPort": "22",
    }
    return {**base, **said}


def firewall(*rules: dict[str, Any], kind: str = NAT, **more: Any) -> Estate:
    """Draw a firewall in the hub (its subnet is 10.0.0.0/24) with a policy of one group."""
    placed = [{"properties": {"subnet": to("hub#subnets/subnet")}}]
    collection = {"ruleCollectionType": kind, "name": "dnat", "rules": list(rules)}
    return {
        "fw": {
            "type": FIREWALLS,
            "properties": {"ipConfigurations": placed, "firewallPolicy": to("fwp"), **more},
        },
        "fwp": {"type": POLICIES, "properties": {"ruleCollectionGroups": [to("fwp/rcg")]}},
        "fwp/rcg": {"type": GROUPS, "properties": {"ruleCollections": [collection]}},
    }


def asked(*estates: Estate, gaps: Any = ()) -> Judgement:
    topology = drawn(*estates, gaps=gaps)
    return reached(topology, the(topology, "nic"), 22)


def said(*estates: Estate, gaps: Any = ()) -> str:
    return verdict(asked(*estates, gaps=gaps))


def test_a_rule_that_translates_the_internet_to_the_machine_is_open_and_named() -> None:
    judged = asked(machine(), firewall(rule()))
    assert verdict(judged) == "open"
    assert "the rule rdp of fwp/rcg translates callers from the Internet to 10.0.0.4:22" in (
        judged.unread
    )
    assert [e.resource.path for e in judged.because] == ["nic", "fwp/rcg", "nsg"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"translatedAddress": "10.0.0.5"}, "fail"),
        ({"translatedAddress": None, "translatedFqdn": "vm.corp"}, "open"),
        ({"translatedPort": "443"}, "fail"),
        ({"translatedPort": 22}, "open"),
        ({"translatedPort": None}, "open"),
        ({"translatedPort": "9" * 5000}, "open"),
        ({"ipProtocols": ["UDP"]}, "fail"),
        ({"ipProtocols": ["UDP", "TCP"]}, "open"),
        ({"ipProtocols": ["Any"]}, "open"),
        ({"sourceAddresses": ["198.51.100.7"]}, "fail"),
        ({"sourceAddresses": ["20.0.0.0/16"]}, "fail"),
        ({"sourceAddresses": ["20.0.0.0/15"]}, "open"),
        ({"sourceAddresses": ["0.0.0.0/1", "128.0.0.0/1"]}, "open"),
        ({"sourceAddresses": ["1.0.0.0-200.0.0.0"]}, "open"),
        ({"sourceAddresses": ["Internet"]}, "open"),
        ({"sourceAddresses": [], "sourceIpGroups": ["/ip"]}, "open"),
        ({"sourceAddresses": None}, "open"),
        ({"destinationAddresses": ["10.0.0.200"]}, "fail"),
        ({"destinationAddresses": ["*"]}, "open"),
    ],
)
def test_what_a_rule_translates(changed: dict[str, Any], expected: str) -> None:
    assert said(machine(), firewall(rule(**changed))) == expected


@pytest.mark.parametrize(
    ("held", "expected"),
    [(["198.51.100.7"], "fail"), (["20.0.0.0/15"], "open"), (["1.0.0.0-200.0.0.0"], "open")],
)
def test_an_ip_group_of_callers_is_what_it_holds(held: list[str], expected: str) -> None:
    group: Estate = {
        "ipg": {"type": "microsoft.network/ipgroups", "properties": {"ipAddresses": held}}
    }
    named = rule(sourceAddresses=[], sourceIpGroups=[to("ipg")["id"]])
    assert said(machine(), firewall(named), group) == expected


def test_the_groups_of_the_machine_must_let_the_firewall_in() -> None:
    assert said(machine(denied=True), firewall(rule())) == "fail"
    assert said(machine("10.0.0.0/24"), firewall(rule())) == "open"
    assert said(machine("10.9.0.0/24"), firewall(rule())) == "fail"
    assert said(machine("Internet"), firewall(rule())) == "fail"


def test_rules_that_filter_translate_nothing() -> None:
    filtering = {"ruleType": "ApplicationRule", "protocols": [{"protocolType": "Https"}]}
    said_so = firewall(filtering, rule(), kind="FirewallPolicyFilterRuleCollection")
    assert said(machine(), said_so) == "fail"


def test_a_firewall_without_a_policy_has_rules_of_its_own() -> None:
    classic = {k: v for k, v in rule(protocols=["TCP"]).items() if k != "ipProtocols"}
    own = firewall(natRuleCollections=[{"properties": {"rules": [classic]}}])
    judged = asked(machine(), own)
    assert verdict(judged) == "open"
    assert "of fw translates" in judged.unread
    assert said(machine(), firewall(natRuleCollections=[{"properties": {"rules": 7}}])) == "open"


def test_a_policy_does_not_inherit_rules_that_translate() -> None:
    base = firewall(rule())
    estate: Estate = {
        "fw": base["fw"] | {"properties": {**base["fw"]["properties"], "firewallPolicy": to("p")}},
        "p": {"type": POLICIES, "properties": {"basePolicy": to("fwp")}},
        "fwp": base["fwp"],
        "fwp/rcg": base["fwp/rcg"],
    }
    assert said(machine(), estate) == "fail"


def test_a_policy_that_no_firewall_obeys_translates_nothing() -> None:
    estate = firewall(rule())
    del estate["fw"]
    assert said(machine(), estate) == "fail"


def without(estate: Estate, *names: str) -> Estate:
    return {name: item for name, item in estate.items() if name not in names}


def test_rules_that_were_not_read_may_translate() -> None:
    nothing = firewall()
    assert said(machine(), nothing) == "fail"
    assert said(machine(), nothing, gaps=[GROUPS]) == "open"
    assert said(machine(), nothing, gaps=[FIREWALLS]) == "open"
    far = firewall(firewallPolicy=to(f"{FAR}firewallPolicies/far"))
    assert said(machine(), without(far, "fwp", "fwp/rcg")) == "open"
    lost = {**nothing, "fwp": {"type": POLICIES, "properties": {}}}
    lost["fwp"]["properties"]["ruleCollectionGroups"] = [to(f"{FAR}firewallPolicies/f/r/x")]
    assert said(machine(), lost) == "open"
    broken = {**nothing, "fwp/rcg": {"type": GROUPS, "properties": {"ruleCollections": 7}}}
    assert said(machine(), broken) == "open"


def test_rules_that_were_not_read_do_not_open_a_machine_that_lets_nobody_in() -> None:
    shut = machine(denied=True)
    assert said(shut, firewall(), gaps=[GROUPS, FIREWALLS]) == "fail"


def test_a_firewall_in_a_hub_may_show_any_address() -> None:
    in_hub = firewall(rule(), ipConfigurations=None, virtualHub=to(f"{FAR}virtualHubs/hub"))
    assert said(machine("10.9.0.0/24"), in_hub) == "open"
    assert said(machine(denied=True), in_hub) == "fail"
