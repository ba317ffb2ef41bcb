"""What Azure Firewalls let through to an endpoint, by policy and classic."""

from typing import Any

import pytest
from drawing import Estate, to
from drawing_filters import (
    ADDRESS,
    CALLER,
    FIREWALLS,
    FOREIGN,
    GROUPS,
    HOST,
    MANAGERS,
    POLICIES,
    Drawing,
    arriving,
    asked,
    held_back,
    nsg,
    outcome,
)

from scanner.analysis.causes import Cause

SUBNET = {"AzureFirewallSubnet": {"addressPrefix": "10.0.0.0/26"}}
GUARDED = {"networkSecurityGroup": to("nsg"), "privateEndpointNetworkPolicies": "Enabled"}


def firewall(policy: str = "fwp", **more: Any) -> Estate:
    placed = {"privateIPAddress": "10.0.0.4", "subnet": to("hub#subnets/AzureFirewallSubnet")}
    ruled = {"firewallPolicy": to(policy)} if policy else {}
    properties = {"ipConfigurations": [{"properties": placed}], **ruled, **more}
    return {"fw": {"type": FIREWALLS, "properties": properties}}


def policy(*groups: dict[str, Any], name: str = "fwp", **more: Any) -> Estate:
    drawn: Estate = {name: {"type": POLICIES, "properties": more}}
    for index, group in enumerate(groups):
        drawn[f"{name}/g{index}"] = {"type": GROUPS, "properties": group}
    return drawn


def group(*collections: dict[str, Any], priority: int = 200) -> dict[str, Any]:
    return {"priority": priority, "ruleCollections": list(collections)}


def collection(
    *rules: dict[str, Any], access: str = "Allow", priority: int = 100
) -> dict[str, Any]:
    kind = "FirewallPolicyFilterRuleCollection"
    said = {"name": "c", "ruleCollectionType": kind, "priority": priority}
    return {**said, "action": {"type": access}, "rules": list(rules)}


def by_network(name: str = "net", **more: Any) -> dict[str, Any]:
    base = {
        "ruleType": "NetworkRule",
        "ipProtocols": ["TCP"],
        "sourceAddresses": ["10.1.1.0/24"],
        "destinationAddresses": [ADDRESS],
        "destinationPorts": ["443"],
    }
    return {"name": name, **base, **more}


def by_application(*targets: str, **more: Any) -> dict[str, Any]:
    base = {
        "ruleType": "ApplicationRule",
        "protocols": [{"protocolType": "Https", "port": 443}],
        "sourceAddresses": ["*"],
        "targetFqdns": list(targets or (HOST,)),
    }
    return {"name": "app", **base, **more}


def inspected(*groups: dict[str, Any], **more: Any) -> str:
    """Return what a firewall with one policy of some groups does."""
    fwp = policy(*groups, **more.pop("settings", {}))
    drawing = more.pop("drawing", Drawing(hub_subnets=SUBNET))
    return outcome(drawing, firewall(), fwp, *more.pop("also", ()), through=["fw"], **more)


def ruled(rule: dict[str, Any], **more: Any) -> str:
    return inspected(group(collection(rule)), **more)


def test_t07_a_network_rule_lets_through() -> None:
    assert ruled(by_network()) == "allow"


def test_fw_11_what_no_rule_allows_is_denied_and_blamed_on_the_policy() -> None:
    found = asked(Drawing(hub_subnets=SUBNET), firewall(), policy(), through=["fw"])
    assert found.broken is not None
    assert found.broken.cause is Cause.FIREWALL_DENIED
    assert found.broken.blame.path == "fwp"
    assert found.broken.case["firewallName"] == "fw"
    assert found.denied == held_back(CALLER)
    assert found.steps[-1].said == "fw denies what no rule of fwp allows"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"ipProtocols": ["UDP"]}, "deny"),
        ({"ipProtocols": ["Any"]}, "allow"),
        ({"ipProtocols": []}, "unknown"),
        ({"destinationPorts": ["80", "400-500"]}, "allow"),
        ({"destinationPorts": ["*"]}, "allow"),
        ({"destinationPorts": ["80"]}, "deny"),
        ({"destinationPorts": []}, "unknown"),
        ({"sourceAddresses": ["*"]}, "allow"),
        ({"sourceAddresses": ["10.1.1.1-10.1.1.9"]}, "allow"),
        ({"sourceAddresses": ["10.1.1.5-10.1.1.9"]}, "deny"),
        ({"sourceAddresses": ["10.9.0.0/16"]}, "deny"),
        ({"sourceAddresses": ["VirtualNetwork"]}, "unknown"),
        ({"sourceAddresses": [], "sourceIpGroups": ["/ip"]}, "unknown"),
        ({"sourceAddresses": [], "sourceGeoLocations": ["SE"]}, "unknown"),
        ({"destinationAddresses": ["10.0.0.0/8"]}, "allow"),
        ({"destinationAddresses": ["10.0.9.0/24"]}, "deny"),
        ({"destinationAddresses": ["AzureCloud"]}, "deny"),
        ({"destinationAddresses": ["AzureCloud", ADDRESS]}, "allow"),
        ({"destinationAddresses": [], "destinationIpGroups": ["/ip"]}, "unknown"),
    ],
)
def test_a_network_rule_matches_by_all_its_parts(changed: Any, expected: str) -> None:
    assert ruled(by_network(**changed)) == expected


