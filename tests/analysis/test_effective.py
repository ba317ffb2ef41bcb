"""What Azure computes for an interface, held against what is computed of what is configured."""

from __future__ import annotations

from typing import Any

import pytest
from drawing import Estate, drawn, the, to
from drawing_filters import ADDRESS, Drawing, caller, nsg, rule

from scanner.analysis.filtering.passage import Filtering, passes
from scanner.analysis.routing.route import Way, computed, route
from scanner.topology import Topology

ROUTES = "microsoft.network/networkinterfaces/effectiveroutetable"
GROUPS = "microsoft.network/networkinterfaces/effectivenetworksecuritygroups"
DIRECT = ("Default", "10.0.1.4/32", "InterfaceEndpoint")
ONWARD = ("Default", "10.0.0.0/16", "VNetPeering")
LEARNED = ("VirtualNetworkGateway", "10.0.1.4/32", "VirtualNetworkGateway", "10.0.9.4")
INTERNET = ("Default", "0.0.0.0/0", "Internet")
APART: dict[str, Any] = {"app_peers": {}, "hub_peers": {}}


def table(*routes: tuple[str, ...], state: str = "Active") -> Estate:
    """Draw what Azure says of the routes of the machine's interface."""
    told = [
        {
            "source": source,
            "state": state,
            "addressPrefix": [prefix],
            "nextHopType": kind,
            "nextHopIpAddress": list(hops),
        }
        for source, prefix, kind, *hops in routes
    ]
    return {"nic-vm/routes": {"type": ROUTES, "properties": {"value": told}}}


def groups(*rules: dict[str, Any], group: str = "nsg", **association: Any) -> Estate:
    """Draw what Azure says of the security groups of the machine's interface."""
    told = [
        {"networkSecurityGroup": to(group), "effectiveSecurityRules": list(rules)} | association
    ]
    return {"nic-vm/groups": {"type": GROUPS, "properties": {"value": told}}}


def decides(access: str, priority: int = 100, **more: Any) -> dict[str, Any]:
    plain = {
        "name": f"securityRules/{access}",
        "protocol": "All",
        "sourcePortRange": "0-65535",
        "destinationPortRange": "0-65535",
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "*",
    }
    return plain | {"access": access, "priority": priority, "direction": "Outbound"} | more


def ways(topology: Topology) -> tuple[str, str, str]:
    """Return the way that is computed, the one that counts, and why they differ."""
    asked = topology, caller(topology), the(topology, "pe"), ADDRESS
    counts = route(*asked)
    return str(computed(*asked).outcome), str(counts.outcome), counts.unread


@pytest.mark.parametrize(
    "told",
    [
        [DIRECT],
        [ONWARD],
        [("Default", "10.0.0.0/16", "VNetGlobalPeering"), INTERNET],
        [LEARNED, ONWARD],
        [("Default", "10.0.1.0/24", "SomethingNew"), ONWARD],
        [LEARNED, (*LEARNED[:2], "VirtualAppliance", "10.0.9.5")],
    ],
    ids=["endpoint", "peering", "global peering", "learned, not before a peering", "new", "two"],
)
def test_a_way_that_azure_does_not_gainsay_counts(told: list[tuple[str, ...]]) -> None:
    assert ways(drawn(Drawing().estate(), table(*told))) == ("direct", "direct", "")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([LEARNED], "to VirtualNetworkGateway 10.0.9.4 by 10.0.1.4/32, learned by a gateway"),
        ([INTERNET], "to Internet by 0.0.0.0/0"),
        ([("Default", "10.0.0.0/8", "None"), INTERNET], "to None by 10.0.0.0/8"),
        ([], "nowhere"),
    ],
)
def test_another_way_of_azures_leaves_open_what_would_pass(
    told: list[tuple[str, ...]], said: str
) -> None:
    before, now, why = ways(drawn(Drawing().estate(), table(*told)))
    assert (before, now) == ("direct", "unknown")
    assert why == (
        f"Azure itself sends packets of nic-vm for {ADDRESS} {said}, "
        "and by what is configured they go straight to the endpoint"
    )


