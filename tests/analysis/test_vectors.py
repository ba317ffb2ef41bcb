"""The test vectors of Azure's behaviour, each as one estate, followed from a caller to an account.

T1 to T20 are those of the semantic reference that the analysis is built on.
"""

from typing import Any

import pytest
from drawing import OPENAI, RECORDS, Estate, account, drawn, the, to, zone
from drawing_dns import policy, resolver
from drawing_filters import nsg, rule
from drawing_routes import GROUPS, by, firewall, machine, network, private_endpoint, table

from scanner.analysis.addresses import EVERY
from scanner.analysis.connections import Connection, connections
from scanner.analysis.consumers import consumers
from scanner.analysis.exposure import exposure
from scanner.analysis.filtering.virtual_network_tag import virtual_network_tag

HOST = "aoai.openai.azure.com"
SHUT = {"publicNetworkAccess": "Disabled"}
CLOSED = account(by=["pe"], **SHUT)
OPEN = account(by=["pe"])
GUARDED = {"networkSecurityGroup": to("nsg")}


def endpoint(place: str, address: str) -> Estate:
    """Draw the account's private endpoint in the subnet `pe` of a VNet."""
    drawing = private_endpoint(place, address)
    asked = {"privateLinkServiceId": to("aoai")["id"]}
    drawing["pe"]["properties"]["privateLinkServiceConnections"] = [{"properties": asked}]
    return drawing


def alone(**subnets: Any) -> Estate:
    """Draw one VNet with a machine and the endpoint."""
    return {
        **network("app", 1, **subnets),
        **machine("app", ("app/work", "10.1.1.4")),
        **endpoint("app", "10.1.2.4"),
    }


def beside(side: dict[str, Any] | None = None, back: dict[str, Any] | None = None) -> Estate:
    """Draw a spoke with a machine, peered with a hub that has the endpoint."""
    return {
        **network("app", 1, peers={"hub": side or {}}),
        **network("hub", 0, peers={"app": back or {}}),
        **machine("app", ("app/work", "10.1.1.4")),
        **endpoint("hub", "10.0.2.4"),
    }


def apart(work: dict[str, Any] | None = None, **forwarded: bool) -> Estate:
    """Draw two spokes around a hub, a machine in the one and the endpoint in the other."""
    flags = {n: {"allowForwardedTraffic": forwarded.get(n, False)} for n in ("app", "data")}
    return {
        **network("app", 1, peers={"hub": flags["app"]}, work=work or {}),
        **network("hub", 0, peers={"app": {}, "data": {}}, AzureFirewallSubnet={}),
        **network("data", 2, peers={"hub": flags["data"]}),
        **machine("app", ("app/work", "10.1.1.4")),
        **endpoint("data", "10.2.2.4"),
    }


def by_firewall(prefix: str = "10.2.0.0/16") -> Estate:
    """Draw a firewall that a route leads to, and that lets the caller through."""
    allows = {
        "ruleType": "NetworkRule",
        "ipProtocols": ["TCP"],
        "sourceAddresses": ["10.1.0.0/16"],
        "destinationAddresses": ["10.2.2.4"],
        "destinationPorts": ["443"],
    }
    collection = {
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "priority": 100,
        "action": {"type": "Allow"},
        "rules": [allows],
    }
    group = {"priority": 100, "ruleCollections": [collection]}
    return {
        **table((prefix, "VirtualAppliance", "10.0.0.4")),
        **firewall(firewallPolicy=to("policy")),
        **policy(),
        "policy/rules": {"type": GROUPS, "properties": group},
    }


def asking(estate: Estate, *servers: str) -> Estate:
    """Return the estate with DNS servers for the VNet of the machine."""
    estate["app"]["properties"]["dhcpOptions"] = {"dnsServers": list(servers)}
    return estate


def followed(*estates: Estate, host: str = HOST, **more: Any) -> Connection:
    """Follow the connection from the machine to a name of the account."""
    topology = drawn(*estates, **more)
    (caller,) = (c for c in consumers(topology) if c.id.path == "app/work")
    (found,) = (c for c in connections(topology, caller) if c.hostname.name == host)
    return found