def holding(*addresses: str, **more: Any) -> Estate:
    properties = {"provisioningState": "Succeeded", "ipAddresses": list(addresses)} | more
    return {"ipg": {"type": "microsoft.network/ipgroups", "properties": properties}}


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (holding("10.1.1.0/24"), "allow"),
        (holding("10.9.0.1", "10.1.1.0-10.1.1.31"), "allow"),
        (holding("10.1.1.5-10.1.1.9"), "deny"),
        (holding("10.1.1.0/24", provisioningState="Updating"), "unknown"),
        (holding("10.1.1.0/24", provisioningState="Failed"), "unknown"),
        (holding(), "unknown"),
    ],
)
def test_an_ip_group_is_what_it_holds(held: Estate, expected: str) -> None:
    rule = by_network(sourceAddresses=[], sourceIpGroups=[to("ipg")["id"]])
    assert ruled(rule, also=[held]) == expected
    mixed = by_network(sourceAddresses=["10.1.1.0/24"], sourceIpGroups=[to("ipg")["id"]])
    assert ruled(mixed, also=[held]) == "allow"


def test_an_ip_group_may_hold_the_endpoint() -> None:
    rule = by_network(destinationAddresses=[], destinationIpGroups=[to("ipg")["id"]])
    assert ruled(rule, also=[holding("10.0.0.0/8")]) == "allow"
    assert ruled(rule, also=[holding("10.9.0.0/16")]) == "deny"


@pytest.mark.parametrize("end", ["sourceAddresses", "destinationAddresses", "targetFqdns"])
def test_a_denial_that_names_nobody_at_one_end_is_not_taken_for_none(end: str) -> None:
    rule = by_application() if end == "targetFqdns" else by_network()
    allowing = collection(rule, priority=200)
    assert inspected(group(allowing), resolves=True) == "allow"
    odd = collection({**rule, end: []}, access="Deny")
    assert inspected(group(odd, allowing), resolves=True) == "unknown"


PROXY: Any = {"dnsSettings": {"enableProxy": True}}


def test_a_network_rule_knows_names_by_the_firewalls_own_dns() -> None:
    named = by_network(destinationAddresses=[], destinationFqdns=[HOST.upper()])
    assert ruled(named) == "unknown"
    assert ruled(named, resolves=True) == "unknown"
    assert ruled(named, resolves=True, settings=PROXY) == "allow"
    assert ruled(named, resolves=False) == "deny"
    # Any other name may be an alias.
    alias = by_network(destinationAddresses=[], destinationFqdns=["ai.contoso.com"])
    assert ruled(alias, resolves=False) == "unknown"


def test_fw_12_an_application_rule_makes_the_firewall_ask_for_the_name() -> None:
    assert ruled(by_application()) == "unknown"
    assert ruled(by_application(), resolves=True) == "allow"
    found = asked(
        Drawing(hub_subnets=SUBNET),
        firewall(),
        policy(group(collection(by_application()))),
        through=["fw"],
        resolves=False,
    )
    assert found.broken is not None
    assert found.broken.cause is Cause.FIREWALL_RESOLVES_PUBLIC
    assert found.broken.blame.path == "fw"
    assert found.steps[-1].said == f"fw itself asks for {HOST} and gets a public address"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (HOST.upper(), "allow"),
        ("*", "allow"),
        ("*.openai.azure.com", "allow"),
        ("*openai.azure.com", "allow"),
        ("*.azure.com", "allow"),
        ("other.openai.azure.com", "deny"),
        ("*.cognitiveservices.azure.com", "deny"),
        ("aoai.privatelink.openai.azure.com", "deny"),
        ("openai.azure.com", "deny"),
        ("aoai.*.azure.com", "unknown"),
    ],
)
def test_an_application_rule_names_hosts_exactly_or_by_a_leading_asterisk(
    target: str, expected: str
) -> None:
    assert ruled(by_application(target), resolves=True) == expected