def test_a_route_that_is_not_in_force_is_none() -> None:
    before, now, _ = ways(drawn(Drawing().estate(), table(DIRECT, state="Invalid")))
    assert (before, now) == ("direct", "unknown")


@pytest.mark.parametrize(
    ("told", "counts"), [([INTERNET], "none"), ([DIRECT], "unknown"), ([LEARNED], "unknown")]
)
def test_another_way_of_azures_leaves_open_what_would_fail(
    told: list[tuple[str, ...]], counts: str
) -> None:
    before, now, _ = ways(drawn(Drawing(**APART).estate(), table(*told)))
    assert (before, now) == ("none", counts)


def by_route(*hop: str) -> Estate:
    properties = {
        "addressPrefix": "10.0.1.4/32",
        "nextHopType": hop[0],
        **({"nextHopIpAddress": hop[1]} if hop[1:] else {}),
    }
    routes = [{"name": "on", "properties": properties}]
    return {"rt": {"type": "microsoft.network/routetables", "properties": {"routes": routes}}}


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        (("User", "10.0.1.4/32", "None"), "none"),
        (("User", "10.0.1.4/32", "VirtualAppliance", "10.0.1.9"), "unknown"),
        (DIRECT, "unknown"),
    ],
)
def test_a_route_of_the_users_own_is_the_one_that_azure_tells(
    told: tuple[str, ...], counts: str
) -> None:
    estate = Drawing(app={"routeTable": to("rt")}).estate()
    before, now, _ = ways(drawn(estate, by_route("None"), table(told)))
    assert (before, now) == ("none", counts)


@pytest.mark.parametrize(("hop", "counts"), [("10.0.1.7", "none"), ("10.0.1.9", "unknown")])
def test_another_appliance_is_another_way(hop: str, counts: str) -> None:
    estate = Drawing(app={"routeTable": to("rt")}).estate()
    told = table(("User", "10.0.1.4/32", "VirtualAppliance", hop))
    before, now, _ = ways(drawn(estate, by_route("VirtualAppliance", "10.0.1.7"), told))
    assert (before, now) == ("none", counts)


def outcome(*estates: Estate, **more: Any) -> tuple[str, str]:
    """Return what filters do, and why that is not known."""
    topology = drawn(Drawing(**more).estate(), *estates)
    consumer, endpoint = caller(topology), the(topology, "pe")
    found = route(topology, consumer, endpoint, ADDRESS)
    assert found.outcome is Way.DIRECT
    passed = passes(topology, consumer, endpoint, ADDRESS, found)
    assert (passed.outcome is Filtering.UNKNOWN) == bool(passed.unread)
    return str(passed.outcome), passed.unread


GUARDED: dict[str, Any] = {"app": {"networkSecurityGroup": to("nsg")}}


def test_groups_that_say_the_same_leave_the_outcome() -> None:
    assert outcome(nsg("nsg"), groups(decides("Allow")), **GUARDED) == ("allow", "")
    denying = nsg("nsg", rule(100, "Deny"))
    assert outcome(denying, groups(decides("Deny")), **GUARDED) == ("deny", "")


def test_a_group_that_denies_at_azure_alone_leaves_open_what_would_pass() -> None:
    found, why = outcome(nsg("nsg"), groups(decides("Deny")), **GUARDED)
    assert found == "unknown"
    assert why == (
        "Azure itself says that securityRules/Deny of nsg denies it for packets of nic-vm to "
        "10.0.1.4, and by what is configured nsg allows it"
    )


def test_a_group_that_allows_at_azure_alone_leaves_open_what_would_fail() -> None:
    found, _ = outcome(nsg("nsg", rule(100, "Deny")), groups(decides("Allow")), **GUARDED)
    assert found == "unknown"


@pytest.mark.parametrize(
    "more",
    [
        {"direction": "Inbound"},
        {"protocol": "Udp"},
        {"destinationPortRange": "80-80"},
        {"destinationAddressPrefix": "Internet", "expandedDestinationAddressPrefix": ["1.0.0.0/8"]},
        {"sourceAddressPrefix": "192.0.2.0/24"},
    ],
)
def test_a_rule_of_azures_that_does_not_speak_of_the_call_decides_nothing(
    more: dict[str, Any],
) -> None:
    told = groups(decides("Deny", **more), decides("Allow", 200))
    assert outcome(nsg("nsg"), told, **GUARDED) == ("allow", "")


