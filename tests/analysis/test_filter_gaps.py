"""What is taken away from an estate, and declared unread, turns no answer about filters around."""

from typing import Any

import pytest
from drawing import VHUBS, Estate, drawn, id_of, the, to
from drawing_filters import (
    ADDRESS,
    CALLER,
    FIREWALLS,
    GROUPS,
    HOST,
    NSGS,
    POLICIES,
    TABLES,
    Drawing,
    arriving,
    caller,
    nsg,
    rule,
)

from scanner.analysis.filtering.passage import passes
from scanner.analysis.routing.route import Route, Way

GATEWAYS = "microsoft.network/virtualnetworkgateways"
TAKEN = (NSGS, TABLES, FIREWALLS, POLICIES, GROUPS, VHUBS, GATEWAYS)


def network_rule(access: str) -> dict[str, Any]:
    return {
        "name": "c",
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "priority": 100,
        "action": {"type": access},
        "rules": [
            {
                "name": "r",
                "ruleType": "NetworkRule",
                "ipProtocols": ["TCP"],
                "sourceAddresses": ["*"],
                "destinationAddresses": [ADDRESS],
                "destinationPorts": ["443"],
            }
        ],
    }


def whole(leaving: str, arrives: str, inspected: str, *, is_routed: bool) -> Estate:
    """Draw an estate with everything that has a say."""
    routes = [{"properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}}]
    app = {"networkSecurityGroup": to("out"), **({"routeTable": to("rt")} if is_routed else {})}
    hub = {"networkSecurityGroup": to("in"), "privateEndpointNetworkPolicies": "Enabled"}
    subnets = {"GatewaySubnet": {"addressPrefix": "10.0.255.0/27"}}
    peers: Any = {"app_peers": {}, "hub_peers": {}} if is_routed else {}
    placed = [{"properties": {"subnet": to("hub#subnets/GatewaySubnet")}}]
    return {
        **Drawing(app=app, hub=hub, hub_subnets=subnets, **peers).estate(),
        **nsg("out", rule(200, leaving, destinationAddressPrefix="VirtualNetwork")),
        **nsg("in", arriving(200, arrives, CALLER)),
        "rt": {"type": TABLES, "properties": {"routes": routes}},
        "gw": {"type": GATEWAYS, "properties": {"gatewayType": "Vpn", "ipConfigurations": placed}},
        "vhub": {"type": VHUBS, "properties": {"addressPrefix": "10.100.0.0/23"}},
        "fw": {
            "type": FIREWALLS,
            "properties": {"virtualHub": to("vhub"), "firewallPolicy": to("fwp")},
        },
        "fwp": {"type": POLICIES, "properties": {"basePolicy": to("base")}},
        "base": {"type": POLICIES, "properties": {}},
        "base/g": {
            "type": GROUPS,
            "properties": {"priority": 100, "ruleCollections": [network_rule(inspected)]},
        },
    }


ANSWERS = ("Allow", "Deny")


@pytest.mark.parametrize("is_routed", [True, False])
@pytest.mark.parametrize("inspected", ANSWERS)
@pytest.mark.parametrize("arrives", ANSWERS)
@pytest.mark.parametrize("leaving", ANSWERS)
@pytest.mark.parametrize("is_inspected", [True, False])
def test_not_knowing_more_turns_nothing_around(
    leaving: str, arrives: str, inspected: str, *, is_inspected: bool, is_routed: bool
) -> None:
    estate = whole(leaving, arrives, inspected, is_routed=is_routed)
    full = drawn(estate)
    hops = ((id_of(full, "vhub"),), (id_of(full, "fw"),)) if is_inspected else ()
    route = Route(Way.VIA if hops else Way.DIRECT, (), hops)

    def said(topology: Any) -> str:
        found = passes(topology, caller(topology), the(topology, "pe"), ADDRESS, route, HOST)
        return str(found.outcome)

    known = said(full)
    for kind in TAKEN:
        fewer = {name: row for name, row in estate.items() if row["type"] != kind}
        left = said(drawn(resolved(fewer, estate, full), gaps=(kind,)))
        assert left in {known, "unknown"}, (kind, known, left)


def resolved(fewer: Estate, estate: Estate, full: Any) -> Estate:
    """Return rows whose references to the rows that are gone are spelled as IDs."""
    gone = {name: str(id_of(full, name)) for name in estate.keys() - fewer.keys()}

    def spelled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: spelled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [spelled(item) for item in value]
        return gone.get(value, value) if isinstance(value, str) else value

    filled: Estate = spelled(fewer)
    return filled
