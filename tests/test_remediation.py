"""
What a rule tells people to change mends what it found.

Where it gives commands, they run on a stand-in for Azure, as printed, on every failing
example; where it gives prose, the change of properties is written down here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from azure_cli import after

from scanner.findings import Finding, Verdict
from scanner.resources import parse
from scanner.rules import Example, Rule, called, estates, home, judge, judgements, load_all
from scanner.rules.nodes import Reference
from scanner.snapshot import Snapshot
from scanner.topology import Topology

RULES = {rule.id: rule for rule in load_all()}


@dataclass(frozen=True)
class Mend:
    """A change of properties (a JSON merge patch), and the subjects that it must mend."""

    rule: str
    example: str
    patch: Mapping[str, Any]
    leaves: Verdict = Verdict.PASS
    """What the rule says then: `notApplicable` when nothing is left that it speaks of."""


def account(**properties: Any) -> Mapping[str, Any]:
    return {"aoai-prod": {"properties": properties}}


def acls(**properties: Any) -> Mapping[str, Any]:
    return account(networkAcls=properties)


def subnet(path: str, **properties: Any) -> Mapping[str, Any]:
    """Return a VNet of one subnet: a merge patch replaces arrays whole."""
    network, name = path.split("/")
    child = {"name": name, "id": Reference(f"{network}#subnets/{name}"), "properties": properties}
    return {network: {"properties": {"subnets": [child]}}}


DENY_INTERNET: Mapping[str, Any] = {
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

ENDPOINTS_ANSWER_TO = {
    "name": "allow-askers",
    "id": Reference("nsg-endpoints#securityRules/allow-askers"),
    "properties": {
        "priority": 100,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "sourceAddressPrefix": "10.1.1.0/24",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "10.0.1.0/27",
        "destinationPortRange": "443",
    },
}
ENDPOINTS_DENY: Mapping[str, Any] = {
    "name": "deny-inbound",
    "id": Reference("nsg-endpoints#securityRules/deny-inbound"),
    "properties": {
        **DENY_INTERNET["properties"],
        "sourceAddressPrefix": "*",
    },
}


NSG_BASTION = estates.load(home() / "estates/single-vnet.yaml")["nsg-bastion"]["properties"][
    "securityRules"
]
"""What Microsoft demands of the group on Bastion's subnet."""


def sign_in(**properties: Any) -> Mapping[str, Any]:
    return {"vgw-hub": {"properties": {"vpnClientConfiguration": properties}}}


def connection(name: str, endpoint: str) -> Mapping[str, Any]:
    return {
        "name": name,
        "id": Reference(f"aoai-prod#privateEndpointConnections/{name}"),
        "properties": {
            "privateEndpoint": {"id": endpoint},
            "privateLinkServiceConnectionState": {"status": "Approved"},
        },
    }