@pytest.mark.parametrize(
    "more",
    [
        {"destinationAddressPrefix": "VirtualNetwork"},
        {"destinationAddressPrefix": None},
        {"sourcePortRange": "1000-2000"},
        {"priority": None},
    ],
)
def test_what_azure_does_not_settle_is_not_compared(more: dict[str, Any]) -> None:
    assert outcome(nsg("nsg"), groups(decides("Deny", **more)), **GUARDED) == ("allow", "")


def test_a_group_that_only_one_of_both_knows_is_a_difference() -> None:
    _, extra = outcome(nsg("nsg"), groups(decides("Allow")))
    assert "nsg decides for packets" in extra
    nothing = {"nic-vm/groups": {"type": GROUPS, "properties": {"value": []}}}
    _, lacking = outcome(nsg("nsg"), nothing, **GUARDED)
    assert "nsg does not decide" in lacking


def test_rules_of_a_network_manager_that_nobody_read_are_a_difference() -> None:
    manager = {"networkManager": {"id": "/subscriptions/x/networkManagers/everywhere"}}
    told = groups(decides("Allow"), association=manager)
    assert outcome(nsg("nsg"), told)[0] == "unknown"


def test_what_was_not_asked_for_is_not_missed() -> None:
    topology = drawn(Drawing().estate())
    assert not [gap for gap in topology.inventory.gaps if "effective" in gap.type]


# --- network managers

MANAGER: Estate = {"avnm": {"type": "microsoft.network/networkmanagers", "properties": {}}}
VNET = "microsoft.network/virtualnetworks"
RULES = f"{VNET}/listnetworkmanagereffectivesecurityadminrules"
CONNECTIVITY = f"{VNET}/listnetworkmanagereffectiveconnectivityconfigurations"


def deployed(network: str, kind: str, *what: dict[str, Any]) -> Estate:
    """Draw what Azure says that managers deployed to a VNet."""
    return {f"{network}/{kind[-9:]}": {"type": kind, "properties": {"value": list(what)}}}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], "unknown"),
        ([deployed("app", RULES), deployed("hub", RULES)], "allow"),
        ([deployed("app", RULES)], "unknown"),
        ([deployed("app", RULES, {"id": "one"}), deployed("hub", RULES)], "unknown"),
        ([deployed("app", CONNECTIVITY), deployed("hub", CONNECTIVITY)], "unknown"),
    ],
)
def test_where_a_manager_deployed_no_rules_none_can_decide(
    told: list[Estate], expected: str
) -> None:
    found, _ = outcome(MANAGER, nsg("nsg"), *told, **GUARDED)
    assert found == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], "unknown"),
        ([deployed("app", CONNECTIVITY)], "none"),
        ([deployed("hub", CONNECTIVITY)], "none"),
        ([deployed("app", CONNECTIVITY, {"id": "mesh"})], "unknown"),
        ([deployed("app", RULES)], "unknown"),
    ],
)
def test_where_a_manager_connected_nothing_nothing_is_connected(
    told: list[Estate], expected: str
) -> None:
    topology = drawn(Drawing(**APART).estate(), MANAGER, *told)
    asked = topology, caller(topology), the(topology, "pe"), ADDRESS
    assert str(route(*asked).outcome) == expected


def test_lists_settle_it_even_where_managers_were_not_read() -> None:
    told = [deployed("app", RULES), deployed("hub", RULES)]
    gaps = ("microsoft.network/networkmanagers",)
    topology = drawn(Drawing(**GUARDED).estate(), nsg("nsg"), *told, gaps=gaps)
    consumer, endpoint = caller(topology), the(topology, "pe")
    found = route(topology, consumer, endpoint, ADDRESS)
    assert passes(topology, consumer, endpoint, ADDRESS, found).outcome is Filtering.ALLOW
