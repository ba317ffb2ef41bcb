"""
What other scanners get wrong about the same resources, one test each.

Each was read in the source of the one its test names. A test holds the wrong case and, where
there is one, the right case beside it, so that neither silence nor noise passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cli.command_line import forget_settings, run

from scanner.resources import parse
from scanner.rules import called, estates, home, judge, judgements, load_all
from scanner.rules.nodes import Reference
from scanner.snapshot import save
from scanner.topology import Topology

RULES = {rule.id: rule for rule in load_all()}
ACCOUNT = "aoai-prod"

Estate = Mapping[str, Any]


def estate(name: str, patch: Any = None) -> Estate:
    changed: Estate = estates.merge_patch(
        estates.load(home() / f"estates/{name}.yaml"), patch or {}
    )
    return changed


def drawn(of: Estate, *unread: str) -> Topology:
    return Topology(parse(estates.snapshot(of, unread)))


def says(rule: str, of: Estate, *unread: str) -> Mapping[str, str]:
    """Return what a rule says, by subject."""
    return {called(s): str(j.verdict) for s, j in judgements(drawn(of, *unread), RULES[rule])}


def reported(of: Estate) -> set[str]:
    """Return the rules that report something of an estate."""
    findings, _ = judge(drawn(of), RULES.values())
    return {finding.rule for finding in findings}


def account(**properties: Any) -> Mapping[str, Any]:
    return {ACCOUNT: {"properties": properties}}


def connection(name: str, status: str) -> Mapping[str, Any]:
    """Return a private endpoint connection as its account lists it."""
    return {
        "name": name,
        "id": Reference(f"{ACCOUNT}#privateEndpointConnections/{name}"),
        "properties": {
            "privateEndpoint": {"id": Reference("pe-aoai-prod")},
            "privateLinkServiceConnectionState": {"status": status},
        },
    }


def asked(status: str, of: str = ACCOUNT) -> Mapping[str, Any]:
    """Return the same connection as its endpoint tells it."""
    return {
        "name": of,
        "properties": {
            "privateLinkServiceId": Reference(of),
            "groupIds": ["account"],
            "privateLinkServiceConnectionState": {"status": status},
        },
    }


def connected(status: str) -> Mapping[str, Any]:
    """Return the patch that puts the one connection of single-vnet into a state, on both sides."""
    return {
        **account(privateEndpointConnections=[connection("pe-aoai-prod", status)]),
        "pe-aoai-prod": {"properties": {"privateLinkServiceConnections": [asked(status)]}},
    }


WITHOUT_ENDPOINT = {
    "pe-aoai-prod": None,
    "pe-aoai-prod-nic": None,
    "pe-aoai-prod/default": None,
    **account(privateEndpointConnections=[]),
}

# --- the account's own settings


@pytest.mark.parametrize("acls", [None, {"defaultAction": None}, {"defaultAction": "Allow"}])
def test_an_absent_public_network_access_passes(acls: Any) -> None:
    """steampipe, CloudSploit and review-checklists: `= 'Enabled'` is false of null."""
    patch = account(publicNetworkAccess=None, networkAcls=acls)
    assert says("AOAI101", estate("single-vnet", patch)) == {ACCOUNT: "fail"}
    assert says("AOAI102", estate("single-vnet", patch)) == {ACCOUNT: "fail"}
    assert says("AOAI101", estate("single-vnet")) == {ACCOUNT: "pass"}


def test_absent_network_rules_pass_as_a_default_of_deny() -> None:
    """steampipe: `networkAcls.defaultAction <> 'Deny'` is null, so not an alarm, without acls."""
    rules = {"defaultAction": None, "ipRules": [{"value": "203.0.113.7"}]}
    public = account(publicNetworkAccess="Enabled", networkAcls=rules)
    assert says("AOAI103", estate("single-vnet", public)) == {ACCOUNT: "fail"}


def test_a_disabled_account_fails_for_its_network_rules() -> None:
    """steampipe: the default action is asked although public access is off."""
    patch = account(networkAcls={"defaultAction": "Allow"})
    assert says("AOAI101", estate("single-vnet", patch)) == {ACCOUNT: "pass"}
    assert says("AOAI103", estate("single-vnet", patch)) == {ACCOUNT: "notApplicable"}


@pytest.mark.parametrize(
    "prefixes", [["0.0.0.0/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["0.0.0.0/2", "64.0.0.0/2"]]
)
def test_deny_with_a_rule_for_everybody_passes(prefixes: list[str]) -> None:
    """PSRule and Azure Policy: Deny is enough, whomever the network rules admit."""
    rules = {"defaultAction": "Deny", "ipRules": [{"value": prefix} for prefix in prefixes]}
    patch = account(publicNetworkAccess="Enabled", networkAcls=rules)
    assert says("AOAI101", estate("single-vnet", patch)) == {ACCOUNT: "fail"}
    few = {"networkAcls": {"ipRules": [{"value": "203.0.113.0/28"}]}}
    narrow = estates.merge_patch(patch, account(**few))
    assert says("AOAI101", estate("single-vnet", narrow)) == {ACCOUNT: "pass"}


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("172.15.255.4", "pass"),
        ("172.16.0.4", "fail"),
        ("172.16.16.4", "fail"),
        ("172.31.255.4", "fail"),
        ("172.32.0.4", "pass"),
    ],
)
def test_a_20_stands_where_azure_has_a_12(value: str, verdict: str) -> None:
    """Batfish: private addresses from 172.16.0.0 are taken for a /20."""
    rules = {"defaultAction": "Deny", "ipRules": [{"value": value}]}
    patch = account(publicNetworkAccess="Enabled", networkAcls=rules)
    assert says("AOAI105", estate("single-vnet", patch)) == {ACCOUNT: verdict}


@pytest.mark.parametrize(
    ("name", "subject"), [("single-vnet", ACCOUNT), ("aiservices-three-zones", "aif-prod")]
)
def test_identity_is_checked_for_one_kind_only(name: str, subject: str) -> None:
    """PSRule: `where kind in [TextAnalytics]`, so models are never looked at."""
    without = estate(name, {subject: {"identity": None}})
    assert says("AOAI117", without) == {subject: "fail"}
    assert says("AOAI117", estate(name)) == {subject: "pass"}


def test_an_identity_of_type_none_is_an_identity() -> None:
    """review-checklists: `isnotnull(identity)`; checkov: any value of the first type."""
    patch = {ACCOUNT: {"identity": {"type": "None"}}}
    assert says("AOAI117", estate("single-vnet", patch)) == {ACCOUNT: "fail"}


def test_outbound_is_checked_for_one_kind_only() -> None:
    """checkov: an account that is not of kind OpenAI passes."""
    patch = {"aif-prod": {"properties": {"restrictOutboundNetworkAccess": False}}}
    assert says("AOAI110", estate("aiservices-three-zones", patch)) == {"aif-prod": "fail"}


def test_a_customer_managed_key_in_the_account_itself_fails() -> None:
    """checkov: only a key that is a resource of its own is seen."""
    assert says("AOAI118", estate("single-vnet")) == {ACCOUNT: "pass"}


def test_the_reason_says_the_opposite_of_the_verdict() -> None:
    """steampipe: "local authentication enabled" is what an account is told that passes."""
    findings, _ = judge(
        drawn(estate("single-vnet", account(disableLocalAuth=False))), RULES.values()
    )
    (said,) = (finding.message for finding in findings if finding.rule == "AOAI106")
    assert said == "aoai-prod accepts account keys: disableLocalAuth is false."


# --- private endpoints


@pytest.mark.parametrize(("status", "rule"), [("Pending", "AOAI302"), ("Rejected", "AOAI303")])
def test_a_pending_or_rejected_endpoint_counts_as_present(status: str, rule: str) -> None:
    """azqr: a connection in any state is a private endpoint; review-checklists: the same."""
    waiting = estate("single-vnet", connected(status))
    assert says(rule, waiting) == {"pe-aoai-prod": "fail"}
    assert says("AOAI301", waiting) == {ACCOUNT: "notApplicable"}, "told once, and with its name"
    theirs = {
        **connection("pe-other", status),
        "properties": {
            "privateEndpoint": {
                "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups"
                "/rg/providers/Microsoft.Network/privateEndpoints/pe-other"
            },
            "privateLinkServiceConnectionState": {"status": status},
        },
    }
    alone = {**WITHOUT_ENDPOINT, **account(privateEndpointConnections=[theirs])}
    assert says("AOAI301", estate("single-vnet", alone)) == {ACCOUNT: "fail"}
    assert says("AOAI301", estate("single-vnet")) == {ACCOUNT: "pass"}


def test_a_rule_for_private_endpoints_never_looks_for_one() -> None:
    """PSRule: public access that is Disabled is a private endpoint. A sealed account passes."""
    assert says("AOAI301", estate("single-vnet", WITHOUT_ENDPOINT)) == {ACCOUNT: "fail"}


def test_selected_networks_beside_a_private_endpoint_fail() -> None:
    """PSRule: the same rule the other way round. The endpoint is there, and is not seen."""
    rules = {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.7"}]}
    patch = account(publicNetworkAccess="Enabled", networkAcls=rules)
    assert reported(estate("single-vnet", patch)) == set()


def test_no_private_endpoint_at_all_is_only_information() -> None:
    """steampipe: an empty array is `info`, which no gate looks at."""
    findings, _ = judge(drawn(estate("single-vnet", WITHOUT_ENDPOINT)), RULES.values())
    assert {f.severity for f in findings if f.rule == "AOAI301"} == {"critical"}


def test_only_the_first_connection_of_an_account_is_looked_at() -> None:
    """APRL: `privateEndpointConnections[0]` decides."""
    both = [connection("pe-gone", "Rejected"), connection("pe-aoai-prod", "Approved")]
    for order in (both, both[::-1]):
        patch = account(privateEndpointConnections=order)
        assert says("AOAI301", estate("single-vnet", patch)) == {ACCOUNT: "pass"}


def test_a_connection_that_was_asked_for_by_hand_is_invisible() -> None:
    """Azure Policy: `manualPrivateLinkServiceConnections` is another array, which few read."""
    by_hand = {
        "privateLinkServiceConnections": [],
        "manualPrivateLinkServiceConnections": [asked("Pending")],
    }
    patch = {**connected("Pending"), "pe-aoai-prod": {"properties": by_hand}}
    assert says("AOAI302", estate("single-vnet", patch)) == {"pe-aoai-prod": "fail"}


def test_the_endpoint_of_one_account_counts_for_another() -> None:
    """checkov: some edge between some account and some endpoint is enough."""
    of = estate("single-vnet")
    other = {
        **of[ACCOUNT],
        "properties": {**of[ACCOUNT]["properties"], "privateEndpointConnections": []},
    }
    assert says("AOAI301", {**of, "aoai-other": other}) == {ACCOUNT: "pass", "aoai-other": "fail"}


def test_an_endpoint_in_the_zone_of_cognitive_services_is_enough_for_a_model() -> None:
    """Azure Policy c4bc6f10: one zone is deployed, for whatever kind of account."""
    wrong = "privatelink.cognitiveservices.azure.com"
    group = {"name": "default", "properties": {"privateDnsZoneId": Reference(wrong)}}
    patch = {
        "vm-jumpbox": None,
        "nic-jumpbox": None,
        wrong: {"type": "Microsoft.Network/privateDnsZones", "properties": {}},
        "privatelink.openai.azure.com/aoai-prod": None,
        "pe-aoai-prod/default": {"properties": {"privateDnsZoneConfigs": [group]}},
    }
    assert says("AOAI206", estate("single-vnet", patch)) == {"pe-aoai-prod": "fail"}
    assert says("AOAI206", estate("single-vnet")) == {"pe-aoai-prod": "pass"}


# --- networks


def peering(network: str, other: str, state: str, prefix: str) -> Mapping[str, Any]:
    child = {
        "name": f"to-{other}",
        "id": Reference(f"{network}#virtualNetworkPeerings/to-{other}"),
        "properties": {
            "peeringState": state,
            "allowVirtualNetworkAccess": True,
            "remoteVirtualNetwork": {"id": Reference(other)},
            "remoteAddressSpace": {"addressPrefixes": [prefix]},
        },
    }
    return {network: {"properties": {"virtualNetworkPeerings": [child]}}}


def test_a_peering_that_is_initiated_is_called_connected() -> None:
    """steampipe: an alarm only for `Disconnected`."""
    begun = {
        **peering("vnet-app", "vnet-hub", "Initiated", "10.0.0.0/16"),
        **peering("vnet-hub", "vnet-data", "Connected", "10.2.0.0/16"),
    }
    said = says("AOAI307", estate("hub-and-spoke", begun))
    assert said["vnet-app/to-vnet-hub"] == "fail"
    assert said["vnet-hub/to-vnet-data"] == "pass"


@pytest.mark.parametrize("name", ["hub-and-spoke", "hub-firewall", "private-resolver"])
def test_the_hub_is_found_by_its_name(name: str, tmp_path: Path) -> None:
    """review-checklists: a VNet is the hub when it is called so."""
    written = (home() / f"estates/{name}.yaml").read_text("utf-8")
    assert "vnet-hub" in written
    path = tmp_path / "renamed.yaml"
    path.write_text(written.replace("vnet-hub", "vnet-7"), "utf-8")
    assert reported(estates.load(path)) == set()
    assert reported(estates.load(home() / f"estates/{name}.yaml")) == set()


def test_a_bastion_is_demanded_in_every_subscription() -> None:
    """Prowler and steampipe: a Bastion in the hub's subscription does not count for the others."""
    elsewhere = {
        name: {**resource, "subscription": "hub" if "bastion" in name else "prod"}
        for name, resource in estate("single-vnet").items()
    }
    assert reported(elsewhere) == set()
    types = {resource["type"].lower() for resource in estate("hub-and-spoke").values()}
    assert "microsoft.network/bastionhosts" not in types
    assert reported(estate("hub-and-spoke")) == set()


