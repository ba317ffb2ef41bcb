"""Which VNets stand next to each other, and which can only be told to hang together."""

from typing import Any

import pytest
from drawing import (
    FAR,
    LINKS,
    RECORDS,
    VNETS,
    Estate,
    account,
    drawn,
    endpoint,
    id_of,
    the,
    to,
    verdict,
    vnet,
    wan_hub,
    workload,
    zone,
)

from scanner.analysis.calls import Reach
from scanner.analysis.checks import transit
from scanner.analysis.connections import intended
from scanner.analysis.routing import peering

AOAI = account(by=["pe"])
HUB = vnet("hub")
PEERED_HUB = vnet("hub", peers={"app": "Connected"})
PEERED_APP = vnet("app", peers={"hub": "Connected"})
PE = endpoint("hub", "10.0.0.4")
ASKS = {**zone("app", aoai="10.0.0.4"), **workload("app")}
GATEWAYS = "microsoft.network/virtualnetworkgateways"
VHUBS = "microsoft.network/virtualhubs"
MANAGERS = "microsoft.network/networkmanagers"


def reach(*estates: Estate, gaps: Any = ()) -> str:
    """Return how the workload of `app` comes out: the cause, else the verdict; empty for none."""
    topology = drawn(AOAI, PE, *estates, gaps=gaps)
    for found in intended(topology):
        if found.consumer.network.path == "app":
            assert found.broken or found.unread or found.verdict is Reach.REACHABLE
            return found.broken.cause.value if found.broken else found.verdict.value
    return ""


def gateway(network: str) -> Estate:
    placed = {"properties": {"subnet": to(f"{network}#subnets/subnet")}}
    return {f"gw-{network}": {"type": GATEWAYS, "properties": {"ipConfigurations": [placed]}}}


@pytest.mark.parametrize(
    ("near", "back", "expected"),
    [
        ("Connected", "Connected", True),
        ("connected", "CONNECTED", True),
        ("Connected", "Initiated", False),
        ("Initiated", None, False),
        ("Initiated", "Initiated", False),
        ("Connected", "Disconnected", False),
        ("Initiated", "Connected", False),
        (None, None, False),
    ],
)
def test_a_peering_works_when_both_sides_are_connected(
    near: str | None, back: str | None, *, expected: bool
) -> None:
    one = vnet("one", peers={"other": near} if near else None)
    other = vnet("other", peers={"one": back} if back else None)
    topology = drawn(one, other)
    found = peering.peers(topology, id_of(topology, "one"))
    known = frozenset({id_of(topology, "other")}) if expected else frozenset()
    assert found == peering.Peers(known, {})


def test_a_peer_outside_the_snapshot_is_a_peer() -> None:
    topology = drawn(vnet("one", peers={FAR: "Connected"}))
    assert peering.peers(topology, id_of(topology, "one")).known == {FAR.lower()}


def test_a_peering_that_one_side_alone_calls_connected_is_not_certain() -> None:
    topology = drawn(vnet("one", peers={"two": "Connected"}), vnet("two"))
    for end, other in (("one", "two"), ("two", "one")):
        found = peering.peers(topology, id_of(topology, end))
        assert not found.known
        assert list(found.perhaps) == [id_of(topology, other)]


def test_a_peering_without_a_state_is_a_gap() -> None:
    one = vnet("one", peers={"hub": "Connected"})
    del one["one"]["properties"]["virtualNetworkPeerings"][0]["properties"]["peeringState"]
    topology = drawn(one, HUB)
    assert [gap.type for gap in topology.inventory.gaps] == [f"{VNETS}/virtualnetworkpeerings"]
    assert reach(HUB, one | vnet("app"), ASKS) == "notConnected"


# --- standing next to the endpoint ---


def test_a_peering_that_is_not_connected_is_a_cause_of_its_own() -> None:
    for state in ("Initiated", "Disconnected"):
        assert reach(HUB, vnet("app", peers={"hub": state}), ASKS) == "peeringNotConnected"
    assert reach(PEERED_HUB, PEERED_APP, ASKS) == "reachable"


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ({"peerCompleteVnets": False}, "unknown"),
        ({"enableOnlyIPv6Peering": True}, "ipv6Only"),
        ({"allowVirtualNetworkAccess": False}, "unknown"),
    ],
)
def test_a_connected_peering_may_carry_nothing(flag: Any, expected: str) -> None:
    app = vnet("app", peers={"hub": "Connected"}, **flag)
    assert reach(PEERED_HUB, app, ASKS) == expected


