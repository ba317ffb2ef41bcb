"""What a rule tells people to change mends what it found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from scanner.findings import Verdict
from scanner.resources import parse
from scanner.rules import Rule, called, estates, home, judge, judgements, load_all
from scanner.rules.nodes import Reference
from scanner.topology import Topology

RULES = {rule.id: rule for rule in load_all()}


@dataclass(frozen=True)
class Mend:
    """A change of properties (a JSON merge patch), and the subjects that it must mend."""

    rule: str
    example: str
    patch: Mapping[str, Any]


def account(**properties: Any) -> Mapping[str, Any]:
    return {"aoai-prod": {"properties": properties}}


def acls(**properties: Any) -> Mapping[str, Any]:
    return account(networkAcls=properties)


def subnet(path: str, **properties: Any) -> Mapping[str, Any]:
    """Return a VNet of one subnet: a merge patch replaces arrays whole."""
    network, name = path.split("/")
    child = {"name": name, "id": Reference(f"{network}#subnets/{name}"), "properties": properties}
    return {network: {"properties": {"subnets": [child]}}}


DENY_INTERNET = {
    "name": "deny-internet-inbound",
    "id": Reference("nsg-workload#securityRules/deny-internet-inbound"),
    "properties": {
        "priority": 4096,
        "direction": "Inbound",
        "access": "Deny",
        "protocol": "*",
        "sourceAddressPrefix": "Internet",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "*",
    },
}

MENDS = (
    Mend(
        "AOAI101",
        "public access is enabled and no rule narrows it",
        account(publicNetworkAccess="Disabled"),
    ),
    Mend(
        "AOAI102",
        "the endpoint is approved and the public side is open",
        account(publicNetworkAccess="Disabled"),
    ),
    Mend("AOAI103", "addresses are named, and the rest is allowed", acls(defaultAction="Deny")),
    Mend("AOAI104", "a /16 beside a plain address", acls(ipRules=[{"value": "203.0.113.7"}])),
    Mend(
        "AOAI105",
        "the address range of the office, as it is called inside",
        acls(ipRules=[{"value": "203.0.113.7"}]),
    ),
    Mend(
        "AOAI105",
        "a single address written as /32",
        acls(ipRules=[{"value": "203.0.113.7"}]),
    ),
    Mend("AOAI106", "keys are on", account(disableLocalAuth=True)),
    Mend(
        "AOAI107",
        "public access is disabled, and trusted services come in all the same",
        acls(bypass="None"),
    ),
    Mend(
        "AOAI108",
        "learning was left on",
        {"nsp-ai/aoai-prod": {"properties": {"accessMode": "Enforced"}}},
    ),
    Mend(
        "AOAI109",
        "a rule for the Internet",
        {"nsp-ai/prod/build-agents": {"properties": {"addressPrefixes": ["203.0.113.16/28"]}}},
    ),
    Mend("AOAI110", "it may call any host", account(restrictOutboundNetworkAccess=True)),
    Mend("AOAI111", "the list is empty", account(allowedFqdnList=["docs.blob.core.windows.net"])),
    Mend(
        "AOAI114",
        "links are on",
        {"bastion-ai": {"properties": {"enableShareableLink": False}}},
    ),
    Mend(
        "AOAI115",
        "only the default rules are left",
        {"nsg-workload": {"properties": {"securityRules": [DENY_INTERNET]}}},
    ),
    Mend("AOAI117", "no identity", {"aoai-prod": {"identity": {"type": "SystemAssigned"}}}),
    Mend(
        "AOAI118",
        "Microsoft's key",
        account(encryption={"keySource": "Microsoft.KeyVault", "keyVaultProperties": {}}),
    ),
    Mend(
        "AOAI501",
        "a /29, of which Azure leaves three",
        subnet("vnet-ai/snet-endpoints", addressPrefix="10.10.1.0/27"),
    ),
    Mend(
        "AOAI504",
        "all that the zone takes",
        {"privatelink.openai.azure.com/data": None},
    ),
    Mend(
        "AOAI507",
        "somebody put one there",
        subnet("vnet-hub/GatewaySubnet", addressPrefix="10.0.0.0/27"),
    ),
    Mend(
        "AOAI509",
        "the default is on, and nothing else is there",
        subnet("vnet-ai/snet-workload", addressPrefix="10.10.2.0/24", defaultOutboundAccess=False),
    ),
)


@pytest.mark.parametrize("mend", MENDS, ids=lambda mend: f"{mend.rule}: {mend.example}")
def test_the_remedy_of_a_rule_mends_its_failing_example(mend: Mend) -> None:
    rule = RULES[mend.rule]
    example = next(example for example in rule.examples if example.name == mend.example)
    broken = estates.merge_patch(
        estates.load(home() / "estates" / f"{example.given}.yaml"), example.patch
    )
    before, after = verdicts(rule, broken), verdicts(rule, estates.merge_patch(broken, mend.patch))
    failed = {name for name, verdict in before.items() if verdict is Verdict.FAIL}
    assert failed
    assert {name: after[name] for name in failed} == dict.fromkeys(failed, Verdict.PASS)


def verdicts(rule: Rule, estate: Mapping[str, Any]) -> Mapping[str, Verdict]:
    topology = Topology(parse(estates.snapshot(estate)))
    return {called(subject): said.verdict for subject, said in judgements(topology, rule)}


def commands(rule: str, given: str, patch: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the commands of the one failure in a good estate that was changed."""
    estate = estates.merge_patch(estates.load(home() / "estates" / f"{given}.yaml"), patch)
    findings, _ = judge(Topology(parse(estates.snapshot(estate))), (RULES[rule],))
    (failed,) = (finding for finding in findings if finding.verdict is Verdict.FAIL)
    return failed.commands


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_what_is_deleted_to_be_made_anew_is_made_by_the_same_command(rule: Rule) -> None:
    for command in rule.commands:
        thing, deletes, _ = command.partition(" delete ")
        if deletes and f"&& {thing} create " not in command:
            assert not any(f"{thing} create " in other for other in rule.commands)


def hanging(**properties: Any) -> Mapping[str, Any]:
    said = {"virtualNetworkLinkState": "InProgress", **properties}
    return {"privatelink.openai.azure.com/ai": {"properties": said}}


def test_a_link_that_does_not_tell_its_resolution_policy_is_not_just_deleted() -> None:
    (command,) = commands("AOAI224", "single-vnet", hanging(resolutionPolicy=None))
    deletes, creates = command.split(" && ")
    assert deletes.startswith("az network private-dns link vnet delete -g rg ")
    assert "-e false --resolution-policy Default --subscription" in creates


def test_a_link_that_does_not_tell_whether_it_registers_is_left_to_people() -> None:
    assert commands("AOAI224", "single-vnet", hanging(registrationEnabled=None)) == ()


def test_an_endpoint_that_could_not_be_made_anew_is_not_deleted() -> None:
    gone: dict[str, Any] = {"aoai-prod": {"properties": {"privateEndpointConnections": []}}}
    (command,) = commands("AOAI303", "single-vnet", gone)
    assert " && az network private-endpoint create " in command
    nowhere = {**gone, "pe-aoai-prod": {"location": None}}
    assert commands("AOAI303", "single-vnet", nowhere) == ()