def test_the_subnet_of_bastion_is_excused_from_security_groups() -> None:
    """Prowler: AzureBastionSubnet is left out, although Azure supports a group there."""
    patch: Estate = {"nsg-bastion": {"properties": {"securityRules": []}}}
    assert says("AOAI423", estate("single-vnet", patch))["vnet-ai/AzureBastionSubnet"] == "fail"


def test_a_firewall_counts_only_in_the_vnet_it_protects() -> None:
    """Azure Policy fc5e4038: the firewall is looked for in the spoke, so that every spoke fails."""
    assert reported(estate("hub-firewall")) == set()
    deaf = {"fwp-hub": {"properties": {"dnsSettings": {"enableProxy": False}}}}
    assert "AOAI217" in reported(estate("hub-firewall", deaf))


# --- security groups


def reachable_by(*rules: Mapping[str, Any]) -> Estate:
    """Return single-vnet with a public address on the jump box, and these inbound rules."""
    configuration = {
        "name": "ipconfig1",
        "id": Reference("nic-jumpbox#ipConfigurations/ipconfig1"),
        "properties": {
            "privateIPAddress": "10.10.2.4",
            "primary": True,
            "subnet": {"id": Reference("vnet-ai#subnets/snet-workload")},
            "publicIPAddress": {"id": Reference("pip-jumpbox")},
        },
    }
    kept = [
        {"name": str(number), "properties": {**INBOUND, "priority": 100 + number, **rule}}
        for number, rule in enumerate(rules)
    ]
    patch = {
        "pip-jumpbox": {
            "type": "Microsoft.Network/publicIPAddresses",
            "sku": {"name": "Standard"},
            "properties": {"ipAddress": "203.0.113.20"},
        },
        "nic-jumpbox": {"properties": {"ipConfigurations": [configuration]}},
        "nsg-workload": {"properties": {"securityRules": kept}},
    }
    return estate("single-vnet", patch)


