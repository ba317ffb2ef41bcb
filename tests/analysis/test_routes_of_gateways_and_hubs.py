"""Which way packets go by VPN gateways and Virtual WAN hubs."""

from typing import Any

import pytest
from drawing import FAR, HUB_CONNECTIONS, HUB_ROUTE_TABLES, VHUBS, Estate, to
from drawing_routes import (
    CONNECTIONS,
    FIREWALLS,
    GATEWAYS,
    SITES,
    by,
    firewall,
    gateway,
    hub_connection,
    hub_routes,
    machine,
    network,
    outcome,
    passed,
    private_endpoint,
    table,
    virtual_hub,
    virtual_wan,
    way,
)

NOTHING: dict[str, Any] = {}
CALLER = machine("app", ("app/work", "10.1.1.4"))
IN_HUB = private_endpoint("hub", "10.0.2.4")
IN_DATA = private_endpoint("data", "10.2.2.4")
DIALS = gateway("hub", "172.30.0.0/24")
GIVES = {"allowGatewayTransit": True}
USES = {"useRemoteGateways": True}


# --- SEMANTICS 7 and 4: clients of a gateway ---


def clients(give: dict[str, Any], use: dict[str, Any], **hub: Any) -> list[Estate]:
    return [
        IN_DATA,
        network("hub", 0, peers={"data": give}, **hub),
        network("data", 2, peers={"hub": use}),
    ]


def test_clients_reach_an_endpoint_in_the_vnet_of_their_gateway() -> None:
    found = way(IN_HUB, network("hub", 0), DIALS, caller="gw")
    assert (found.outcome, passed(found)) == ("via", "gw")
    assert [step.said for step in found.steps] == [
        "gw lets its clients in at hub/GatewaySubnet",
        "hub has a /32 route to pe",
    ]


@pytest.mark.parametrize(
    ("give", "use", "expected"),
    [
        (GIVES, USES, "via gw"),
        (NOTHING, NOTHING, "gatewayNotShared: hub/to-data"),
        (NOTHING, USES, "gatewayFlagsDisagree: hub/to-data"),
        (GIVES, NOTHING, "gatewayFlagsDisagree: data/to-hub"),
        (GIVES, {"useRemoteGateways": False}, "gatewayFlagsDisagree: data/to-hub"),
        (GIVES, USES | {"peeringState": "Disconnected"}, "peeringNotConnected: data/to-hub"),
    ],
)
def test_clients_reach_a_spoke_that_uses_the_gateway(
    give: dict[str, Any], use: dict[str, Any], expected: str
) -> None:
    assert outcome(*clients(give, use), DIALS, caller="gw") == expected


def test_clients_who_are_told_of_a_spoke_by_hand_are_unknown() -> None:
    custom = {"customRoutes": {"addressPrefixes": ["10.2.0.0/16"]}}
    told = gateway("hub", "172.30.0.0/24", **custom)
    assert outcome(*clients(GIVES, NOTHING), told, caller="gw") == "unknown"


def test_clients_do_not_reach_what_is_not_peered_with_their_vnet() -> None:
    apart = (IN_DATA, network("hub", 0), network("data", 2))
    assert outcome(*apart, DIALS, caller="gw") == "notConnected: hub"
    assert outcome(*apart, DIALS, caller="gw", gaps=[CONNECTIONS]) == "unknown"
    middle = network("mid", 3, peers={"hub": NOTHING, "data": NOTHING})
    joined = (
        network("hub", 0, peers={"mid": NOTHING}),
        network("data", 2, peers={"mid": NOTHING}),
    )
    assert outcome(IN_DATA, middle, *joined, DIALS, caller="gw") == "notTransitive: hub"


def test_the_routes_of_the_gateways_subnet_count_for_clients() -> None:
    hub = network("hub", 0, GatewaySubnet=by())
    drops = table(("10.0.2.4/32", "None"))
    inspects = table(("10.0.2.4/32", "VirtualAppliance", "10.0.0.4"))
    assert outcome(IN_HUB, hub, DIALS, drops, caller="gw") == "routeDrops: rt"
    assert outcome(IN_HUB, hub, DIALS, inspects, firewall(), caller="gw") == "via gw fw"


