"""Whether the zones that names need exist, and are linked where they are asked."""

from typing import Any

import pytest
from drawing import (
    ACCOUNTS,
    ENDPOINTS,
    FAR,
    LINKS,
    NICS,
    OPENAI,
    VNETS,
    Estate,
    account,
    drawn,
    endpoint,
    the,
    verdict,
    vnet,
    wan_hub,
    workload,
    zone,
)  # fmt: skip

from scanner.analysis.dns import zones
from scanner.resources.virtual_network import VirtualNetwork

AOAI = account(by=["pe"])
BOTH = {**vnet("hub", peers={"app": "Connected"}), **vnet("app", peers={"hub": "Connected"})}
PE = endpoint("hub", "10.0.0.4")
CALLER = workload("app")
ZONES = "microsoft.network/privatednszones"
FAR_ACCOUNT = f"/subscriptions/far/resourceGroups/far/providers/{ACCOUNTS}/far"
APP = drawn(vnet("app")).all(VirtualNetwork)[0].id.text


def linked(network: str, *estates: Estate, gaps: Any = ()) -> str:
    topology = drawn(*estates, gaps=gaps)
    return verdict(zones.linked(topology, the(topology, network)))


def exist(*estates: Estate, gaps: Any = (), cloud: str = "AzurePublic") -> str:
    topology = drawn(*estates, gaps=gaps, cloud=cloud)
    return verdict(zones.exist(topology, the(topology, "aoai")))


def firewall(network: str, *, proxy: bool = True, servers: Any = (), name: str = "fw") -> Estate:
    settings = {"enableProxy": proxy, "servers": list(servers)}
    subnet = vnet(network)[network]["properties"]["subnets"][0]["id"]
    placed = {"properties": {"privateIPAddress": "10.9.0.4", "subnet": {"id": subnet}}}
    policy = drawn_id(f"{name}-policy")
    return {
        name: {
            "type": "microsoft.network/azurefirewalls",
            "properties": {"ipConfigurations": [placed], "firewallPolicy": {"id": policy}},
        },
        f"{name}-policy": {
            "type": "microsoft.network/firewallpolicies",
            "properties": {"dnsSettings": settings},
        },
    }


def drawn_id(name: str) -> Any:
    return vnet("x", peers={name: "Connected"})["x"]["properties"]["virtualNetworkPeerings"][0][
        "properties"
    ]["remoteVirtualNetwork"]["id"]


def classic(network: str, **settings: str) -> Estate:
    fw = firewall(network)["fw"]
    del fw["properties"]["firewallPolicy"]
    told = {f"Network.DNS.{key}": value for key, value in settings.items()}
    fw["properties"]["additionalProperties"] = told
    return {"fw": fw}


# --- exist ---


def test_a_zone_anywhere_in_the_estate_exists() -> None:
    assert exist(AOAI, BOTH, PE, zone(group="other")) == "pass"


def test_no_zone_at_all_is_a_failure() -> None:
    assert exist(AOAI, BOTH, PE, zone(name="privatelink.cognitiveservices.azure.com")) == "fail"


def test_a_zone_may_be_spelt_in_any_letter_case() -> None:
    assert exist(AOAI, BOTH, PE, zone(name="PrivateLink.OpenAI.azure.com")) == "pass"


def test_an_account_of_kind_aiservices_needs_all_three_zones() -> None:
    three = account(kind="AIServices", by=["pe"])
    names = ["cognitiveservices.azure.com", "openai.azure.com", "services.ai.azure.com"]
    drawn_zones = [zone(name=f"privatelink.{name}") for name in names]
    assert exist(three, BOTH, PE, *drawn_zones) == "pass"
    for missing in drawn_zones:
        rest = [one for one in drawn_zones if one is not missing]
        assert exist(three, BOTH, PE, *rest) == "fail"


def test_an_account_without_an_approved_endpoint_or_a_subdomain_needs_no_zone() -> None:
    assert exist(account(), BOTH) == "notApplicable"
    assert exist(account(by=["pe"], customSubDomainName=None), BOTH, PE) == "notApplicable"


