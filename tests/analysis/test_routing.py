"""Which way packets go: peerings, routes, appliances and what was not read."""

from typing import Any

import pytest
from drawing import FAR, NICS, Estate, drawn, the, to
from drawing_routes import (
    BALANCERS,
    FIREWALLS,
    GROUPS,
    MANAGERS,
    PEERINGS,
    POLICIES,
    TABLES,
    at,
    by,
    firewall,
    machine,
    network,
    outcome,
    passed,
    private_endpoint,
    table,
    way,
)

from scanner.analysis.consumers import consumers
from scanner.analysis.routing.route import route
from scanner.rules.nodes import Reference

NOTHING: dict[str, Any] = {}
CALLER = machine("app", ("app/work", "10.1.1.4"))
IN_HUB = private_endpoint("hub", "10.0.2.4")
IN_DATA = private_endpoint("data", "10.2.2.4")
APP = network("app", 1, peers={"hub": NOTHING})
HUB = network("hub", 0, peers={"app": NOTHING})


def peered(near: dict[str, Any], back: dict[str, Any]) -> list[Estate]:
    return [
        CALLER,
        IN_HUB,
        network("app", 1, peers={"hub": near}),
        network("hub", 0, peers={"app": back}),
    ]


# --- SEMANTICS 4.1: the same VNet, and directly peered ones ---


def test_within_a_vnet_the_way_is_direct() -> None:
    found = way(CALLER, network("app", 1), private_endpoint("app", "10.1.2.4"))
    assert found.outcome == "direct"
    assert [step.said for step in found.steps] == ["app has a /32 route to pe"]


def test_to_a_peered_vnet_the_way_is_direct_and_each_side_is_evidence() -> None:
    found = way(CALLER, IN_HUB, APP, HUB)
    assert [step.said for step in found.steps] == [
        "app is peered with hub, Connected on both sides",
        "app has a /32 route to pe",
    ]
    told = [(e.resource.path, e.relation, e.pointer, e.value) for e in found.steps[0].evidence]
    assert told == [
        ("app", "", "", None),
        ("app/to-hub", "has", "/properties/peeringState", "Connected"),
        ("hub", "peersWith", "", None),
        ("hub/to-app", "has", "/properties/peeringState", "Connected"),
    ]


@pytest.mark.parametrize(
    ("near", "back", "expected"),
    [
        ("Initiated", "Connected", "app/to-hub"),
        ("Connected", "Initiated", "hub/to-app"),
        ("Disconnected", "Disconnected", "app/to-hub"),
        ("Connected", "DISCONNECTED", "hub/to-app"),
    ],
)
def test_a_side_that_is_not_connected_is_to_blame(near: str, back: str, expected: str) -> None:
    estates = peered({"peeringState": near}, {"peeringState": back})
    assert outcome(*estates) == f"peeringNotConnected: {expected}"


def test_a_peering_that_only_one_side_began_leads_nowhere() -> None:
    near = network("app", 1, peers={"hub": {"peeringState": "Initiated"}})
    far = network("hub", 0, peers={"app": {"peeringState": "Disconnected"}})
    assert outcome(CALLER, IN_HUB, near, network("hub", 0)) == "peeringNotConnected: app/to-hub"
    assert outcome(CALLER, IN_HUB, network("app", 1), far) == "peeringNotConnected: hub/to-app"


def test_a_peering_that_one_side_alone_calls_connected_is_unknown() -> None:
    assert outcome(CALLER, IN_HUB, APP, network("hub", 0)) == "unknown"
    assert outcome(CALLER, IN_HUB, network("app", 1), HUB) == "unknown"


def test_a_connected_side_does_not_tell_what_the_other_keeps_out() -> None:
    subnet = {"subnet": to(f"{FAR}/subnets/pe")}
    outside = {
        "pe": {"type": "microsoft.network/privateendpoints", "properties": subnet},
        "nic-pe": {
            "type": NICS,
            "properties": {
                "privateEndpoint": to("pe"),
                "ipConfigurations": [{"properties": {**subnet, "privateIPAddress": "10.7.0.4"}}],
            },
        },
    }
    assert outcome(CALLER, outside, network("app", 1, peers={FAR: NOTHING})) == "unknown"
    assert outcome(CALLER, outside, network("app", 1)) == "notConnected: app"