def test_what_a_firewall_forwards_for_clients_is_certain_only_with_leave() -> None:
    inspects = (table(("10.2.2.4/32", "VirtualAppliance", "10.0.0.4")), firewall(), DIALS)
    leave = {"allowForwardedTraffic": True}
    allowed = clients(GIVES, USES | leave, GatewaySubnet=by())
    refused = clients(GIVES, USES | {"allowForwardedTraffic": False}, GatewaySubnet=by())
    assert outcome(*allowed, *inspects, caller="gw") == "via gw fw"
    assert outcome(*refused, *inspects, caller="gw") == "unknown"


# --- SEMANTICS 4: routes to a gateway ---


def spokes(app: dict[str, Any], data: dict[str, Any], *routes: Any) -> list[Estate]:
    return [
        CALLER,
        IN_DATA,
        network("app", 1, peers={"hub": app}, work=by()),
        network("hub", 0, peers={"app": GIVES, "data": GIVES}),
        network("data", 2, peers={"hub": data}),
        table(*(routes or [("10.2.0.0/16", "VirtualNetworkGateway")])),
    ]


def test_a_vpn_gateway_carries_packets_between_spokes_that_use_it() -> None:
    assert outcome(*spokes(USES, USES), gateway()) == "via gw"
    assert outcome(*spokes(USES, NOTHING), gateway()) == "gatewayFlagsDisagree: data/to-hub"
    assert outcome(*spokes(NOTHING, USES), gateway()) == "nextHopAbsent: rt"
    assert outcome(*spokes(USES, USES)) == "nextHopAbsent: rt"
    assert outcome(*spokes(USES, USES), gaps=[GATEWAYS]) == "unknown"


def test_a_route_cannot_name_an_expressroute_gateway() -> None:
    assert outcome(*spokes(USES, USES), gateway(gatewayType="ExpressRoute")) == "unknown"


def test_without_a_route_a_gateway_does_not_join_spokes() -> None:
    unrelated = ("192.168.0.0/16", "None")
    assert outcome(*spokes(USES, USES, unrelated), gateway()) == "notTransitive: app"


def site(prefix: str, *, bgp: bool | None = False, kind: str = "IPsec") -> Estate:
    joined = {
        "connectionType": kind,
        "virtualNetworkGateway1": to("gw"),
        "localNetworkGateway2": to("site"),
        "enableBgp": bgp,
    }
    space = {"localNetworkAddressSpace": {"addressPrefixes": [prefix]}}
    return {
        "to-site": {"type": CONNECTIONS, "properties": joined},
        "site": {"type": SITES, "properties": space},
    }


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        (site("192.168.0.0/16"), "notTransitive: app"),
        (site("10.0.0.0/8"), "unknown"),
        (site("192.168.0.0/16", bgp=True), "unknown"),
        (site("192.168.0.0/16", bgp=None), "unknown"),
    ],
)
def test_what_a_gateway_may_have_learned_is_unknown(joined: Estate, expected: str) -> None:
    unrelated = ("192.168.0.0/16", "None")
    assert outcome(*spokes(USES, USES, unrelated), gateway(), joined) == expected


def test_a_table_that_takes_no_gateway_routes_learns_nothing() -> None:
    estates = spokes(USES, USES)[:-1]
    closed = table(("192.168.0.0/16", "None"), disableBgpRoutePropagation=True)
    assert outcome(*estates, closed, gateway(), site("10.0.0.0/8", bgp=True)) == (
        "notTransitive: app"
    )


def test_a_route_server_and_a_gateway_outside_the_snapshot_may_teach_anything() -> None:
    server = network("app", 1)
    subnets = server["app"]["properties"]["subnets"]
    subnets[0]["id"] = type(subnets[0]["id"])("app#subnets/RouteServerSubnet")
    caller = machine("app", ("app/pe", "10.1.2.9"))
    apart = (IN_DATA, network("data", 2))
    assert outcome(*apart, server, caller, caller="app/pe") == "unknown"
    outside = network("app", 1, peers={FAR: USES})
    assert outcome(*apart, outside, CALLER) == "unknown"


# --- SEMANTICS 4.2: Virtual WAN ---


def in_wan(*estates: Estate, kind: str = "Standard") -> list[Estate]:
    return [
        CALLER,
        IN_DATA,
        network("app", 1),
        network("data", 2),
        virtual_wan(kind=kind),
        *estates,
    ]