def test_without_a_hostname_only_a_rule_for_all_is_certain() -> None:
    assert ruled(by_application(), resolves=True, hostname="") == "unknown"
    assert ruled(by_application("*"), resolves=True, hostname="") == "allow"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"protocols": [{"protocolType": "Http", "port": 80}]}, "deny"),
        ({"protocols": [{"protocolType": "Https", "port": 8443}]}, "deny"),
        ({"protocols": [{"protocolType": "Mssql", "port": 443}]}, "unknown"),
        ({"protocols": []}, "unknown"),
        ({"targetFqdns": [], "fqdnTags": ["AzureBackup"]}, "unknown"),
        ({"targetFqdns": [], "webCategories": ["computersandtechnology"]}, "unknown"),
        ({"targetFqdns": [], "targetUrls": [f"{HOST}/openai"]}, "unknown"),
        ({"targetFqdns": []}, "unknown"),
        ({"destinationAddresses": ["10.0.0.0/8"]}, "unknown"),
        ({"sourceAddresses": ["10.9.0.0/16"]}, "deny"),
    ],
)
def test_an_application_rule_matches_by_all_its_parts(changed: Any, expected: str) -> None:
    assert ruled(by_application(**changed), resolves=True) == expected


DENIED = collection(by_network("no"), access="Deny", priority=200)
ALLOWED = collection(by_network(), priority=100)


def test_collections_and_groups_are_asked_by_priority() -> None:
    assert inspected(group(ALLOWED, DENIED)) == "allow"
    assert inspected(group(DENIED, {**ALLOWED, "priority": 300})) == "deny"
    assert inspected(group(DENIED, priority=300), group(ALLOWED, priority=400)) == "deny"
    assert inspected(group(ALLOWED, priority=400), group(DENIED, priority=300)) == "deny"


def test_where_nobody_says_which_comes_first_it_is_open() -> None:
    assert inspected(group(DENIED), group(ALLOWED)) == "unknown"
    assert inspected(group(DENIED, {**ALLOWED, "priority": 200})) == "unknown"
    assert inspected({**group(DENIED), "priority": None}, group(ALLOWED)) == "unknown"
    assert inspected(group(ALLOWED), group(ALLOWED)) == "allow"


def test_network_rules_come_before_application_rules() -> None:
    refused = collection(by_application(), access="Deny", priority=100)
    assert inspected(group(refused, {**ALLOWED, "priority": 900})) == "allow"
    named = collection(by_application(), priority=100)
    assert inspected(group(named, DENIED), resolves=True) == "deny"


def test_the_parents_rules_come_first() -> None:
    base = policy(group(DENIED, priority=900), name="base")
    own: Any = {"basePolicy": to("base")}
    assert inspected(group(ALLOWED, priority=100), settings=own, also=(base,)) == "deny"
    found = asked(
        Drawing(hub_subnets=SUBNET),
        firewall(),
        policy(group(ALLOWED), **own),
        base,
        through=["fw"],
    )
    assert found.broken is not None
    assert found.broken.blame.path == "base"
    assert found.broken.case["ruleName"] == "no"
    kind = policy(group(collection(by_application())), name="base")
    assert inspected(group(DENIED), settings=own, also=(kind,), resolves=True) == "deny"


def test_translations_of_destinations_do_not_count() -> None:
    nat = {
        "name": "dnat",
        "ruleCollectionType": "FirewallPolicyNatRuleCollection",
        "priority": 100,
        "action": {"type": "DNAT"},
        "rules": [{"ruleType": "NatRule", "name": "in"}],
    }
    assert inspected(group(nat, ALLOWED)) == "allow"
    assert inspected(group(nat)) == "deny"


def test_what_nobody_describes_leaves_it_open() -> None:
    assert ruled(by_network(ruleType="Future")) == "unknown"
    assert inspected(group({**ALLOWED, "action": None})) == "unknown"


def classic(*rules: dict[str, Any], access: str = "Allow", priority: int = 100) -> dict[str, Any]:
    said = {"priority": priority, "action": {"type": access}, "rules": list(rules)}
    return {"name": "c", "properties": said}


def classic_rule(**more: Any) -> dict[str, Any]:
    return by_network(ruleType=None, ipProtocols=None, protocols=["TCP"], **more)


def classically(**collections: Any) -> str:
    fw = firewall("", **collections)
    return outcome(Drawing(hub_subnets=SUBNET), fw, through=["fw"], resolves=True)