@pytest.mark.parametrize("gap", [ZONES, (ZONES, "/subscriptions/other"), "*"])
def test_a_zone_that_may_not_have_been_read_is_not_missing(gap: Any) -> None:
    assert exist(AOAI, BOTH, PE, gaps=[gap]) == "open"
    assert exist(AOAI, BOTH, PE, zone(), gaps=[gap]) == "pass"


def test_the_zone_may_lie_with_a_peer_outside_the_snapshot() -> None:
    assert exist(AOAI, vnet("hub", peers={FAR: "Connected"}), PE) == "open"


def test_unknown_servers_may_keep_the_names_themselves() -> None:
    assert exist(AOAI, vnet("hub", dns=["10.8.8.8"]), PE) == "open"


def test_a_zone_that_is_not_documented_for_the_cloud_is_not_missing() -> None:
    assert exist(AOAI, BOTH, PE, cloud="AzureUSGovernment") == "open"


# --- linked ---


def test_a_linked_caller_passes_and_an_unlinked_one_fails() -> None:
    assert linked("app", AOAI, BOTH, PE, CALLER, zone("app")) == "pass"
    assert linked("app", AOAI, BOTH, PE, CALLER, zone("hub")) == "fail"


def test_a_vnet_without_workloads_need_not_be_linked() -> None:
    assert linked("app", AOAI, BOTH, PE, zone("hub")) == "notApplicable"


def test_the_endpoints_own_vnet_is_asked_when_nobody_else_is() -> None:
    assert linked("hub", AOAI, BOTH, PE, zone()) == "fail"
    assert linked("hub", AOAI, BOTH, PE, CALLER, zone()) == "notApplicable"


def test_workloads_that_were_not_read_are_not_nobody() -> None:
    assert linked("hub", AOAI, BOTH, PE, zone(), gaps=[NICS]) == "open"
    assert linked("app", AOAI, BOTH, PE, zone(), gaps=[NICS]) == "open"


def test_a_zone_that_exists_nowhere_is_another_matter() -> None:
    assert linked("app", AOAI, BOTH, PE, CALLER) == "notApplicable"
    assert linked("app", AOAI, BOTH, PE, CALLER, gaps=[ZONES]) == "open"


def test_an_endpoint_that_may_not_have_been_read_may_want_another_zone() -> None:
    assert linked("app", AOAI, BOTH, PE, CALLER, zone("app"), gaps=["*"]) == "open"
    assert linked("app", AOAI, BOTH, PE, CALLER, zone(), gaps=["*"]) == "open"


@pytest.mark.parametrize("gap", [LINKS, (ZONES, "/subscriptions/other")])
def test_a_link_that_may_not_have_been_read_is_not_missing(gap: Any) -> None:
    assert linked("app", AOAI, BOTH, PE, CALLER, zone("hub"), gaps=[gap]) == "open"
    assert linked("app", AOAI, BOTH, PE, CALLER, zone("app"), gaps=[gap]) == "pass"


def test_far_from_every_endpoint_nothing_is_needed_unless_one_was_not_read() -> None:
    lonely = {**vnet("lonely"), **workload("lonely")}
    assert linked("lonely", AOAI, BOTH, PE, lonely, zone()) == "notApplicable"
    assert linked("lonely", AOAI, BOTH, PE, lonely, zone(), gaps=[ENDPOINTS]) == "open"
    assert linked("lonely", AOAI, BOTH, PE, lonely, zone(), gaps=[ACCOUNTS]) == "notApplicable"


def test_an_endpoint_of_an_account_outside_the_snapshot_may_want_a_zone() -> None:
    stray = endpoint("app", "10.0.0.9", name="stray", account=FAR_ACCOUNT)
    assert linked("app", AOAI, BOTH, PE, CALLER, stray, zone("app")) == "open"
    lonely = {**vnet("lonely"), **workload("lonely")}
    assert linked("lonely", AOAI, BOTH, PE, CALLER, stray, lonely, zone("app")) == "notApplicable"


def test_peerings_that_were_not_read_may_lead_to_an_endpoint() -> None:
    hub, app = vnet("hub"), {**vnet("app"), **CALLER}
    unread = ("microsoft.network/virtualnetworks/virtualnetworkpeerings", APP)
    assert linked("app", AOAI, hub, app, PE, zone(), gaps=[unread]) == "open"
    assert linked("app", AOAI, hub, app, PE, zone()) == "notApplicable"


