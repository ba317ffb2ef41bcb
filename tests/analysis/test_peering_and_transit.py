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
    workload,
    zone,
)

from scanner.analysis import peering, transit

AOAI = account(by=["pe"])
HUB = vnet("hub")
PE = endpoint("hub", "10.0.0.4")
ASKS = zone("app", aoai="10.0.0.4")
GATEWAYS = "microsoft.network/virtualnetworkgateways"
VHUBS = "microsoft.network/virtualhubs"
CONNECTIONS = f"{VHUBS}/hubvirtualnetworkconnections"
MANAGERS = "microsoft.network/networkmanagers"


def reach(*estates: Estate, gaps: Any = ()) -> str:
    topology = drawn(AOAI, PE, *estates, gaps=gaps)
    return verdict(transit.peered_with_endpoints(topology, the(topology, "app")))


def gateway(network: str) -> Estate:
    placed = {"properties": {"subnet": to(f"{network}#subnets/subnet")}}
    return {f"gw-{network}": {"type": GATEWAYS, "properties": {"ipConfigurations": [placed]}}}


def wan_hub(name: str, *networks: str) -> Estate:
    drawn_hub: Estate = {name: {"type": VHUBS, "properties": {}}}
    for network in networks:
        joined = {"type": CONNECTIONS, "properties": {"remoteVirtualNetwork": to(network)}}
        drawn_hub[f"{name}/{network}"] = joined
    return drawn_hub


@pytest.mark.parametrize(
    ("near", "back", "expected"),
    [
        ("Connected", "Connected", True),
        ("connected", "CONNECTED", True),
        ("Connected", None, True),
        ("Connected", "Initiated", False),
        ("Initiated", None, False),
        ("Initiated", "Initiated", False),
        ("Connected", "Disconnected", False),
        (None, "Connected", True),
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
    assert found == (frozenset({id_of(topology, "other")}) if expected else frozenset())


def test_a_peer_outside_the_snapshot_is_a_peer() -> None:
    topology = drawn(vnet("one", peers={FAR: "Connected"}))
    assert peering.peers(topology, id_of(topology, "one")) == {FAR.lower()}


# --- standing next to the endpoint ---


def test_a_vnet_beside_the_endpoint_passes_in_any_state_of_the_peering() -> None:
    for state in ("Connected", "Initiated", "Disconnected"):
        assert reach(HUB, vnet("app", peers={"hub": state}), ASKS) == "pass"
    assert reach(vnet("hub", peers={"app": "Connected"}), vnet("app"), ASKS) == "pass"


def test_an_isolated_vnet_fails() -> None:
    assert reach(HUB, vnet("app"), ASKS) == "fail"


def test_a_vnet_that_asks_for_nothing_is_none_of_its_business() -> None:
    assert reach(HUB, vnet("app"), zone("hub", aoai="10.0.0.4")) == "notApplicable"
    assert reach(HUB, vnet("app"), zone("app")) == "notApplicable"


def test_spoke_hub_spoke_is_not_followed() -> None:
    spokes = {**vnet("app", peers={"mid": "Connected"}), **vnet("hub", peers={"mid": "Connected"})}
    assert reach(spokes, vnet("mid", peers={"app": "Connected"}), ASKS) == "open"


def test_one_virtual_hub_joins_and_two_of_a_wan_are_not_followed() -> None:
    pair = {**HUB, **vnet("app")}
    assert reach(pair, ASKS, wan_hub("vhub", "app", "hub")) == "pass"
    wan: Estate = {"wan": {"type": "microsoft.network/virtualwans", "properties": {}}}
    hubs = {**wan_hub("one", "app"), **wan_hub("two", "hub")}
    assert reach(pair, ASKS, hubs) == "fail"
    for name in ("one", "two"):
        hubs[name]["properties"] = {"virtualWan": to("wan")}
    assert reach(pair, ASKS, hubs, wan) == "open"


def test_a_network_manager_may_connect_what_no_peering_does() -> None:
    manager: Estate = {"manager": {"type": MANAGERS, "properties": {}}}
    assert reach(HUB, vnet("app"), ASKS, manager) == "open"


def test_vnets_with_gateways_may_meet_through_them() -> None:
    both = {**gateway("hub"), **gateway("app")}
    assert reach(HUB, vnet("app"), ASKS, both) == "open"
    assert reach(HUB, vnet("app"), ASKS, gateway("hub")) == "fail"


@pytest.mark.parametrize("gap", [VNETS, VHUBS, MANAGERS, GATEWAYS, "*"])
def test_what_may_join_two_vnets_may_not_have_been_read(gap: str) -> None:
    assert reach(HUB, vnet("app"), ASKS, gaps=[gap]) == "open"


def test_an_unread_hub_hides_its_connections_though_another_was_read() -> None:
    read = {**wan_hub("vhub", "app"), **HUB, **vnet("app")}
    assert reach(read, ASKS) == "fail"
    assert reach(read, ASKS, gaps=[(VHUBS, "/subscriptions/other")]) == "open"


@pytest.mark.parametrize("gap", [LINKS, RECORDS, "microsoft.cognitiveservices/accounts"])
def test_a_name_that_was_not_read_may_be_asked_for(gap: str) -> None:
    app = vnet("app", peers={"hub": "Connected"})
    assert reach(HUB, app, ASKS, gaps=[gap]) == "open"
    assert reach(HUB, vnet("app"), ASKS, gaps=[gap]) == "fail"


def test_only_the_endpoint_that_the_record_answers_with_is_meant() -> None:
    two = account(by=["pe", "pe2"])
    app = vnet("app", peers={"hub": "Connected"})
    far = {**vnet("far"), **endpoint("far", "10.7.0.4", name="pe2")}
    topology = drawn(two, PE, far, HUB, app, ASKS)
    said = transit.peered_with_endpoints(topology, the(topology, "app"))
    assert verdict(said) == "pass"


def test_a_peer_outside_the_snapshot_may_lead_on() -> None:
    assert reach(HUB, vnet("app", peers={FAR: "Connected"}), ASKS) == "open"


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