def test_a_state_that_nobody_knows_is_unknown() -> None:
    assert outcome(*peered({"peeringState": "Resting"}, NOTHING)) == "unknown"


def test_unread_peerings_are_not_absent() -> None:
    apart = (CALLER, IN_HUB, network("app", 1), network("hub", 0))
    assert outcome(*apart) == "notConnected: app"
    assert outcome(*apart, gaps=[PEERINGS]) == "unknown"


def prefixes(*held: str) -> dict[str, Any]:
    return {"remoteAddressSpace": {"addressPrefixes": [*held]}}


def test_an_unsynced_peering_that_lacks_the_endpoint_or_the_caller_is_to_blame() -> None:
    late = {"peeringSyncLevel": "RemoteNotInSync"}
    lacks = prefixes("10.9.0.0/16")
    assert outcome(*peered(late | lacks, NOTHING)) == "peeringNotSynced: app/to-hub"
    assert outcome(*peered(NOTHING, late | lacks)) == "peeringNotSynced: hub/to-app"
    assert outcome(*peered(late | prefixes("10.0.0.0/16"), NOTHING)) == "direct"
    assert outcome(*peered(late, late)) == "direct"


def test_a_peering_that_contradicts_itself_about_addresses_is_unknown() -> None:
    assert outcome(*peered(prefixes("10.9.0.0/16"), NOTHING)) == "unknown"
    synced = prefixes("10.9.0.0/16") | {"peeringSyncLevel": "FullyInSync"}
    assert outcome(*peered(synced, NOTHING)) == "unknown"


def test_a_peering_that_knows_some_of_the_callers_is_unknown() -> None:
    late = prefixes("10.1.1.4/32") | {"peeringSyncLevel": "RemoteNotInSync"}
    more = machine("more", ("app/work", "10.1.1.9"))
    assert outcome(*peered(NOTHING, late)) == "direct"
    assert outcome(*peered(NOTHING, late), more) == "unknown"


def joined(local: list[str] | None, remote: list[str] | None) -> dict[str, Any]:
    return {"peerCompleteVnets": False, "localSubnetNames": local, "remoteSubnetNames": remote}


def test_subnet_peering_joins_the_named_subnets_only() -> None:
    assert outcome(*peered(joined(["Work"], ["PE"]), joined(["pe"], ["work"]))) == "direct"
    assert outcome(*peered(joined(["nva"], ["pe"]), NOTHING)) == "subnetNotPeered: app/to-hub"
    assert outcome(*peered(joined(["work"], ["nva"]), NOTHING)) == "subnetNotPeered: app/to-hub"
    assert outcome(*peered(NOTHING, joined(["nva"], ["work"]))) == "subnetNotPeered: hub/to-app"
    assert outcome(*peered(joined(None, ["pe"]), NOTHING)) == "unknown"


def test_a_peering_for_ipv6_only_carries_no_ipv4() -> None:
    only = {"enableOnlyIPv6Peering": True}
    assert outcome(*peered(only, NOTHING)) == "ipv6Only: app/to-hub"
    assert outcome(*peered(NOTHING, only)) == "ipv6Only: hub/to-app"


def test_blocked_access_is_said_and_left_to_filters() -> None:
    found = way(*peered({"allowVirtualNetworkAccess": False}, NOTHING))
    assert found.outcome == "direct"
    assert "app/to-hub takes the other VNet out of the tag VirtualNetwork" in {
        step.said for step in found.steps
    }


# --- SEMANTICS 5: routes of one's own ---


def own(*routes: Any, policies: str = "", **more: Any) -> list[Estate]:
    """A caller peered with the endpoint's VNet, and routes of its own."""
    told = {"privateEndpointNetworkPolicies": policies} if policies else {}
    return [
        CALLER,
        IN_HUB,
        network("app", 1, peers={"hub": NOTHING}, work=by()),
        network("hub", 0, peers={"app": NOTHING}, pe=told),
        table(*routes, **more),
    ]


TO_FIREWALL = ("VirtualAppliance", "10.0.0.4")


def test_a_default_route_that_drops_does_not_touch_an_endpoint_beside() -> None:
    assert outcome(*own(("0.0.0.0/0", "None"))) == "direct"
    assert outcome(*own(("0.0.0.0/0", "None"), policies="Enabled")) == "direct"