INBOUND = {
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
}
EVERYBODY = {"sourceAddressPrefix": "*"}
SSH = {"destinationPortRange": "22"}


@pytest.mark.parametrize(
    "rule",
    [
        {**EVERYBODY, "destinationPortRanges": ["443", "20-30"]},
        {**EVERYBODY, "destinationPortRange": "*"},
        {**EVERYBODY, "destinationPortRange": "0-65535"},
        {**SSH, "sourceAddressPrefixes": ["203.0.113.7", "0.0.0.0/0"]},
        {**SSH, "sourceAddressPrefixes": ["0.0.0.0/1", "128.0.0.0/1"]},
        {
            **SSH,
            **EVERYBODY,
            "destinationAddressPrefix": "",
            "destinationAddressPrefixes": ["10.10.2.0/24"],
        },
    ],
)
def test_plural_ports_and_prefixes_are_ignored(rule: Mapping[str, Any]) -> None:
    """Prowler: the singular key alone is read, and compared with the number as text."""
    assert says("AOAI113", reachable_by(rule))["nic-jumpbox"] == "fail"


@pytest.mark.parametrize(("denial", "verdict"), [(0, "pass"), (1, "fail")])
def test_a_denial_that_comes_first_is_not_seen(denial: int, verdict: str) -> None:
    """Prowler, checkov, steampipe, Cartography: each rule by itself, whatever its priority."""
    rules = [{**SSH, **EVERYBODY}]
    rules.insert(denial, {**SSH, **EVERYBODY, "access": "Deny"})
    assert says("AOAI113", reachable_by(*rules))["nic-jumpbox"] == verdict


