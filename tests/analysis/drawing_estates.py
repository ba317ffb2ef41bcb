"""Estates drawn at random: a hub, two spokes, and whatever may stand between a caller and it."""

from __future__ import annotations

from random import Random
from typing import Any

from drawing import OPENAI, RECORDS, Estate, account, to, zone
from drawing_dns import policy, resolver
from drawing_filters import nsg, rule
from drawing_routes import GROUPS, by, firewall, machine, network, private_endpoint, table

HOPS = (("VirtualAppliance", "10.0.0.4"), ("None",), ("Internet",), ("VnetLocal",))
PREFIXES = ("0.0.0.0/0", "10.0.0.0/8", "10.2.0.0/16", "10.2.2.0/24", "10.2.2.4/32")
NAMES = ("hub", "app", "data")


def estate(chance: Random) -> Estate:
    """Draw one: mostly right, with a few things that are not."""
    place = chance.choice(("data", "data", "app", "hub"))
    first, second = (f"10.{NAMES.index(place)}.2.{last}" for last in (4, 5))
    return {
        **_networks(chance),
        **_machines(chance),
        **endpoints(place, first, second),
        **account(by=["pe", "pe2"], publicNetworkAccess=chance.choice(("Enabled", "Disabled"))),
        **_zone(chance, first, second),
        **table((chance.choice(PREFIXES), *chance.choice(HOPS))),
        **firewall(firewallPolicy=to("policy")),
        **policy(enableProxy=chance.random() < 0.5),
        "policy/rules": {"type": GROUPS, "properties": _rules(chance)},
        **nsg("nsg", *(_rule(chance, priority) for priority in (100, 200, 300))),
        **resolver("hub", "10.0.2.20"),
    }


def endpoints(place: str, *addresses: str) -> Estate:
    """Draw private endpoints of the account in a VNet: `pe`, `pe2`, ..."""
    drawing: Estate = {}
    for number, address in enumerate(addresses, start=1):
        own = private_endpoint(place, address)
        name = "pe" if number == 1 else f"pe{number}"
        asked = {"privateLinkServiceId": to("aoai")["id"]}
        own["pe"]["properties"]["privateLinkServiceConnections"] = [{"properties": asked}]
        own["nic-pe"]["properties"]["privateEndpoint"] = to(name)
        drawing |= {name: own["pe"], f"nic-{name}": own["nic-pe"]}
    return drawing


def record(*addresses: str) -> Estate:
    """Draw the record of the account."""
    answers = [{"ipv4Address": address} for address in addresses]
    return {f"{OPENAI}/aoai": {"type": RECORDS, "properties": {"aRecords": answers}}}


def _networks(chance: Random) -> Estate:
    guarded = {"networkSecurityGroup": to("nsg")}
    policies = {"privateEndpointNetworkPolicies": chance.choice(("Disabled", "Enabled"))}
    work = chance.choice(({}, by())) | chance.choice(({}, guarded))
    ends = chance.choice(({}, guarded)) | policies
    drawing: Estate = {}
    joined = tuple(name for name in NAMES[1:] if chance.random() < 0.9)
    for number, name in enumerate(NAMES):
        peers = {far: _flags(chance) for far in _peers(name, joined)}
        drawing |= network(name, number, peers=peers, work=work if number else {}, pe=ends)
        servers = chance.choice(((), (), ("10.0.2.20",), ("10.0.0.4",), ("8.8.8.8",)))
        drawing[name]["properties"]["dhcpOptions"] = {"dnsServers": list(servers)}
    return drawing


def _peers(name: str, joined: tuple[str, ...]) -> tuple[str, ...]:
    """Return a VNet's peers. Azure calls no side Connected to which there is no other."""
    if name == "hub":
        return joined
    return ("hub",) if name in joined else ()


def _flags(chance: Random) -> dict[str, Any]:
    return {
        "peeringState": "Connected" if chance.random() < 0.9 else "Initiated",
        "allowForwardedTraffic": chance.random() < 0.8,
        "allowVirtualNetworkAccess": chance.random() < 0.9,
    }


def _machines(chance: Random) -> Estate:
    own = machine("own", ("app/work", "10.1.1.7"))
    if chance.random() < 0.5:
        own["nic-own"]["properties"]["networkSecurityGroup"] = to("nsg")
    return {
        **machine("app", ("app/work", "10.1.1.4")),
        **machine("twin", ("app/work", "10.1.1.5")),
        **own,
        **machine("far", ("data/work", "10.2.1.4")),
        **machine("hub", ("hub/work", "10.0.1.4")),
    }


def _zone(chance: Random, *addresses: str) -> Estate:
    linked = [name for name in NAMES if chance.random() < 0.8]
    held = chance.choice(
        (addresses[:1], addresses[:1], addresses, (), ("10.9.9.9",), (addresses[0], "10.9.9.9"))
    )
    kept = record(*held) if held else {}
    return zone(*linked, policy=chance.choice(("", "", "NxDomainRedirect"))) | kept


def _rules(chance: Random) -> dict[str, Any]:
    allows = {
        "ruleType": "NetworkRule",
        "ipProtocols": ["TCP"],
        "sourceAddresses": [chance.choice(("10.1.0.0/16", "10.1.1.4", "*", "10.7.0.0/16"))],
        "destinationAddresses": [chance.choice(("10.0.0.0/8", "10.2.2.4"))],
        "destinationPorts": ["443"],
    }
    collection = {
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "priority": 100,
        "action": {"type": "Allow"},
        "rules": [allows],
    }
    return {"priority": 100, "ruleCollections": [collection]}


def _rule(chance: Random, priority: int) -> dict[str, Any]:
    return rule(
        priority,
        chance.choice(("Allow", "Allow", "Deny")),
        direction=chance.choice(("Outbound", "Inbound")),
        sourceAddressPrefix=chance.choice(("*", "10.1.1.0/24", "10.1.1.4", "VirtualNetwork")),
        destinationAddressPrefix=chance.choice(("*", "10.2.0.0/16", "VirtualNetwork", "Internet")),
        destinationPortRange=chance.choice(("443", "*", "22")),
    )