def said(*estates: Estate, **more: Any) -> str:
    """Return how it comes out: its verdict, and what breaks it with the one to blame."""
    found = followed(*estates, **more)
    assert (found.verdict == "unknown") == bool(found.unread)
    why = f": {found.broken.cause.value} of {found.broken.blame.path}" if found.broken else ""
    return f"{found.verdict}{why}"


def test_t1_a_linked_zone_with_the_record_in_the_same_vnet_leads_there() -> None:
    found = followed(alone(), CLOSED, zone("app", aoai="10.1.2.4"))
    assert (found.verdict, found.broken, found.intended) == ("reachable", None, "dns")
    assert (found.resolution.outcome, found.resolution.addresses) == ("private", ("10.1.2.4",))


def test_t2_without_a_link_the_name_is_public_and_a_closed_account_refuses() -> None:
    drawing = zone(aoai="10.1.2.4")
    assert said(alone(), CLOSED, drawing) == "broken: zoneNotLinked of app"
    assert said(alone(), OPEN, drawing) == "public: zoneNotLinked of app"


def test_t3_a_linked_zone_without_the_record_answers_that_there_is_no_such_name() -> None:
    found = followed(alone(), CLOSED, zone("app"))
    assert found.resolution.outcome == "nxdomain"
    assert said(alone(), CLOSED, zone("app")) == "broken: recordMissing of aoai"


def test_t3_with_fallback_the_name_is_public() -> None:
    drawing = zone("app", policy="NxDomainRedirect")
    assert followed(alone(), OPEN, drawing).resolution.outcome == "public"
    assert said(alone(), OPEN, drawing).startswith("public: fallbackToInternet")
    assert said(alone(), CLOSED, drawing).startswith("broken: fallbackToInternet")


def test_t4_a_hub_resolver_answers_privately_for_its_spokes() -> None:
    spoke = asking(beside(), "10.0.5.4")
    linked = zone("hub", aoai="10.0.2.4")
    assert said(spoke, CLOSED, linked, resolver("hub", "10.0.5.4")) == "reachable"
    assert said(beside(), CLOSED, linked) == "broken: zoneNotLinked of app"


def test_t5_a_firewall_that_is_no_dns_proxy_answers_nothing() -> None:
    spoke = asking(beside(), "10.0.0.4")
    linked = zone("hub", aoai="10.0.2.4")
    asked = (spoke, CLOSED, linked, firewall(firewallPolicy=to("policy")))
    assert said(*asked, policy()) == "broken: notADnsProxy of policy"
    assert said(*asked, policy(enableProxy=True)) == "reachable"


@pytest.mark.parametrize("state", ["Initiated", "Disconnected"])
def test_t6_a_peering_that_is_not_connected_is_no_path(state: str) -> None:
    drawing = beside({"peeringState": state})
    expected = "broken: peeringNotConnected of app/to-hub"
    assert said(drawing, CLOSED, zone("app", aoai="10.0.2.4")) == expected


def test_t7_two_spokes_of_a_hub_do_not_meet_by_themselves() -> None:
    found = said(apart(), CLOSED, zone("app", aoai="10.2.2.4"))
    assert found == "broken: notTransitive of app"


def test_t7_the_spoke_of_the_endpoint_must_take_forwarded_traffic() -> None:
    drawing = apart(by(), app=True, data=False)
    found = said(drawing, CLOSED, zone("app", aoai="10.2.2.4"), by_firewall())
    assert found == "broken: forwardedTrafficRefused of data/to-hub"


def test_t7_by_a_firewall_with_a_network_rule_two_spokes_meet() -> None:
    drawing = apart(by(), app=True, data=True)
    found = followed(drawing, CLOSED, zone("app", aoai="10.2.2.4"), by_firewall())
    assert found.verdict == "reachable"
    assert found.route is not None
    assert [hop.path for stage in found.route.through for hop in stage] == ["fw"]