def test_a_peering_that_one_side_alone_calls_connected_is_unknown() -> None:
    assert reach(PEERED_HUB, vnet("app"), ASKS) == "unknown"


def test_a_vnet_without_a_workload_calls_nobody() -> None:
    assert not reach(HUB, vnet("app"), zone("app", aoai="10.0.0.4"))


def test_a_vnet_that_asks_unknown_servers_need_not_get_the_zones_answer() -> None:
    peered = {"hub": "Connected"}
    assert reach(PEERED_HUB, vnet("app", dns=["10.9.9.9"], peers=peered), ASKS) == "unknown"
    mixed = vnet("app", dns=["10.9.9.9", "168.63.129.16"])
    assert reach(HUB, mixed, ASKS) == "unknown"
    # Nothing then shows that it wants the account.
    assert not reach(HUB, vnet("app", dns=["10.9.9.9"]), ASKS)


def test_a_spoke_that_asks_through_a_resolver_wants_what_the_resolvers_vnet_is_linked_to() -> None:
    resolver: Estate = {
        "resolver": {
            "type": "microsoft.network/dnsresolvers",
            "properties": {"virtualNetwork": to("dns")},
        },
        "resolver/in": {
            "type": "microsoft.network/dnsresolvers/inboundendpoints",
            "properties": {"ipConfigurations": [{"privateIpAddress": "10.9.0.4"}]},
        },
        **vnet("dns", peers={"app": "Connected"}),
    }
    app = vnet("app", peers={"dns": "Connected"}, dns=["10.9.0.4"])
    linked = zone("dns", aoai="10.0.0.4")
    assert reach(HUB, app, resolver, linked, workload("app")) == "notConnected"
    assert not reach(HUB, app, resolver, linked)


def test_an_isolated_vnet_is_not_connected() -> None:
    assert reach(HUB, vnet("app"), ASKS) == "notConnected"


def test_a_vnet_that_asks_for_nothing_is_none_of_its_business() -> None:
    assert not reach(HUB, vnet("app"), zone("hub", aoai="10.0.0.4"), workload("app"))
    assert reach(HUB, vnet("app"), zone("app"), workload("app")) == "recordMissing"


def test_spoke_hub_spoke_is_no_path() -> None:
    spokes = {**vnet("app", peers={"mid": "Connected"}), **vnet("hub", peers={"mid": "Connected"})}
    mid = vnet("mid", peers={"app": "Connected", "hub": "Connected"})
    assert reach(spokes, mid, ASKS) == "notTransitive"


def test_one_virtual_hub_joins_and_so_do_two_of_a_wan() -> None:
    pair = {**HUB, **vnet("app")}
    assert reach(pair, ASKS, wan_hub("vhub", "app", "hub")) == "reachable"
    wan: Estate = {"wan": {"type": "microsoft.network/virtualwans", "properties": {}}}
    hubs = {**wan_hub("one", "app"), **wan_hub("two", "hub")}
    assert reach(pair, ASKS, hubs) == "unknown"
    for name in ("one", "two"):
        hubs[name]["properties"] = {"virtualWan": to("wan")}
    assert reach(pair, ASKS, hubs, wan) == "reachable"


def test_a_network_manager_may_connect_what_no_peering_does() -> None:
    manager: Estate = {"manager": {"type": MANAGERS, "properties": {}}}
    assert reach(HUB, vnet("app"), ASKS, manager) == "unknown"


@pytest.mark.parametrize("gap", [VHUBS, MANAGERS, "*"])
def test_what_may_join_two_vnets_may_not_have_been_read(gap: str) -> None:
    assert reach(HUB, vnet("app"), ASKS, gaps=[gap]) == "unknown"


def test_an_unread_hub_hides_its_connections_though_another_was_read() -> None:
    read = {**wan_hub("vhub", "app"), **HUB, **vnet("app")}
    assert reach(read, ASKS) == "notConnected"
    assert reach(read, ASKS, gaps=[(VHUBS, "/subscriptions/other")]) == "unknown"