def test_classic_rules_stand_in_the_firewall_itself() -> None:
    allowed = classic(classic_rule())
    denied = classic(classic_rule(), access="Deny", priority=90)
    assert classically(networkRuleCollections=[allowed]) == "allow"
    assert classically(networkRuleCollections=[allowed, denied]) == "deny"
    assert classically() == "deny"
    named = classic(by_application(ruleType=None))
    assert classically(applicationRuleCollections=[named]) == "allow"
    assert (
        classically(applicationRuleCollections=[named], networkRuleCollections=[denied]) == "deny"
    )
    found = asked(Drawing(hub_subnets=SUBNET), firewall(""), through=["fw"])
    assert found.broken is not None
    assert found.broken.blame.path == "fw"


def test_with_a_policy_classic_rules_do_not_count() -> None:
    fw = firewall(networkRuleCollections=[classic(classic_rule())])
    assert outcome(Drawing(hub_subnets=SUBNET), fw, policy(), through=["fw"]) == "deny"


# --- what was not read ---------------------------------------------------------------------------


def test_an_unread_policy_or_group_leaves_it_open() -> None:
    far = f"{FOREIGN}firewallPolicies/far"
    drawing = Drawing(hub_subnets=SUBNET)
    assert outcome(drawing, firewall(far), through=["fw"]) == "unknown"
    assert outcome(drawing, firewall(), policy(), through=["fw"], gaps=(GROUPS,)) == "unknown"
    named: Any = {"ruleCollectionGroups": [{"id": f"{far}/ruleCollectionGroups/g"}]}
    found = asked(drawing, firewall(), policy(**named), through=["fw"])
    assert found.unread == "the rules of far/g were not read"
    unread: Any = {"basePolicy": to(far)}
    assert inspected(group(ALLOWED), settings=unread) == "unknown"
    assert inspected(group(), settings=unread) == "unknown"


def test_what_the_parent_decides_stays_decided_when_the_policy_was_not_read() -> None:
    base = policy(group(ALLOWED), name="base")
    own: Any = {"basePolicy": to("base"), "ruleCollectionGroups": [to(f"{FOREIGN}g")]}
    assert inspected(settings=own, also=(base,)) == "allow"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"threatIntelMode": "Deny"}, "unknown"),
        ({"threatIntelMode": "Alert", "intrusionDetection": {"mode": "Off"}}, "allow"),
        ({"intrusionDetection": {"mode": "Deny"}}, "unknown"),
        (
            {
                "intrusionDetection": {
                    "mode": "Alert",
                    "configuration": {"signatureOverrides": [{"mode": "Deny"}]},
                }
            },
            "unknown",
        ),
    ],
)
def test_threat_protection_that_denies_may_deny_what_a_rule_allows(
    settings: Any, expected: str
) -> None:
    assert inspected(group(ALLOWED), settings=settings) == expected
    assert inspected(group(DENIED), settings=settings) == "deny"
    base = policy(name="base", **settings)
    assert inspected(group(ALLOWED), settings={"basePolicy": to("base")}, also=(base,)) == expected


def test_threat_protection_of_a_classic_firewall_counts_without_a_policy() -> None:
    rules = {"networkRuleCollections": [classic(classic_rule())]}
    assert classically(**rules, threatIntelMode="Deny") == "unknown"
    assert classically(**rules, threatIntelMode="Alert") == "allow"
    ruled_by = (firewall(threatIntelMode="Deny"), policy(group(ALLOWED)))
    assert outcome(Drawing(hub_subnets=SUBNET), *ruled_by, through=["fw"]) == "allow"


def test_an_unread_firewall_leaves_it_open() -> None:
    assert outcome(through=[f"{FOREIGN}azureFirewalls/far"]) == "unknown"


def test_security_admin_rules_do_not_change_what_a_firewall_denies() -> None:
    manager: Estate = {"avnm": {"type": MANAGERS, "properties": {}}}
    assert inspected(also=(manager,)) == "deny"
    assert ruled(by_network(), also=(manager,)) == "unknown"


# --- from where a firewall calls on --------------------------------------------------------------


def guarded(source: str, *, rule: dict[str, Any], settings: Any = None, **more: Any) -> str:
    """Return what becomes of it when the endpoint's group lets in one prefix only."""
    only = nsg("nsg", arriving(100, "Allow", source), arriving(4096, "Deny"))
    drawing = Drawing(hub=GUARDED, hub_subnets=SUBNET)
    return ruled(rule, drawing=drawing, settings=settings or {}, also=(only,), **more)