@pytest.mark.parametrize("hop", ["None", "Internet"])
def test_t8_a_default_route_that_drops_does_not_touch_an_endpoint_of_the_same_vnet(
    hop: str,
) -> None:
    drops = table(("0.0.0.0/0", hop))
    assert said(alone(work=by()), CLOSED, zone("app", aoai="10.1.2.4"), drops) == "reachable"


def test_t9_it_drops_what_goes_to_an_endpoint_two_hops_away() -> None:
    drops = table(("0.0.0.0/0", "None"))
    found = said(apart(by()), CLOSED, zone("app", aoai="10.2.2.4"), drops)
    assert found == "broken: routeDrops of rt"


def test_t10_a_service_tag_for_azure_ai_opens_no_private_endpoint() -> None:
    rules = nsg(
        "nsg",
        rule(
            100,
            "Allow",
            destinationAddressPrefix="CognitiveServicesManagement",
            destinationPortRange="443",
        ),
        rule(4000, "Deny"),
    )
    found = said(alone(work=GUARDED), CLOSED, zone("app", aoai="10.1.2.4"), rules)
    assert found == "broken: outboundDenied of nsg"


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        (None, "reachable"),
        ("Disabled", "reachable"),
        ("RouteTableEnabled", "reachable"),
        ("Enabled", "broken: inboundDenied of nsg"),
        ("NetworkSecurityGroupEnabled", "broken: inboundDenied of nsg"),
    ],
)
def test_t11_a_group_at_the_endpoint_counts_only_where_network_policies_are_enabled(
    policies: str | None, expected: str
) -> None:
    told = {"privateEndpointNetworkPolicies": policies} if policies else {}
    denies = nsg("nsg", rule(100, "Deny", direction="Inbound"))
    drawing = alone(pe={**GUARDED, **told})
    assert said(drawing, CLOSED, zone("app", aoai="10.1.2.4"), denies) == expected


@pytest.mark.parametrize(
    ("prefix", "space", "policies", "through"),
    [
        ("10.1.2.0/24", "10.1.0.0/16", "RouteTableEnabled", ["fw"]),
        ("10.1.2.0/24", "10.1.2.0/24", "RouteTableEnabled", ["fw"]),
        ("10.1.2.0/24", "10.1.0.0/16", "Enabled", ["fw"]),
        ("10.1.2.0/24", "10.1.0.0/16", "Disabled", []),
        ("10.1.2.0/24", "10.1.0.0/16", "NetworkSecurityGroupEnabled", []),
        ("10.0.0.0/8", "10.1.0.0/16", "RouteTableEnabled", []),
        ("0.0.0.0/0", "10.1.0.0/16", "RouteTableEnabled", []),
        ("10.1.2.4/32", "10.1.0.0/16", "Disabled", ["fw"]),
    ],
)
def test_t12_a_route_takes_an_endpoint_only_if_it_is_no_shorter_than_the_vnets_prefix(
    prefix: str, space: str, policies: str, through: list[str]
) -> None:
    told = {"privateEndpointNetworkPolicies": policies}
    spaces = [space, "10.1.1.0/24"] if space == "10.1.2.0/24" else [space]
    flags = {"allowForwardedTraffic": True}
    drawing = {
        **alone(),
        **network("app", 1, peers={"hub": flags}, work=by(), pe=told),
        **network("hub", 0, peers={"app": {}}, AzureFirewallSubnet={}),
    }
    drawing["app"]["properties"]["addressSpace"] = {"addressPrefixes": spaces}
    found = followed(drawing, CLOSED, zone("app", aoai="10.1.2.4"), by_firewall(prefix))
    assert found.route is not None
    assert [hop.path for stage in found.route.through for hop in stage] == through


def test_t13_of_three_names_only_the_one_with_a_record_is_private() -> None:
    held = (alone(), account(kind="AIServices", by=["pe"]), zone("app", aoai="10.1.2.4"))
    assert said(*held) == "reachable"
    for name in ("cognitiveservices.azure.com", "services.ai.azure.com"):
        linked = zone("app", name=f"privatelink.{name}")
        assert said(*held, host=f"aoai.{name}") == "public: zoneMissing of aoai"
        assert said(*held, linked, host=f"aoai.{name}") == "broken: recordMissing of aoai"