def test_a_route_for_the_single_address_counts_before_the_endpoints() -> None:
    assert outcome(*own(("10.0.2.4/32", "None"))) == "routeDrops: rt"
    assert outcome(*own(("10.0.2.4/32", "Internet"))) == "routeDrops: rt"
    assert outcome(*own(("10.0.2.4/32", *TO_FIREWALL)), firewall()) == "via fw"


@pytest.mark.parametrize(
    ("prefix", "policies", "expected"),
    [
        ("10.0.2.0/24", "RouteTableEnabled", "routeDrops: rt"),
        ("10.0.2.0/24", "enabled", "routeDrops: rt"),
        ("10.0.0.0/16", "Enabled", "routeDrops: rt"),
        ("10.0.0.0/15", "Enabled", "direct"),
        ("10.0.0.0/8", "Enabled", "direct"),
        ("10.0.2.0/24", "NetworkSecurityGroupEnabled", "direct"),
        ("10.0.2.0/24", "Disabled", "direct"),
        ("10.0.2.0/24", "", "direct"),
        ("10.0.3.0/24", "Enabled", "direct"),
    ],
)
def test_a_route_as_long_as_the_vnets_prefix_counts_where_policies_let_it(
    prefix: str, policies: str, expected: str
) -> None:
    assert outcome(*own((prefix, "None"), policies=policies)) == expected


def test_a_route_as_long_as_a_vnet_of_a_24_counts_and_a_shorter_one_does_not() -> None:
    small = network(
        "hub",
        0,
        peers={"app": NOTHING},
        space="10.0.2.0/24",
        pe={"privateEndpointNetworkPolicies": "RouteTableEnabled"},
    )
    app = network("app", 1, peers={"hub": NOTHING}, work=by())
    for prefix, expected in (("10.0.2.0/24", "routeDrops: rt"), ("10.0.0.0/8", "direct")):
        assert outcome(CALLER, IN_HUB, app, small, table((prefix, "None"))) == expected


def test_a_route_of_unclear_rank_is_unknown() -> None:
    estates = own(("10.0.2.0/24", "None"), policies="Enabled")
    estates[3]["hub"]["properties"]["addressSpace"] = {}
    assert outcome(*estates) == "unknown"
    estates[3]["hub"]["properties"]["subnets"] = []
    assert outcome(*estates) == "unknown"


def test_service_tags_and_ipv6_hold_no_private_address() -> None:
    tags = (("AzureCloud", "None"), ("::/0", "None"), ("10.0.2.4/32", *TO_FIREWALL))
    assert outcome(*own(*tags[:2])) == "direct"
    assert outcome(*own(*tags), firewall()) == "via fw"


def test_the_longest_prefix_decides() -> None:
    routes = (("10.0.0.0/16", "None"), ("10.0.2.0/24", *TO_FIREWALL), ("0.0.0.0/0", "Internet"))
    assert outcome(*own(*routes, policies="Enabled"), firewall()) == "via fw"


def test_vnet_local_delivers_within_the_vnet_and_is_unclear_beyond() -> None:
    inside = network("app", 1, work=by())
    local = table(("10.1.2.4/32", "VnetLocal"))
    assert outcome(CALLER, inside, private_endpoint("app", "10.1.2.4"), local) == "direct"
    assert outcome(*own(("10.0.2.4/32", "VnetLocal"))) == "unknown"


def test_a_next_hop_of_a_new_kind_is_unknown() -> None:
    assert outcome(*own(("10.0.2.4/32", "HyperNetGateway"))) == "unknown"
    assert outcome(*own(("10.0.2.4/32", "VirtualAppliance"))) == "unknown"


def test_an_unread_route_table_is_not_an_empty_one() -> None:
    estates = own()
    assert outcome(*estates) == "direct"
    estates[2]["app"]["properties"]["subnets"][0]["properties"]["routeTable"] = to(
        "/subscriptions/x/resourceGroups/x/providers/Microsoft.Network/routeTables/rt"
    )
    assert outcome(*estates, gaps=[TABLES]) == "unknown"


# --- SEMANTICS 4.1: spoke, hub, spoke ---

SPOKE_FLAG = {"allowForwardedTraffic": True}


def spokes(
    *routes: Any, app: dict[str, Any] = SPOKE_FLAG, data: dict[str, Any] = SPOKE_FLAG, **hub: Any
) -> list[Estate]:
    """Two spokes of a hub: the caller in one, the endpoint in the other."""
    return [
        CALLER,
        IN_DATA,
        network("app", 1, peers={"hub": app}, work=by()),
        network("hub", 0, peers={"app": NOTHING, "data": NOTHING}, **hub),
        network("data", 2, peers={"hub": data}),
        table(*routes),
    ]