def member(place: int, name: str, zone: str) -> Mapping[str, Any]:
    """Return one address of an endpoint of kind AIServices, as it is when made anew."""
    return {
        "name": name,
        "id": Reference(f"pe-aif-prod-nic#ipConfigurations/{name}"),
        "properties": {
            "privateIPAddress": f"10.0.1.{place}",
            "subnet": {"id": Reference("vnet-hub#subnets/snet-endpoints")},
            "privateLinkConnectionProperties": {
                "groupId": "account",
                "requiredMemberName": name,
                "fqdns": [f"aif-prod.{zone}"],
            },
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
        "AOAI209",
        "a second endpoint keeps its record in the same zone",
        {
            "pe-second": None,
            "pe-second/default": None,
            **account(
                privateEndpointConnections=[connection("pe-aoai-prod", Reference("pe-aoai-prod"))]
            ),
        },
        Verdict.NOT_APPLICABLE,
    ),
    Mend(
        "AOAI301",
        "sealed, and no endpoint anywhere, which a check of publicNetworkAccess alone passes",
        {
            "pe-new": {"type": "Microsoft.Network/privateEndpoints"},
            **account(privateEndpointConnections=[connection("pe-new", Reference("pe-new"))]),
        },
    ),
    Mend(
        "AOAI314",
        "the routes name the address of a firewall that was replaced",
        {
            "rt-spokes": {
                "properties": {
                    "routes": [
                        {
                            "name": "endpoints",
                            "properties": {
                                "addressPrefix": "10.0.1.0/27",
                                "nextHopType": "VirtualAppliance",
                                "nextHopIpAddress": "10.0.0.4",
                            },
                        }
                    ]
                }
            }
        },
    ),
    Mend(
        "AOAI321",
        "the pool lies in the gateway's VNet",
        sign_in(vpnClientAddressPool={"addressPrefixes": ["172.31.0.0/24"]}),
    ),
    Mend(
        "AOAI322",
        "the issuer lacks its slash",
        sign_in(aadIssuer="https://sts.windows.net/11111111-2222-4333-8444-555555555555/"),
    ),
    Mend("AOAI322", "the clients speak IKEv2", sign_in(vpnClientProtocols=["OpenVPN"])),
    Mend(
        "AOAI323",
        "the spoke has the hub's addresses and is joined by Virtual WAN",
        {"vnet-app": {"properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}}},
    ),
    Mend(
        "AOAI324",
        "it was made when the account was of kind OpenAI",
        {
            "pe-aif-prod-nic": {
                "properties": {
                    "ipConfigurations": [
                        member(4, "default", "cognitiveservices.azure.com"),
                        member(5, "secondary", "openai.azure.com"),
                        member(6, "third", "services.ai.azure.com"),
                    ]
                }
            }
        },
    ),
    Mend(
        "AOAI327",
        "a spoke that must never call the account does",
        {"nsg-endpoints": {"properties": {"securityRules": [ENDPOINTS_ANSWER_TO, ENDPOINTS_DENY]}}},
    ),
    Mend(
        "AOAI423",
        "its instances cannot talk to each other",
        {"nsg-bastion": {"properties": {"securityRules": NSG_BASTION}}},
    ),
    Mend(
        "AOAI501",
        "a /29, of which Azure leaves three",
        subnet("vnet-ai/snet-endpoints", addressPrefix="10.10.1.0/27"),
    ),
    Mend(
        "AOAI503",
        "nobody asks it",
        {
            "privatelink.openai.azure.com/new": {
                "type": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
                "properties": {
                    "virtualNetworkLinkState": "Completed",
                    "virtualNetwork": {"id": Reference("vnet-ai")},
                },
            }
        },
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
        "AOAI508",
        "a /27, as Bastion took it before November 2021",
        subnet("vnet-ai/AzureBastionSubnet", addressPrefix="10.10.3.0/26"),
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
    mended = estates.merge_patch(broken, mend.patch)
    before, now = verdicts(rule, example, broken), verdicts(rule, example, mended)
    failed = {name for name, verdict in before.items() if verdict is Verdict.FAIL}
    assert failed
    assert {name: now[name] for name in failed} == dict.fromkeys(failed, mend.leaves)


def verdicts(rule: Rule, example: Example, estate: Mapping[str, Any]) -> Mapping[str, Verdict]:
    topology = Topology(parse(estates.snapshot(estate)), example.expectations)
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
    command, group = commands("AOAI303", "single-vnet", gone)
    assert " && az network private-endpoint create " in command
    assert group.startswith("az network private-endpoint dns-zone-group create ")
    nowhere = {**gone, "pe-aoai-prod": {"location": None}}
    assert commands("AOAI303", "single-vnet", nowhere) == ()


# --- the commands themselves

BY_HAND = {
    "AOAI212": "makes the right zone; only a person knows whether the other may go",
}
"""Rules whose commands leave the last step to a person, and why."""

OUTSIDE = "the remote VNet lies outside the snapshot"
"""Examples whose commands run on what the stand-in does not hold."""

FAILING = [
    pytest.param(rule, example, id=f"{rule.id}: {example.name}")
    for rule in RULES.values()
    for example in rule.examples
    if rule.commands and Verdict.FAIL in example.expect.values() and example.name != OUTSIDE
]


@pytest.mark.parametrize(("rule", "example"), FAILING)
def test_the_commands_of_a_finding_mend_it(rule: Rule, example: Example) -> None:
    snapshot = estates.given(example, home() / "estates")
    for finding in violations(rule, example, snapshot):
        if not finding.commands:
            continue
        then = after(snapshot, finding.commands)
        # The other side of a peering is the next finding.
        further = about(finding, violations(rule, example, then))
        again = after(then, [command for left in further for command in left.commands])
        left = about(finding, violations(rule, example, again))
        assert bool(left) == (rule.id in BY_HAND), finding.commands


def violations(rule: Rule, example: Example, snapshot: Snapshot) -> tuple[Finding, ...]:
    findings, _ = judge(Topology(parse(snapshot), example.expectations), (rule,))
    return tuple(finding for finding in findings if finding.verdict is Verdict.FAIL)


def about(finding: Finding, others: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return those that say the same of the same resource, or of the same callers."""
    callers = set(finding.affected)
    return tuple(
        other
        for other in others
        if other.resource == finding.resource or callers & set(other.affected)
    )


def test_every_rule_is_mended_by_its_commands_or_by_a_change_of_properties() -> None:
    with_commands = {rule.id for rule in RULES.values() if rule.commands}
    mended = with_commands | {mend.rule for mend in MENDS} | {"AOAI511"}
    assert RULES.keys() - mended == set(), "of AOAI511, the scanner may be what is to be mended"
    assert with_commands >= BY_HAND.keys()