def test_t14_address_rules_beside_the_default_allow_leave_an_account_public() -> None:
    acls = {"defaultAction": "Allow", "ipRules": [{"value": "198.51.100.7"}]}
    topology = drawn(account(publicNetworkAccess="Enabled", networkAcls=acls))
    assert exposure(topology, the(topology, "aoai")).name == "public"


@pytest.mark.parametrize("properties", [{}, {"publicNetworkAccess": None}])
def test_t15_an_account_that_says_nothing_of_public_access_is_public(
    properties: dict[str, Any],
) -> None:
    topology = drawn(account(**properties))
    assert exposure(topology, the(topology, "aoai")).name == "public"


def test_t15_whose_name_is_public_reaches_an_account_that_says_nothing_of_access() -> None:
    found = followed(alone(), OPEN, zone(aoai="10.1.2.4"))
    assert (found.verdict, found.resolution.outcome) == ("public", "public")


@pytest.mark.parametrize("server", ["8.8.8.8", "1.1.1.1"])
def test_t16_a_public_resolver_answers_publicly_whatever_is_linked(server: str) -> None:
    drawing = asking(alone(), server)
    linked = zone("app", aoai="10.1.2.4")
    assert said(drawing, OPEN, linked) == "public: publicResolver of app"
    assert said(drawing, CLOSED, linked) == "broken: publicResolver of app"


def test_t17_with_a_default_route_to_an_appliance_the_tag_virtual_network_holds_everything() -> (
    None
):
    drawing = apart({**by(), **GUARDED}, app=True, data=True)
    linked = zone("app", aoai="10.2.2.4")
    estate = (drawing, CLOSED, linked, by_firewall("0.0.0.0/0"), nsg("nsg"))
    assert said(*estate) == "reachable"
    topology = drawn(*estate)
    (caller,) = consumers(topology)
    assert virtual_network_tag(topology, caller.subnet).certain == EVERY


def test_t18_a_record_with_two_addresses_is_reachable_only_if_both_are() -> None:
    both = zone("app")
    answers = [{"ipv4Address": address} for address in ("10.1.2.4", "10.2.2.4")]
    both[f"{OPENAI}/aoai"] = {"type": RECORDS, "properties": {"aRecords": answers}}
    far = endpoint("data", "10.2.2.4")
    second = {
        "pe2": far["pe"],
        "nic-pe2": {
            **far["nic-pe"],
            "properties": {**far["nic-pe"]["properties"], "privateEndpoint": to("pe2")},
        },
    }
    own = account(by=["pe", "pe2"], **SHUT)
    one = (alone(), own, both, second)
    assert said(*one, network("data", 2)) == "broken: notConnected of app"
    near = {**alone(), **network("app", 1, peers={"data": {}})}
    assert said(near, own, both, second, network("data", 2, peers={"app": {}})) == "reachable"


def test_t19_a_peering_that_does_not_know_the_endpoints_prefix_is_no_path() -> None:
    drawing = beside(
        {
            "peeringSyncLevel": "RemoteNotInSync",
            "remoteAddressSpace": {"addressPrefixes": ["10.9.0.0/16"]},
            "remoteVirtualNetworkAddressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        }
    )
    found = said(drawing, CLOSED, zone("app", aoai="10.0.2.4"))
    assert found == "broken: peeringNotSynced of app/to-hub"


def test_t20_a_zone_in_a_subscription_that_was_not_read_is_never_missing() -> None:
    far = "/subscriptions/11111111-1111-1111-1111-111111111111"
    found = followed(alone(), CLOSED, gaps=[("*", far)])
    assert (found.verdict, found.broken) == ("unknown", None)
    assert far in found.unread


def test_t20_records_that_were_not_read_are_never_missing() -> None:
    assert said(alone(), CLOSED, zone("app"), gaps=[RECORDS]) == "unknown"