EVERYTHING = ("0.0.0.0/0", *TO_FIREWALL)


def test_peering_is_not_transitive() -> None:
    assert outcome(*spokes()) == "notTransitive: app"


def test_a_firewall_in_the_hub_carries_packets_between_spokes() -> None:
    found = way(*spokes(EVERYTHING), firewall())
    assert (found.outcome, passed(found)) == ("via", "fw")
    assert [step.said for step in found.steps] == [
        "the route r0 of rt sends 0.0.0.0/0 to 10.0.0.4, fw",
        "app is peered with hub, Connected on both sides",
        "hub is peered with data, Connected on both sides",
        "hub has a /32 route to pe",
        "app/to-hub allows forwarded traffic",
        "data/to-hub allows forwarded traffic",
    ]


@pytest.mark.parametrize(
    ("app", "data", "expected"),
    [
        (True, False, "forwardedTrafficRefused: data/to-hub"),
        (False, True, "forwardedTrafficRefused: app/to-hub"),
        (None, True, "unknown"),
        (True, True, "via fw"),
    ],
)
def test_both_spokes_must_take_forwarded_traffic(
    app: bool | None,  # noqa: FBT001
    data: bool | None,  # noqa: FBT001
    expected: str,
) -> None:
    flags = [{} if flag is None else {"allowForwardedTraffic": flag} for flag in (app, data)]
    assert outcome(*spokes(EVERYTHING, app=flags[0], data=flags[1]), firewall()) == expected


def policy(*rule_types: str, **said: Any) -> Estate:
    rules = [{"rules": [{"ruleType": kind}]} for kind in rule_types]
    group = {"priority": 1, "ruleCollections": rules}
    return {
        "fwp": {"type": POLICIES, "properties": said},
        "fwp/rcg": {"type": GROUPS, "properties": group},
    }


@pytest.mark.parametrize(
    ("said", "rules", "expected"),
    [
        ({}, ["NetworkRule"], "forwardedTrafficRefused: data/to-hub"),
        ({}, ["NetworkRule", "ApplicationRule"], "unknown"),
        ({"snat": {"privateRanges": ["255.255.255.255/32"]}}, ["ApplicationRule"], "via fw"),
        (
            {"snat": {"privateRanges": ["IANAPrivateRanges"]}},
            ["NetworkRule"],
            "forwardedTrafficRefused: data/to-hub",
        ),
        ({"snat": {"autoLearnPrivateRanges": "Enabled"}}, ["NetworkRule"], "unknown"),
        ({"basePolicy": to(f"{FAR}/firewallPolicies/base")}, ["NetworkRule"], "unknown"),
    ],
)
def test_a_firewall_that_hides_the_sender_needs_no_leave(
    said: Any, rules: list[str], expected: str
) -> None:
    refuses = {"allowForwardedTraffic": False}
    estates = (*spokes(EVERYTHING, data=refuses), firewall(firewallPolicy=to("fwp")))
    assert outcome(*estates, policy(*rules, **said)) == expected


@pytest.mark.parametrize("inherited", [True, False])
def test_inherited_and_empty_private_ranges_do_not_say_who_is_hidden(
    inherited: bool,  # noqa: FBT001
) -> None:
    ranges = {"snat": {"privateRanges": ["255.255.255.255/32"] if inherited else []}}
    base: Estate = {"base": {"type": POLICIES, "properties": ranges}}
    said: Any = {"basePolicy": to("base")} if inherited else ranges
    refuses = {"allowForwardedTraffic": False}
    estates = (*spokes(EVERYTHING, data=refuses), firewall(firewallPolicy=to("fwp")), base)
    assert outcome(*estates, policy("NetworkRule", **said)) == "unknown"


def test_unread_rules_may_hide_the_sender() -> None:
    refuses = {"allowForwardedTraffic": False}
    estates = (*spokes(EVERYTHING, data=refuses), firewall(firewallPolicy=to("fwp")))
    assert outcome(*estates, policy("NetworkRule"), gaps=[GROUPS]) == "unknown"