DENY_INTERNET = {
    "name": "deny-internet",
    "properties": {
        **INBOUND,
        **EVERYBODY,
        "direction": "Outbound",
        "access": "Deny",
        "priority": 100,
        "destinationAddressPrefix": "Internet",
        "destinationPortRange": "*",
    },
}


@pytest.mark.parametrize("addresses", ["100.70.", "172.31.", "192.168."])
def test_the_tags_stand_for_fixed_ranges(addresses: str, tmp_path: Path) -> None:
    """Batfish: VirtualNetwork is the private ranges, and Internet the rest, in every VNet."""
    text = (home() / "estates/single-vnet.yaml").read_text("utf-8")
    (tmp_path / "moved.yaml").write_text(text.replace("10.10.", addresses), "utf-8")
    patch = {"nsg-workload": {"properties": {"securityRules": [DENY_INTERNET]}}}
    of = estates.merge_patch(estates.load(tmp_path / "moved.yaml"), patch)
    assert set(says("AOAI401", of).values()) == {"pass"}


def test_a_security_group_on_private_endpoints_always_counts() -> None:
    """Nobody asks for privateEndpointNetworkPolicies, without which the group is not asked."""
    subnet = {
        "name": "snet-endpoints",
        "id": Reference("vnet-ai#subnets/snet-endpoints"),
        "properties": {
            "addressPrefix": "10.10.1.0/27",
            "networkSecurityGroup": {"id": Reference("nsg-endpoints")},
            "privateEndpointNetworkPolicies": "Disabled",
        },
    }
    patch = {"vnet-ai": {"properties": {"subnets": [subnet]}}}
    assert says("AOAI404", estate("single-vnet", patch)) == {"vnet-ai/snet-endpoints": "fail"}