def told(hub: str, name: str) -> dict[str, str]:
    """Return the ID of a hub's route table."""
    return {"id": type(to(hub)["id"])(f"{hub}#hubRouteTables/{name}")}


DEFAULT = told("vhub", "defaultRouteTable")
ISOLATED = told("vhub", "isolated")
NONE = told("vhub", "noneRouteTable")


def propagated(*labels: str, ids: Any = ()) -> dict[str, Any]:
    return {"propagatedRouteTables": {"labels": [*labels], "ids": [*ids]}}


def connected(near: dict[str, Any], far: dict[str, Any], **hub: Any) -> list[Estate]:
    return in_wan(
        virtual_hub(**hub),
        hub_connection("vhub", "app", **near),
        hub_connection("vhub", "data", **far),
    )


@pytest.mark.parametrize(
    ("near", "far", "expected"),
    [
        ({}, {}, "via vhub"),
        ({"associatedRouteTable": DEFAULT}, propagated("Default"), "via vhub"),
        ({}, propagated(ids=[DEFAULT]), "via vhub"),
        ({"associatedRouteTable": ISOLATED}, propagated(ids=[ISOLATED]), "via vhub"),
        ({}, propagated("none", ids=[NONE]), "hubRouteMissing: vhub/data"),
        ({}, propagated(ids=[ISOLATED]), "hubRouteMissing: vhub/data"),
        ({"associatedRouteTable": NONE}, {}, "hubRouteMissing: vhub/app"),
        ({"associatedRouteTable": ISOLATED}, propagated("default"), "unknown"),
        ({"associatedRouteTable": ISOLATED}, propagated("red"), "unknown"),
        ({}, propagated("red"), "unknown"),
        ({}, propagated(), "unknown"),
    ],
)
def test_a_hub_routes_to_what_propagates_to_the_table_the_caller_follows(
    near: dict[str, Any], far: dict[str, Any], expected: str
) -> None:
    assert outcome(*connected(near, far)) == expected


def test_a_basic_wan_does_not_route_between_vnets() -> None:
    basic = [estate for estate in connected({}, {}) if "wan" not in estate]
    assert outcome(*basic, virtual_wan(kind="Basic")) == "hubRouteMissing: wan"


def test_hubs_of_one_wan_share_labels_and_hubs_of_two_are_unknown() -> None:
    def two(wan: str, **far: Any) -> list[Estate]:
        return in_wan(
            virtual_hub("vhub"),
            virtual_hub("vhub2", wan),
            hub_connection("vhub", "app"),
            hub_connection("vhub2", "data", **far),
        )

    assert outcome(*two("wan")) == "via vhub vhub2"
    assert outcome(*two("wan", **propagated(ids=[told("vhub2", "noneRouteTable")]))) == (
        "hubRouteMissing: vhub2/data"
    )
    assert outcome(*two("wan2"), virtual_wan("wan2")) == "unknown"


INTENTS = f"{VHUBS}/routingintent"
ASTRAY = {"name": "astray", "destinationType": "CIDR", "destinations": ["10.2.2.4/32"]}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "via vhub"),
        ({"destinations": ["10.9.0.0/16", "fd00::/8"]}, "unknown"),
        ({"destinations": ["10.9.0.0/16"]}, "via vhub"),
        ({"destinations": ["10.1.0.0/24"]}, "unknown"),
        ({"destinations": []}, "unknown"),
        ({"destinations": ["everything"]}, "unknown"),
        ({"destinationType": "ResourceId"}, "unknown"),
        ({"destinationType": None}, "unknown"),
    ],
)
def test_a_route_that_somebody_wrote_into_a_hub_went_unheard(
    change: dict[str, Any], expected: str
) -> None:
    written = hub_routes({**ASTRAY, **change}) if change else hub_routes()
    for name in ("defaultRouteTable", "isolated"):
        estates = connected({}, {})
        (hub,) = (one for one in estates if "vhub" in one)
        hub[f"vhub/{name}"] = written
        assert outcome(*estates) == expected
        hub[f"vhub/{name}"] = hub_routes(ASTRAY)
        assert outcome(*estates) == "unknown"


def test_route_tables_of_a_hub_that_were_not_read_went_unheard() -> None:
    assert outcome(*connected({}, {}), gaps=[HUB_ROUTE_TABLES]) == "unknown"
    bare = [{k: v for k, v in one.items() if "Table" not in k} for one in connected({}, {})]
    assert outcome(*bare) == "unknown"