def test_an_appliance_may_hide_the_sender() -> None:
    refuses = {"allowForwardedTraffic": False}
    nva = machine("nva", ("hub/nva", "10.0.0.4"), forwards=True)
    assert outcome(*spokes(EVERYTHING), nva) == "via nic-nva"
    assert outcome(*spokes(EVERYTHING, data=refuses), nva) == "unknown"


def test_an_endpoint_in_the_hub_needs_no_leave_to_forward() -> None:
    refuses = {"allowForwardedTraffic": False}
    app = network("app", 1, peers={"hub": refuses}, work=by())
    hub = network("hub", 0, peers={"app": refuses})
    exact = table(("10.0.2.4/32", *TO_FIREWALL))
    assert outcome(CALLER, IN_HUB, app, hub, exact, firewall()) == "via fw"


def test_a_route_that_drops_between_spokes_is_to_blame() -> None:
    assert outcome(*spokes(("0.0.0.0/0", "None"))) == "routeDrops: rt"
    assert outcome(*spokes(("10.0.0.0/8", "None"), EVERYTHING), firewall()) == "routeDrops: rt"


def test_the_firewalls_own_routes_count_from_its_subnet() -> None:
    drops = table(("10.2.2.4/32", "None"), name="rt-fw")
    behind = spokes(EVERYTHING, AzureFirewallSubnet=by("rt-fw"))
    assert outcome(*behind, firewall(), drops) == "routeDrops: rt-fw"


def test_routes_that_lead_back_are_a_loop() -> None:
    back = table(("10.2.2.4/32", *TO_FIREWALL), name="rt-fw")
    behind = spokes(EVERYTHING, AzureFirewallSubnet=by("rt-fw"))
    assert outcome(*behind, firewall(), back) == "routingLoop: rt-fw"


def beside(**said: Any) -> list[Estate]:
    """Two spokes with a peering of their own, and a firewall in their hub."""
    estates = spokes(EVERYTHING)
    estates[2] = network("app", 1, peers={"hub": SPOKE_FLAG, "data": said}, work=by())
    estates[4] = network("data", 2, peers={"hub": SPOKE_FLAG, "app": {}})
    return [*estates, firewall()]


def test_a_peering_without_a_route_leaves_the_way_by_the_firewall() -> None:
    assert outcome(*beside()) == "direct"
    assert outcome(*beside(peeringState="Disconnected")) == "via fw"
    assert outcome(*beside(enableOnlyIPv6Peering=True)) == "via fw"
    late = prefixes("10.9.0.0/16") | {"peeringSyncLevel": "RemoteNotInSync"}
    assert outcome(*beside(**late)) == "via fw"


def test_a_subnet_left_out_of_a_peering_may_still_be_drawn_there() -> None:
    assert outcome(*beside(**joined(["nva"], ["pe"]))) == "unknown"


# --- who stands at the next hop ---


def test_an_interface_that_does_not_forward_is_to_blame() -> None:
    off = machine("nva", ("hub/nva", "10.0.0.4"))
    untold = machine("nva", ("hub/nva", "10.0.0.4"), forwards=None)
    assert outcome(*spokes(EVERYTHING), off) == "forwardingOff: nic-nva"
    assert outcome(*spokes(EVERYTHING), untold) == "unknown"


def test_a_machine_with_two_interfaces_may_send_on_from_either() -> None:
    places = (("hub/nva", "10.0.0.4"), ("hub/work", "10.0.1.4"))
    nva = machine("nva", *places, forwards=True)
    assert outcome(*spokes(EVERYTHING), nva) == "via nic-nva"
    drops = table(("10.2.2.4/32", "None"), name="rt-out")
    assert outcome(*spokes(EVERYTHING, work=by("rt-out")), nva, drops) == "unknown"
    both = spokes(EVERYTHING, work=by("rt-out"), nva=by("rt-out"))
    assert outcome(*both, nva, drops) == "routeDrops: rt-out"


def balancer(*interfaces: str) -> Estate:
    backends = [to(f"{name}#ipConfigurations/c") for name in interfaces]
    pool = {"properties": {"backendIPConfigurations": backends}}
    properties = {
        "frontendIPConfigurations": [at("hub/nva", "10.0.0.4")],
        "backendAddressPools": [pool],
    }
    return {"lb": {"type": BALANCERS, "properties": properties}}