# --- what could not be read


@pytest.mark.parametrize(
    ("rule", "unread"),
    [
        ("AOAI101", "microsoft.network/networksecurityperimeters/resourceassociations"),
        ("AOAI201", "microsoft.network/privatednszones/virtualnetworklinks"),
        ("AOAI203", "microsoft.network/privatednszones/a"),
        ("AOAI302", "microsoft.cognitiveservices/accounts"),
        ("AOAI401", "microsoft.network/networksecuritygroups"),
    ],
)
def test_what_could_not_be_read_counts_as_clean(rule: str, unread: str) -> None:
    """Prowler: the exception is logged, the list stays empty, and nothing is found."""
    patch = {ACCOUNT: {"properties": {"publicNetworkAccess": "Enabled", "networkAcls": None}}}
    of = estate("single-vnet", patch if rule == "AOAI101" else None)
    assert set(says(rule, of, unread).values()) == {"open"}


def test_one_type_that_is_denied_ends_the_scan_or_leaves_it_green(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """azqr: any failed query ends the scan; Prowler: it goes on, and exits with 0."""
    forget_settings(monkeypatch)
    links = "microsoft.network/privatednszones/virtualnetworklinks"
    public = estate("single-vnet", account(disableLocalAuth=False))
    save(estates.snapshot(public, (links,)), tmp_path / "denied.json")
    ran = run("--snapshot", str(tmp_path / "denied.json"), "-f", "json")
    assert ran.code == 3
    assert ran.document["complete"] is False
    assert {gap["type"] for gap in ran.document["gaps"]} == {links}
    verdicts = {finding["rule"]: finding["verdict"] for finding in ran.document["findings"]}
    assert (verdicts["AOAI106"], verdicts["AOAI201"]) == ("fail", "open")