@pytest.mark.parametrize(
    ("destinations", "expected"),
    [(["Internet"], "via vhub"), (["PrivateTraffic"], "unknown"), (None, "unknown")],
)
def test_a_routing_intent_for_private_traffic_went_unheard(
    destinations: list[str] | None, expected: str
) -> None:
    policies = [{"name": "one", "destinations": destinations}]
    intent: Estate = {"vhub/intent": {"type": INTENTS, "properties": {"routingPolicies": policies}}}
    assert outcome(*connected({}, {}), intent) == expected
    assert outcome(*connected({}, {}), gaps=[INTENTS]) == "unknown"


def test_a_hub_with_a_firewall_or_static_routes_is_not_followed() -> None:
    secured = {"azureFirewall": to("fw")}
    in_hub: Estate = {"fw": {"type": FIREWALLS, "properties": {"virtualHub": to("vhub")}}}
    assert outcome(*connected({}, {}, **secured), in_hub) == "unknown"
    assert outcome(*connected({}, {}), in_hub) == "unknown"
    static = {"vnetRoutes": {"staticRoutes": [{"addressPrefixes": ["10.2.0.0/16"]}]}}
    assert outcome(*connected({}, static)) == "unknown"
    assert outcome(*connected({}, {}, routingState="Failed")) == "unknown"
    vpn = {"vpnGateway": to(FAR)}
    assert outcome(*connected({}, propagated(ids=[NONE]), **vpn)) == "unknown"


NVAS = "microsoft.network/networkvirtualappliances"


@pytest.mark.parametrize(
    ("hub", "where", "expected"),
    [
        ({}, "", "via vhub"),
        ({}, "elsewhere", "via vhub"),
        ({}, "vhub", "unknown"),
        ({"securityPartnerProvider": to(FAR)}, "", "unknown"),
        ({"securityProviderName": "ZScaler"}, "", "unknown"),
        ({"routeTable": {"routes": []}, "virtualHubRouteTableV2s": []}, "", "via vhub"),
        ({"routeTable": {"routes": [{"nextHopIpAddress": "10.1.0.4"}]}}, "", "unknown"),
        ({"virtualHubRouteTableV2s": [{"name": "old"}]}, "", "unknown"),
    ],
)
def test_a_hub_may_send_packets_to_an_appliance_that_is_no_azure_firewall(
    hub: dict[str, Any], where: str, expected: str
) -> None:
    placed = {"virtualHub": to("vhub")} if where == "vhub" else {}
    nva: Estate = {"nva": {"type": NVAS, "properties": placed}}
    assert outcome(*connected({}, {}, **hub), *([nva] if where else [])) == expected


def test_unread_appliances_of_a_hub_are_not_absent() -> None:
    assert outcome(*connected({}, {}), gaps=[NVAS]) == "unknown"


def test_unread_hubs_and_connections_are_not_absent() -> None:
    apart = in_wan(virtual_hub())
    assert outcome(*apart) == "notConnected: app"
    assert outcome(*apart, gaps=[HUB_CONNECTIONS]) == "unknown"
    assert outcome(*in_wan(), gaps=[VHUBS]) == "unknown"
    assert outcome(*in_wan(), gaps=[HUB_CONNECTIONS]) == "notConnected: app"


def test_a_subnet_that_takes_no_gateway_routes_does_not_see_its_hub() -> None:
    estates = [estate for estate in connected({}, {}) if "app" not in estate]
    own = network("app", 1, work=by())
    closed = table(disableBgpRoutePropagation=True)
    assert outcome(*estates, own, table()) == "via vhub"
    assert outcome(*estates, own, closed) == "notConnected: app"


def test_a_users_route_shorter_than_the_vnets_prefix_does_not_leave_the_hub() -> None:
    estates = [estate for estate in connected({}, {}) if "app" not in estate]
    own = network("app", 1, work=by())
    assert outcome(*estates, own, table(("0.0.0.0/0", "None"))) == "via vhub"
    assert outcome(*estates, own, table(("10.2.0.0/16", "None"))) == "unknown"
    assert outcome(*estates, own, table(("10.2.2.4/32", "None"))) == "routeDrops: rt"