def test_a_load_balancer_leads_to_what_is_behind_it() -> None:
    one = machine("one", ("hub/nva", "10.0.3.5"), forwards=True)
    two = machine("two", ("hub/nva", "10.0.3.6"), forwards=True)
    off = machine("two", ("hub/nva", "10.0.3.6"))
    pair = balancer("nic-one", "nic-two")
    assert outcome(*spokes(EVERYTHING), pair, one, two) == "via nic-one|nic-two"
    assert outcome(*spokes(EVERYTHING), pair, one, off) == "unknown"
    assert outcome(*spokes(EVERYTHING), balancer("nic-two"), off) == "forwardingOff: nic-two"
    assert outcome(*spokes(EVERYTHING), balancer()) == "unknown"


def test_a_machine_behind_a_load_balancer_that_does_not_tell_its_subnet_ends_no_scan() -> None:
    lost = machine("one", ("hub/nva", "10.0.3.5"), forwards=True)
    del lost["nic-one"]["properties"]["ipConfigurations"]
    assert outcome(*spokes(EVERYTHING), balancer("nic-one"), lost) == "unknown"


def test_a_next_hop_that_nobody_near_has_is_to_blame() -> None:
    assert outcome(*spokes(EVERYTHING)) == "nextHopAbsent: rt"
    for kind in (NICS, FIREWALLS, BALANCERS):
        assert outcome(*spokes(EVERYTHING), gaps=[kind]) == "unknown"


def test_a_next_hop_in_no_known_vnet_is_unknown() -> None:
    assert outcome(*spokes(("0.0.0.0/0", "VirtualAppliance", "192.168.0.4"))) == "unknown"


def test_a_next_hop_in_a_vnet_that_is_not_peered_is_absent() -> None:
    far = (network("other", 5), machine("nva", ("other/nva", "10.5.3.4"), forwards=True))
    estates = (*spokes(("0.0.0.0/0", "VirtualAppliance", "10.5.3.4")), *far)
    assert outcome(*estates) == "nextHopAbsent: rt"
    assert outcome(*estates, gaps=[PEERINGS]) == "unknown"


INSTANCE = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/s"
    "/virtualMachines/0/networkInterfaces/n/ipConfigurations/c"
)
NGFW = {"serviceName": "PaloAltoNetworks.Cloudngfw/firewalls"}


@pytest.mark.parametrize(
    "told", [{"ipConfigurations": [{"id": INSTANCE}]}, {"delegations": [{"properties": NGFW}]}]
)
def test_something_without_an_interface_of_its_own_may_be_the_next_hop(told: Any) -> None:
    assert outcome(*spokes(EVERYTHING, AzureFirewallSubnet=told)) == "unknown"


def test_an_interface_that_does_not_tell_its_address_may_be_the_next_hop() -> None:
    hidden = machine("nva", ("hub/AzureFirewallSubnet", ""), forwards=True)
    assert outcome(*spokes(EVERYTHING), hidden) == "unknown"


def test_a_broken_peering_to_the_next_hop_is_to_blame() -> None:
    estates = spokes(EVERYTHING, app={"peeringState": "Disconnected"})
    assert outcome(*estates, firewall()) == "peeringNotConnected: app/to-hub"


def to_any_of(*hops: str, prefix: str = "0.0.0.0/0", name: str = "rt") -> Estate:
    shared = table((prefix, "VirtualApplianceEcmp"), name=name)
    said = shared[name]["properties"]["routes"][0]["properties"]
    said["nextHop"] = {"nextHopIpAddresses": list(hops)}
    return shared


def test_several_next_hops_must_agree() -> None:
    shared = to_any_of("10.0.3.5", "10.0.3.6")
    estates = [estate for estate in spokes() if "rt" not in estate]
    one = machine("one", ("hub/nva", "10.0.3.5"), forwards=True)
    two = machine("two", ("hub/nva", "10.0.3.6"), forwards=True)
    off = machine("two", ("hub/nva", "10.0.3.6"))
    assert outcome(*estates, shared, one, two) == "via nic-one or via nic-two"
    assert outcome(*estates, shared, one, off) == "unknown"
    neither = machine("one", ("hub/nva", "10.0.3.5"))
    assert outcome(*estates, shared, neither, off) == "forwardingOff: nic-one"