def test_a_peer_outside_the_snapshot_may_hide_the_zone() -> None:
    app = vnet("app", peers={"hub": "Connected", FAR: "Connected"})
    hub = vnet("hub", peers={"app": "Connected"})
    assert linked("app", AOAI, hub, app, PE, CALLER, zone("hub")) == "open"


def test_a_vnet_that_asks_only_unknown_servers_is_open() -> None:
    app = vnet("app", peers={"hub": "Connected"}, dns=["10.8.8.8"])
    hub = vnet("hub", peers={"app": "Connected"})
    assert linked("app", AOAI, hub, app, PE, CALLER, zone("hub")) == "open"


def test_a_vnet_that_asks_azure_and_an_unknown_server_does_not_fail() -> None:
    app = vnet("app", peers={"hub": "Connected"}, dns=["10.8.8.8", "168.63.129.16"])
    hub = vnet("hub", peers={"app": "Connected"})
    assert linked("app", AOAI, hub, app, PE, CALLER, zone("hub")) == "open"
    assert linked("app", AOAI, hub, app, PE, CALLER, zone("app")) == "pass"


def spokes_ask(*more: Estate) -> tuple[Estate, ...]:
    app = vnet("app", peers={"hub": "Connected"}, dns=["10.9.0.4"])
    return (AOAI, vnet("hub", peers={"app": "Connected"}), app, PE, CALLER, *more)


def test_behind_a_firewall_that_asks_azure_its_vnet_is_asked_and_the_spoke_is_not() -> None:
    assert linked("app", *spokes_ask(firewall("hub"), zone())) == "notApplicable"
    assert linked("hub", *spokes_ask(firewall("hub"), zone())) == "fail"
    assert linked("hub", *spokes_ask(firewall("hub"), zone("hub"))) == "pass"


def test_a_firewall_that_is_no_proxy_or_asks_others_tells_nothing() -> None:
    for fw in (
        firewall("hub", proxy=False),
        firewall("hub", servers=["10.8.8.8"]),
        classic("hub", EnableProxy="false"),
        classic("hub", EnableProxy="true", Servers="10.8.8.8, 10.8.8.9"),
    ):
        assert linked("app", *spokes_ask(fw, zone())) == "open"
        assert linked("hub", *spokes_ask(fw, zone())) == "notApplicable"


def test_a_classic_firewall_asks_azure_unless_it_names_servers() -> None:
    assert linked("hub", *spokes_ask(classic("hub", EnableProxy="true"), zone())) == "fail"
    asks = classic("hub", EnableProxy="True", Servers="168.63.129.16")
    assert linked("hub", *spokes_ask(asks, zone("hub"))) == "pass"


def test_a_policy_that_was_not_read_may_say_anything() -> None:
    fw = classic("hub", EnableProxy="true")
    elsewhere = "/subscriptions/far/resourceGroups/g/providers/Microsoft.Network/firewallPolicies/p"
    fw["fw"]["properties"]["firewallPolicy"] = {"id": elsewhere}
    assert linked("app", *spokes_ask(fw, zone())) == "open"


def test_a_server_in_the_vnet_of_which_nothing_is_known_may_ask_there() -> None:
    spoke = spokes_ask(zone())
    spoke[1]["hub"]["properties"]["addressSpace"] = {"addressPrefixes": ["10.9.0.0/16"]}
    assert linked("hub", *spoke) == "open"


def test_a_zone_group_that_was_not_read_may_name_a_zone_elsewhere() -> None:
    groups = "microsoft.network/privateendpoints/privatednszonegroups"
    assert exist(AOAI, BOTH, PE, gaps=[groups]) == "open"
    assert exist(AOAI, BOTH, PE, gaps=[(groups, "/subscriptions/other")]) == "fail"


def test_two_firewalls_with_one_address_each_answer_their_own_spokes() -> None:
    elsewhere = vnet("another-hub")
    fws = {**firewall("hub"), **firewall("another-hub", name="fw2")}
    assert linked("hub", *spokes_ask(elsewhere, fws, zone("hub"))) == "pass"
    assert linked("hub", *spokes_ask(elsewhere, fws, zone())) == "fail"
    assert linked("another-hub", *spokes_ask(elsewhere, fws, zone())) == "notApplicable"