@pytest.mark.parametrize("gap", [LINKS, RECORDS])
def test_a_name_that_was_not_read_may_resolve_otherwise(gap: str) -> None:
    assert reach(PEERED_HUB, PEERED_APP, zone("app"), workload("app"), gaps=[gap]) == "unknown"


def test_only_the_endpoint_that_the_record_answers_with_is_meant() -> None:
    two = account(by=["pe", "pe2"])
    far = {**vnet("far"), **endpoint("far", "10.7.0.4", name="pe2")}
    topology = drawn(two, PE, far, PEERED_HUB, PEERED_APP, ASKS)
    assert [found.verdict for found in intended(topology)] == [Reach.REACHABLE]


def test_a_peer_outside_the_snapshot_leads_nowhere_by_itself() -> None:
    assert reach(HUB, vnet("app", peers={FAR: "Connected"}), ASKS) == "notConnected"


# --- whose gateway ---


def flags(spoke: dict[str, Any], hub: dict[str, Any], *more: Estate, gaps: Any = ()) -> Any:
    estates = (
        vnet("hub", peers={"app": "Connected"}, **hub),
        vnet("app", peers={"hub": "Connected"}, **spoke),
    )
    topology = drawn(AOAI, PE, *estates, *more, gaps=gaps)
    sides = (the(topology, "app/hub"), the(topology, "hub/app"))
    return tuple(verdict(transit.gateway_flags_agree(topology, side)) for side in sides)


USES: dict[str, Any] = {"useRemoteGateways": True}
LETS: dict[str, Any] = {"allowGatewayTransit": True}


def test_both_sides_agree() -> None:
    assert flags(USES, LETS, gateway("hub")) == ("pass", "pass")


def test_a_side_that_uses_a_gateway_needs_leave() -> None:
    assert flags(USES, {}, gateway("hub")) == ("fail", "notApplicable")


def test_a_side_that_gives_leave_waits_for_the_other_if_it_has_a_gateway() -> None:
    assert flags({}, LETS, gateway("hub")) == ("notApplicable", "fail")
    assert flags({}, LETS) == ("notApplicable", "notApplicable")
    assert flags({}, LETS, gateway("hub"), gateway("app")) == ("notApplicable", "notApplicable")


def test_a_gateway_that_was_not_read_may_be_there() -> None:
    assert flags({}, LETS, gaps=[GATEWAYS]) == ("notApplicable", "open")


def test_a_side_that_uses_another_gateway_cannot_use_this_one() -> None:
    third = vnet("third")
    sides = {"hub": "Connected", "third": "Connected"}
    app = vnet("app", peers=sides)
    app["app"]["properties"]["virtualNetworkPeerings"][1]["properties"]["useRemoteGateways"] = True
    hub = vnet("hub", peers={"app": "Connected"}, **LETS)
    topology = drawn(AOAI, PE, hub, app, third, gateway("hub"))
    said = transit.gateway_flags_agree(topology, the(topology, "hub/app"))
    assert verdict(said) == "notApplicable"
    wan = wan_hub("vhub", "app")
    topology = drawn(AOAI, PE, hub, vnet("app", peers={"hub": "Connected"}), gateway("hub"), wan)
    said = transit.gateway_flags_agree(topology, the(topology, "hub/app"))
    assert verdict(said) == "notApplicable"


def test_neither_flag_means_nothing() -> None:
    assert flags({}, {}, gateway("hub")) == ("notApplicable", "notApplicable")


def test_the_other_side_may_be_outside_the_snapshot_or_unread() -> None:
    hub = vnet("hub", peers={FAR: "Connected"}, **USES)
    topology = drawn(AOAI, PE, hub)
    assert verdict(transit.gateway_flags_agree(topology, the(topology, "hub/far"))) == "open"
    hub, app = vnet("hub", peers={"app": "Connected"}, **USES), vnet("app")
    topology = drawn(AOAI, PE, hub, app, workload("app"))
    assert verdict(transit.gateway_flags_agree(topology, the(topology, "hub/app"))) == (
        "notApplicable"
    )
    topology = drawn(AOAI, PE, hub, app, gaps=[VNETS])
    assert verdict(transit.gateway_flags_agree(topology, the(topology, "hub/app"))) == "open"
