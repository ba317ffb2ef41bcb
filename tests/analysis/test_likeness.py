"""Calls that nothing on the way tells apart: one is followed for all, and each comes out alike."""

import random
from typing import Any

import pytest
from drawing import Estate, account, drawn, to, zone
from drawing_dns import policy
from drawing_filters import nsg, rule
from drawing_routes import GROUPS, by, firewall, machine, network, private_endpoint, table
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.analysis.connections import connections
from scanner.analysis.consumers import consumers
from scanner.analysis.filtering.passage import passes as real
from scanner.topology import Topology

NAMES = ("one", "two", "three")
GUARDED = {"networkSecurityGroup": to("nsg")}
FLAGS = {"allowForwardedTraffic": True}
GROUPED = {"applicationSecurityGroups": [to("asg")]}


def named(*targets: str) -> dict[str, Any]:
    return {
        "ruleType": "ApplicationRule",
        "sourceAddresses": ["*"],
        "protocols": [{"protocolType": "Https", "port": 443}],
        "targetFqdns": list(targets),
    }


def addressed(*addresses: str, **more: Any) -> dict[str, Any]:
    return {
        "ruleType": "NetworkRule",
        "ipProtocols": ["TCP"],
        "sourceAddresses": ["*"],
        "destinationAddresses": list(addresses),
        "destinationPorts": ["443"],
        **more,
    }


def ruled(*rules: dict[str, Any]) -> Estate:
    collection = {
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "priority": 100,
        "action": {"type": "Allow"},
        "rules": list(rules),
    }
    group = {"priority": 100, "ruleCollections": [collection]}
    return {"policy/rules": {"type": GROUPS, "properties": group}}


def endpoint(number: int, **more: Any) -> Estate:
    name = NAMES[number]
    drawing = private_endpoint("data", f"10.2.2.{4 + number}")
    ends, interface = drawing["pe"], drawing["nic-pe"]
    asked = {"properties": {"privateLinkServiceId": to(name)["id"]}}
    ends["properties"] |= {"privateLinkServiceConnections": [asked], **more}
    interface["properties"]["privateEndpoint"] = to(f"pe-{name}")
    return {f"pe-{name}": ends, f"nic-{name}": interface, **account(name, by=[f"pe-{name}"])}


def alike(*allowed: dict[str, Any], routes: Any = (), rules: Any = (), groups: Any = ()) -> Estate:
    """Draw a caller behind a firewall and three accounts with endpoints in one far subnet."""
    default = ("0.0.0.0/0", "VirtualAppliance", "10.0.0.4")
    return {
        **network("app", 1, peers={"hub": FLAGS}, work=by() | GUARDED),
        **network("hub", 0, peers={"app": {}, "data": {}}, AzureFirewallSubnet={}),
        **network(
            "data", 2, peers={"hub": FLAGS}, pe={"privateEndpointNetworkPolicies": "Enabled"}
        ),
        **machine("app", ("app/work", "10.1.1.4")),
        **endpoint(0),
        **endpoint(1, **(GROUPED if 1 in groups else {})),
        **endpoint(2),
        "asg": {"type": "Microsoft.Network/applicationSecurityGroups"},
        **zone("app", "hub", **{name: f"10.2.2.{4 + n}" for n, name in enumerate(NAMES)}),
        **table(default, *routes),
        **firewall(firewallPolicy=to("policy")),
        **policy(enableProxy=True),
        **ruled(*(allowed or (addressed("10.0.0.0/8"),))),
        **nsg("nsg", *rules),
    }


def outcomes(topology: Topology) -> dict[str, tuple[str, str]]:
    (caller,) = consumers(topology)
    return {
        found.account.name: (found.verdict.value, found.broken.cause.value if found.broken else "")
        for found in connections(topology, caller)
    }


def alone(estate: Estate) -> dict[str, tuple[str, str]]:
    """Follow each call in an estate of its own."""
    return {name: outcomes(drawn(estate))[name] for name in NAMES}


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names whose calls are followed through filters."""
    seen: list[str] = []

    def passes(*args: Any) -> Any:
        seen.append(args[5])
        return real(*args)

    monkeypatch.setattr("scanner.analysis.calls.passes", passes)
    return seen


def test_one_call_is_followed_for_three_that_nothing_tells_apart(followed: list[str]) -> None:
    assert set(outcomes(drawn(alike())).values()) == {("reachable", "")}
    assert len(followed) == 1


def test_names_that_one_pattern_holds_are_alike(followed: list[str]) -> None:
    assert set(outcomes(drawn(alike(named("*.openai.azure.com")))).values()) == {("reachable", "")}
    assert len(followed) == 1


DENIED = {"destinationAddressPrefix": "10.2.2.5/32"}
TO_GROUP = {"destinationAddressPrefix": "", "destinationApplicationSecurityGroups": [to("asg")]}

TELLING: dict[str, dict[str, Any]] = {
    "a security rule for one address": {"rules": [rule(100, "Deny", **DENIED)]},
    "a security rule for a pair": {
        "rules": [rule(100, "Deny", destinationAddressPrefix="10.2.2.4/31")]
    },
    "an application security group": {
        "rules": [rule(100, "Deny", **TO_GROUP)],
        "groups": (1,),
    },
    "a route for one address": {"routes": [("10.2.2.5/32", "None")]},
    "a route for a pair": {"routes": [("10.2.2.4/31", "None")]},
    "a network rule for two addresses": {"allowed": [addressed("10.2.2.4", "10.2.2.6")]},
    "a network rule for a range": {"allowed": [addressed("10.2.2.5-10.2.2.6")]},
    "an application rule for one name": {"allowed": [named("two.openai.azure.com")]},
    "an application rule for some names": {"allowed": [named("*e.openai.azure.com")]},
    "a network rule for a name": {
        "allowed": [addressed(destinationFqdns=["three.openai.azure.com"])]
    },
}


def drawn_with(*telling: str) -> Estate:
    several = [TELLING[one] for one in telling]
    parts = {
        key: [item for one in several for item in one.get(key, ())]
        for key in ("routes", "rules", "groups")
    }
    return alike(*(item for one in several for item in one.get("allowed", ())), **parts)


@pytest.mark.parametrize("telling", TELLING)
def test_what_tells_one_call_from_another_is_seen(telling: str) -> None:
    told = outcomes(drawn(drawn_with(telling)))
    assert told == alone(drawn_with(telling))
    assert len(set(told.values())) > 1


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_a_call_and_those_alike_agree(seed: int) -> None:
    luck = random.Random(seed)  # noqa: S311 - the same in every run
    chosen = sorted(luck.sample(sorted(TELLING), k=luck.randint(1, 3)))
    assert outcomes(drawn(drawn_with(*chosen))) == alone(drawn_with(*chosen))