def test_an_inbound_endpoint_answers_as_the_resolvers_vnet() -> None:
    resolver = {
        "resolver": {
            "type": "microsoft.network/dnsresolvers",
            "properties": {"virtualNetwork": {"id": drawn_id("hub")}},
        },
        "resolver/in": {
            "type": "microsoft.network/dnsresolvers/inboundendpoints",
            "properties": {"ipConfigurations": [{"privateIpAddress": "10.9.0.4"}]},
        },
    }
    assert linked("app", *spokes_ask(resolver, zone())) == "notApplicable"
    assert linked("hub", *spokes_ask(resolver, zone())) == "fail"
    assert linked("hub", *spokes_ask(resolver, zone("hub"))) == "pass"


def test_a_peering_that_is_not_connected_is_no_neighbour() -> None:
    hub = vnet("hub", peers={"app": "Initiated"})
    app = vnet("app", peers={"hub": "Disconnected"})
    assert linked("app", AOAI, hub, app, PE, CALLER, zone()) == "notApplicable"


def test_a_peering_whose_other_side_is_missing_though_read_is_not_trusted() -> None:
    hub, app = vnet("hub", peers={"app": "Connected"}), vnet("app")
    assert linked("app", AOAI, hub, app, PE, CALLER, zone("hub")) == "open"
    assert linked("app", AOAI, hub, app, PE, CALLER, zone("app")) == "pass"


@pytest.mark.parametrize(
    "flag",
    [
        {"peerCompleteVnets": False},
        {"enableOnlyIPv6Peering": True},
        {"allowVirtualNetworkAccess": False},
    ],
)
def test_a_peering_that_may_carry_nothing_asks_for_no_link_for_certain(flag: Any) -> None:
    hub = vnet("hub", peers={"app": "Connected"}, **flag)
    app = vnet("app", peers={"hub": "Connected"})
    assert linked("app", AOAI, hub, app, PE, CALLER, zone("hub")) == "open"


def test_a_virtual_hub_may_route_to_the_endpoint() -> None:
    pair = {**vnet("hub"), **vnet("app"), **wan_hub("vhub", "hub", "app")}
    assert linked("app", AOAI, pair, PE, CALLER, zone("hub")) == "open"
    assert linked("app", AOAI, pair, PE, CALLER, zone("app")) == "pass"


def test_a_link_that_is_not_completed_is_open() -> None:
    state = zone("app")
    state[f"{OPENAI}/app"]["properties"]["virtualNetworkLinkState"] = "InProgress"
    assert linked("app", AOAI, BOTH, PE, CALLER, state) == "open"


def test_a_machine_counts_though_its_subnet_was_not_read() -> None:
    hub, app = vnet("hub", peers={"app": "Connected"}), vnet("app", peers={"hub": "Connected"})
    del app["app"]["properties"]["subnets"]
    assert linked("app", AOAI, hub, app, PE, CALLER, zone("hub")) == "fail"


def test_an_inbound_endpoint_of_an_isolated_vnet_is_another_networks() -> None:
    resolver = {
        "resolver": {
            "type": "microsoft.network/dnsresolvers",
            "properties": {"virtualNetwork": {"id": drawn_id("far-hub")}},
        },
        "resolver/in": {
            "type": "microsoft.network/dnsresolvers/inboundendpoints",
            "properties": {"ipConfigurations": [{"privateIpAddress": "10.9.0.4"}]},
        },
        **vnet("far-hub"),
    }
    assert linked("app", *spokes_ask(resolver, zone())) == "open"


def test_a_case_names_the_zone_that_holds_the_record() -> None:
    near = zone("hub", group="right", aoai="10.0.0.4")
    topology = drawn(AOAI, BOTH, PE, CALLER, near)
    said = zones.linked(topology, the(topology, "app"))
    assert [case["zoneName"] for case in said.cases] == [OPENAI]
    assert [(a.consumer.name, a.hostname) for a in said.affected] == [
        ("app", "aoai.openai.azure.com")
    ]
    assert VNETS not in said.cases[0]["zone"]