FIREWALL, CALLERS = "10.0.0.0/26", "10.1.1.0/24"


def test_a_network_rule_keeps_the_callers_address_by_default() -> None:
    assert guarded(CALLERS, rule=by_network()) == "allow"
    assert guarded(FIREWALL, rule=by_network()) == "deny"


@pytest.mark.parametrize(
    ("ranges", "callers_pass", "firewall_passes"),
    [
        (["255.255.255.255/32"], "deny", "allow"),
        (["0.0.0.0/0"], "allow", "deny"),
        (["IANAPrivateRanges"], "allow", "deny"),
        (["10.1.0.0/16"], "deny", "allow"),
        ([], "unknown", "unknown"),
    ],
)
def test_unless_the_endpoint_is_outside_the_private_ranges(
    ranges: list[str], callers_pass: str, firewall_passes: str
) -> None:
    settings = {"snat": {"privateRanges": ranges}}
    assert guarded(CALLERS, rule=by_network(), settings=settings) == callers_pass
    assert guarded(FIREWALL, rule=by_network(), settings=settings) == firewall_passes


def test_learned_ranges_are_not_known() -> None:
    snat = {"privateRanges": ["10.9.0.0/16"], "autoLearnPrivateRanges": "Enabled"}
    assert guarded(CALLERS, rule=by_network(), settings={"snat": snat}) == "unknown"
    assert guarded("10.0.0.0/8", rule=by_network(), settings={"snat": snat}) == "allow"


def test_an_application_rule_never_keeps_it() -> None:
    assert guarded(FIREWALL, rule=by_application(), resolves=True) == "allow"
    assert guarded(CALLERS, rule=by_application(), resolves=True) == "deny"
    # Which of its addresses a firewall uses is not told.
    assert guarded("10.0.0.4", rule=by_application(), resolves=True) == "unknown"


def test_behind_one_firewall_another_may_see_either_address() -> None:
    learned: Any = {"snat": {"privateRanges": [], "autoLearnPrivateRanges": "Enabled"}}
    second = {"privateIPAddress": "10.0.0.5", "subnet": to("hub#subnets/AzureFirewallSubnet")}
    placed = {"ipConfigurations": [{"properties": second}], "firewallPolicy": to("fwp2")}
    fw2: Estate = {"fw2": {"type": FIREWALLS, "properties": placed}}
    from_first = collection(by_network(sourceAddresses=[FIREWALL]))
    named = collection(by_application(sourceAddresses=[CALLERS]), priority=200)
    for groups, resolves, expected in (
        ((group(from_first, named),), True, "allow"),
        # By its own address a caller gets through by name alone, wherever that leads.
        ((group(from_first, named),), None, "unknown"),
        ((group(from_first),), True, "unknown"),
        ((), True, "deny"),
    ):
        first = policy(group(ALLOWED), **learned)
        estates = (firewall(), first, fw2, policy(*groups, name="fwp2"))
        drawing = Drawing(hub_subnets=SUBNET)
        said = outcome(drawing, *estates, through=["fw", "fw2"], resolves=resolves)
        assert said == expected


def test_of_two_firewalls_beside_each_other_both_must_agree() -> None:
    second = {"fw2": firewall("fwp2")["fw"]}
    drawing = Drawing(hub_subnets=SUBNET)
    for groups, expected in (((group(ALLOWED),), "allow"), ((), "unknown")):
        estates = (firewall(), policy(group(ALLOWED)), second, policy(*groups, name="fwp2"))
        found = asked(drawing, *estates, through=["fw"], or_through=["fw2"])
        assert found.outcome == expected
        assert Cause.FIREWALL_DENIED in found.doubts or found.outcome == "allow"
        # In a row, one that denies is enough.
        row = outcome(drawing, *estates, through=["fw", "fw2"])
        assert row == ("allow" if groups else "deny")
    neither = (firewall(), policy(), second, policy(name="fwp2"))
    assert outcome(drawing, *neither, through=["fw"], or_through=["fw2"]) == "deny"


def test_classic_ranges_stand_in_the_firewall_itself() -> None:
    ranges = {"Network.SNAT.PrivateRanges": "10.9.0.0/16, 255.255.255.255/32"}
    fw = firewall("", networkRuleCollections=[classic(classic_rule())], additionalProperties=ranges)
    only = nsg("nsg", arriving(100, "Allow", FIREWALL), arriving(4096, "Deny"))
    drawing = Drawing(hub=GUARDED, hub_subnets=SUBNET)
    assert outcome(drawing, fw, only, through=["fw"]) == "allow"