def test_appliances_in_a_row_are_passed_one_after_the_other() -> None:
    second = table(("10.2.2.4/32", "VirtualAppliance", "10.0.3.5"), name="rt-fw")
    nva = machine("nva", ("hub/nva", "10.0.3.5"), forwards=True)
    behind = spokes(EVERYTHING, AzureFirewallSubnet=by("rt-fw"))
    assert outcome(*behind, firewall(), second, nva) == "via fw nic-nva"
    two = machine("two", ("hub/nva", "10.0.3.6"), forwards=True)
    beside = to_any_of("10.0.3.5", "10.0.3.6", prefix="10.2.2.4/32", name="rt-fw")
    assert outcome(*behind, firewall(), beside, nva, two) == "via fw nic-nva or via fw nic-two"


@pytest.mark.parametrize("count", [12, 100])
def test_the_ways_through_appliances_that_route_to_each_other_are_not_all_followed(
    count: int,
) -> None:
    """Without a limit, twelve have half a billion orders in which to pass them."""
    hops = [f"10.0.3.{4 + number}" for number in range(count)]
    nvas = [machine(f"nva{h}", ("hub/nva", h), forwards=True) for h in hops]
    around = to_any_of(*hops, prefix="10.2.2.4/32", name="rt-nva")
    estates = [estate for estate in spokes(nva=by("rt-nva")) if "rt" not in estate]
    assert outcome(*estates, to_any_of(*hops), around, *nvas) == "unknown"


@pytest.mark.parametrize(("count", "expected"), [(16, "via"), (17, "unknown"), (200, "unknown")])
def test_a_row_of_appliances_is_not_followed_without_end(count: int, expected: str) -> None:
    """Without a limit, the last of hundreds lies deeper than Python descends."""
    estates, hub = spokes(("0.0.0.0/0", "VirtualAppliance", "10.0.9.0")), dict[str, Any]()
    for number in range(count):
        onward = ("10.2.2.4/32", "VirtualAppliance", f"10.0.9.{number + 1}")
        routes = [onward] if number + 1 < count else []
        estates.append(table(*routes, name=f"rt{number}"))
        place = machine(f"nva{number}", (f"hub/s{number}", f"10.0.9.{number}"), forwards=True)
        estates.append(place)
        hub[f"s{number}"] = {"addressPrefix": f"10.0.9.{number}/32", **by(f"rt{number}")}
    (drawn_hub,) = (estate["hub"]["properties"] for estate in estates if "hub" in estate)
    drawn_hub["subnets"] += [
        {"id": Reference(f"hub#subnets/{name}"), "properties": said} for name, said in hub.items()
    ]
    assert outcome(*estates).partition(" ")[0] == expected


# --- what nobody sees ---


def manager(*scopes: str, accesses: Any = ("Connectivity",)) -> Estate:
    told = {"managementGroups": [], "subscriptions": [*scopes]}
    properties = {"networkManagerScopes": told, "networkManagerScopeAccesses": [*accesses]}
    return {"avnm": {"type": MANAGERS, "properties": properties}}


def test_a_network_manager_may_connect_what_nothing_else_does() -> None:
    apart = (CALLER, IN_HUB, network("app", 1), network("hub", 0))
    assert outcome(*apart, manager()) == "unknown"
    assert outcome(*apart, gaps=[MANAGERS]) == "unknown"
    assert outcome(*apart, manager("/subscriptions/elsewhere")) == "notConnected: app"
    assert outcome(*apart, manager(accesses=["SecurityAdmin"])) == "notConnected: app"
    assert outcome(*peered(NOTHING, NOTHING), manager()) == "direct"


def test_a_nearer_vnet_with_the_same_addresses_gets_the_packet() -> None:
    same = network("app", 1, space="10.0.0.0/8")
    assert outcome(CALLER, IN_DATA, same, network("data", 2)) == "addressOverlap: app"
    peer = network("twin", 2, peers={"app": NOTHING})
    beside = network("app", 1, peers={"twin": NOTHING})
    estates = (CALLER, IN_DATA, beside, peer, network("data", 2))
    assert outcome(*estates) == "addressOverlap: twin"


def test_an_unread_subnet_of_the_caller_is_unknown() -> None:
    topology = drawn(CALLER, IN_HUB, APP, HUB)
    (consumer,) = consumers(topology)
    bare = drawn(IN_HUB, network("hub", 0))
    found = route(bare, consumer, the(bare, "pe"), "10.0.2.4")
    assert (found.outcome, found.unread) == ("unknown", "the subnet app/work was not read")
