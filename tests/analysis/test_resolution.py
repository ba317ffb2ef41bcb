"""What a name resolves to, from every kind of place, by every kind of server."""

import random
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest
from drawing import (
    FAR,
    LINKS,
    NICS,
    OPENAI,
    RECORDS,
    VNETS,
    Estate,
    account,
    approval,
    drawn,
    endpoint,
    the,
    to,
    verdict,
    vnet,
    wan_hub,
    workload,
    zone,
)
from drawing_dns import (
    BALANCERS,
    INBOUND,
    POLICIES,
    RULES,
    RULESET_LINKS,
    RULESETS,
    alias,
    firewall,
    gateway,
    pair,
    policy,
    resolver,
    ruleset,
    server,
    space,
)

from scanner.analysis.causes import Cause
from scanner.analysis.checks.answers import current
from scanner.analysis.consumers import Consumer, Kind, consumers
from scanner.analysis.dns.hostnames import hostnames
from scanner.analysis.dns.resolution import Answer, Resolution, resolve
from scanner.resources import parse
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.virtual_network import VirtualNetwork
from scanner.rules.estates import TAKEN_AT, home, load, snapshot
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Snapshot
from scanner.topology import Topology

AOAI = account(by=["pe"])
PE = endpoint("hub", "10.0.0.4")
APP = workload("app")
ALONE = {**vnet("hub"), **workload("hub")}
RIGHT = {"aoai": "10.0.0.4"}
ZONES = "microsoft.network/privatednszones"
DNS = ("10.9.0.4",)


def asked(
    *estates: Estate, start: str = "", name: str = "", gaps: Any = (), **made: Any
) -> Resolution:
    """Return what a name of the account resolves to, from the first consumer or the one named."""
    topology = drawn(*estates, gaps=gaps, **made)
    subject = topology.all(CognitiveServicesAccount)[0]
    names = hostnames(subject, topology.inventory.cloud)
    hostname = next(h for h in names if h.name.endswith(name))
    return resolve(topology, consumer(topology, start), subject, hostname)


def consumer(topology: Topology, start: str) -> Consumer:
    found = [c for c in consumers(topology) if not start or start in c.id.path]
    return found[0]


def told(answer: Resolution) -> str:
    """Return the outcome and the cause; what is unknown must say why, what fails whom to blame."""
    outcome = str(answer.outcome)
    assert (outcome == "unknown") == bool(answer.unread)
    assert (outcome in {"private", "unknown"}) == (answer.broken is None)
    assert (outcome in {"private", "privateWrong"}) == bool(answer.addresses)
    assert answer.steps or outcome == "unknown"
    return f"{outcome} {answer.broken.cause}" if answer.broken else outcome


def blamed(answer: Resolution) -> str:
    assert answer.broken is not None
    return answer.broken.blame.path


def said(answer: Resolution) -> list[str]:
    return [step.said for step in answer.steps]


# --- a linked zone, and what it holds (SEMANTICS 3.4) ---


def test_a_linked_zone_with_the_endpoints_address_is_private() -> None:
    found = asked(AOAI, ALONE, PE, zone("hub", **RIGHT))
    assert told(found) == "private"
    assert found.addresses == ("10.0.0.4",)
    assert [network.name for network in found.networks] == ["hub"]
    assert found.is_linked


def test_the_steps_read_like_a_person_explaining() -> None:
    assert said(asked(AOAI, ALONE, PE, zone("hub", **RIGHT))) == [
        "hub/subnet asks Azure-provided DNS in hub",
        "public DNS leads aoai.openai.azure.com to aoai.privatelink.openai.azure.com",
        "privatelink.openai.azure.com is linked to hub by hub",
        "it holds aoai -> 10.0.0.4, the address of pe",
    ]


def test_every_step_but_public_dns_names_its_evidence() -> None:
    found = asked(AOAI, ALONE, PE, zone("hub", **RIGHT))
    held = [step.evidence for step in found.steps if not step.said.startswith("public DNS")]
    assert all(held)


def test_without_a_link_the_answer_is_public_and_the_asked_vnet_is_blamed() -> None:
    found = asked(AOAI, ALONE, PE, zone(**RIGHT))
    assert told(found) == "public zoneNotLinked"
    assert blamed(found) == "hub"
    assert not found.is_linked
    assert found.broken is not None
    assert found.broken.case["zone"].endswith(f"/{OPENAI}")


def test_without_any_zone_there_is_none_to_link() -> None:
    found = asked(AOAI, ALONE, PE)
    assert (told(found), blamed(found)) == ("public zoneMissing", "aoai")
    assert found.broken is not None
    assert "zone" not in found.broken.case
    assert found.broken.case["zoneName"] == OPENAI


def test_a_linked_zone_without_the_record_says_that_there_is_no_such_name() -> None:
    found = asked(AOAI, ALONE, PE, zone("hub"))
    assert told(found) == "nxdomain recordMissing"
    assert blamed(found) == "aoai"
    assert found.broken is not None
    assert found.broken.case["address"] == "10.0.0.4"
    assert found.is_linked


def test_a_link_that_falls_back_to_the_internet_gives_the_public_address() -> None:
    found = asked(AOAI, ALONE, PE, zone("hub", policy="NxDomainRedirect"))
    assert told(found) == "public fallbackToInternet"
    assert blamed(found) == f"{OPENAI}/hub"


def test_fallback_does_not_matter_while_the_record_is_there() -> None:
    assert told(asked(AOAI, ALONE, PE, zone("hub", policy="NxDomainRedirect", **RIGHT))) == (
        "private"
    )


def test_a_policy_that_we_do_not_know_may_do_anything() -> None:
    assert told(asked(AOAI, ALONE, PE, zone("hub", policy="Other"))) == "unknown"
    assert told(asked(AOAI, ALONE, PE, zone("hub", policy="Default"))) == "nxdomain recordMissing"


@pytest.mark.parametrize("policy", ["", "NxDomainRedirect"])
def test_an_address_that_no_endpoint_has_is_wrong(policy: str) -> None:
    found = asked(AOAI, ALONE, PE, zone("hub", policy=policy, aoai="10.0.0.99"))
    assert told(found) == "privateWrong recordStale"
    assert blamed(found) == f"{OPENAI}/aoai"
    assert found.addresses == ("10.0.0.99",)


def test_of_several_addresses_all_must_be_right() -> None:
    both = zone("hub", **RIGHT)
    records = both[f"{OPENAI}/aoai"]["properties"]["aRecords"]
    records.append({"ipv4Address": "10.0.0.5"})
    assert told(asked(AOAI, ALONE, PE, both)) == "privateWrong recordStale"
    second = endpoint("hub", "10.0.0.5", name="pe2")
    found = asked(account(by=["pe", "pe2"]), ALONE, PE, second, both)
    assert (told(found), found.addresses) == ("private", ("10.0.0.4", "10.0.0.5"))


def test_a_public_address_in_the_zone_may_be_the_accounts_own() -> None:
    assert told(asked(AOAI, ALONE, PE, zone("hub", aoai="20.50.1.1"))) == "unknown"


def test_addresses_that_were_not_read_leave_the_record_in_doubt() -> None:
    silent = endpoint("hub")
    assert told(asked(AOAI, ALONE, silent, zone("hub", **RIGHT))) == "unknown"
    outside = account(by=[f"{FAR}/x"])
    assert told(asked(outside, ALONE, zone("hub", **RIGHT))) == "unknown"


def test_an_endpoint_that_was_not_approved_is_not_the_accounts() -> None:
    pending = account(by=["pe"], privateEndpointConnections=[approval("pe", status="Pending")])
    found = asked(
        pending, ALONE, endpoint("hub", "10.0.0.4", status="Pending"), zone("hub", **RIGHT)
    )
    assert told(found) == "privateWrong noEndpoint"
    assert blamed(found) == "aoai"


def test_the_record_of_another_member_is_in_doubt() -> None:
    three = account(kind="AIServices", by=["pe"])
    members = endpoint("hub", "10.0.0.4", "10.0.0.5", "10.0.0.6")
    names = ("cognitiveservices", "openai", "services.ai")
    for item, label in zip(members["nic-pe"]["properties"]["ipConfigurations"], names, strict=True):
        fqdns = [f"aoai.{label}.azure.com"]
        item["properties"]["privateLinkConnectionProperties"] = {"fqdns": fqdns}
    right = zone("hub", aoai="10.0.0.5")
    other = zone("hub", aoai="10.0.0.4")
    stale = zone("hub", aoai="10.0.0.7")
    name = "openai.azure.com"
    assert told(asked(three, ALONE, members, right, name=name)) == "private"
    assert told(asked(three, ALONE, members, other, name=name)) == "unknown"
    assert told(asked(three, ALONE, members, stale, name=name)) == "privateWrong recordStale"


def test_the_other_two_names_of_an_aiservices_account_have_zones_of_their_own() -> None:
    three = account(kind="AIServices", by=["pe"])
    estate = (three, ALONE, PE, zone("hub", **RIGHT))
    empty = zone("hub", name="privatelink.services.ai.azure.com")
    assert told(asked(*estate, name="openai.azure.com")) == "private"
    assert told(asked(*estate, name="cognitiveservices.azure.com")) == "public zoneMissing"
    assert told(asked(*estate, empty, name="services.ai.azure.com")) == "nxdomain recordMissing"


def test_a_wildcard_answers_for_names_the_zone_does_not_hold() -> None:
    star = zone("hub")
    star[f"{OPENAI}/*"] = {
        "type": RECORDS,
        "properties": {"aRecords": [{"ipv4Address": "10.0.0.4"}]},
    }
    assert told(asked(AOAI, ALONE, PE, star)) == "private"
    star[f"{OPENAI}/aoai"] = {
        "type": RECORDS,
        "properties": {"aRecords": [{"ipv4Address": "10.0.0.9"}]},
    }
    assert told(asked(AOAI, ALONE, PE, star)) == "privateWrong recordStale"


def test_an_alias_is_followed_within_linked_zones() -> None:
    led = {**zone("hub"), **alias("aoai", f"x.{OPENAI}", OPENAI)}
    held = zone(x="10.0.0.4")
    del held[OPENAI]
    assert told(asked(AOAI, ALONE, PE, led, held)) == "private"


def test_an_alias_that_leads_to_a_wrong_address_is_to_blame() -> None:
    led = {
        **zone("hub"),
        **alias("aoai", f"x.{OPENAI}", OPENAI),
        **alias("x", f"y.{OPENAI}", OPENAI),
    }
    for address, outcome in (("10.0.0.9", "privateWrong aliasStale"), ("20.9.9.9", "unknown")):
        held = zone(y=address)
        del held[OPENAI]
        found = asked(AOAI, ALONE, PE, led, held)
        assert told(found) == outcome
        assert found.likely is Cause.ALIAS_STALE
        if found.broken:
            assert found.broken.blame.path == f"{OPENAI}/aoai"
            assert found.broken.case["leadsTo"] == f"x.{OPENAI}"
            assert found.broken.case["alias"] == str(found.broken.blame)


@pytest.mark.parametrize(("name", "record"), [
    (f"aoai.{OPENAI}", "@"),
    ("azure.com", "aoai.privatelink.openai"),
])  # fmt: skip
def test_a_wrong_record_in_a_zone_of_another_cut_is_stale_and_told(name: str, record: str) -> None:
    held = zone("hub", name=name)
    said = {"aRecords": [{"ipv4Address": "10.0.0.9"}]}
    held[f"{name}/{record}"] = {"type": RECORDS, "properties": said}
    public = alias("aoai.openai", f"aoai.{OPENAI}", name) if name == "azure.com" else {}
    found = asked(AOAI, ALONE, PE, held, public)
    assert (told(found), blamed(found)) == ("privateWrong recordStale", f"{name}/{record}")
    topology = drawn(AOAI, ALONE, PE, held, public)
    assert verdict(current(topology, the(topology, f"{name}/{record}"))) == "fail"


def test_an_alias_that_leads_elsewhere_or_in_a_circle_is_not_known() -> None:
    away = {**zone("hub"), **alias("aoai", "x.contoso.com", OPENAI)}
    assert told(asked(AOAI, ALONE, PE, away)) == "unknown"
    circle = {**zone("hub"), **alias("aoai", f"aoai.{OPENAI}", OPENAI)}
    assert told(asked(AOAI, ALONE, PE, circle)) == "unknown"
    nowhere = {**zone("hub"), **alias("aoai", f"x.{OPENAI}", OPENAI)}
    assert told(asked(AOAI, ALONE, PE, nowhere)) == "unknown"


def test_the_longest_zone_name_wins() -> None:
    longer = zone("hub", name=f"aoai.{OPENAI}")
    assert told(asked(AOAI, ALONE, PE, zone("hub", **RIGHT), longer)) == "nxdomain recordMissing"
    own = zone("hub", name=f"aoai.{OPENAI}")
    own[f"aoai.{OPENAI}/@"] = {
        "type": RECORDS,
        "properties": {"aRecords": [{"ipv4Address": "10.0.0.4"}]},
    }
    assert told(asked(AOAI, ALONE, PE, zone("hub"), own)) == "private"


def test_a_zone_of_the_public_name_hides_what_it_does_not_hold() -> None:
    public = zone("hub", name="openai.azure.com")
    found = asked(AOAI, ALONE, PE, zone("hub", **RIGHT), public)
    assert told(found) == "nxdomain shadowed"
    assert blamed(found) == "openai.azure.com"
    holding = zone("hub", name="openai.azure.com", **RIGHT)
    assert told(asked(AOAI, ALONE, PE, holding)) == "private"
    leading = {**public, **alias("aoai", f"aoai.{OPENAI}", "openai.azure.com")}
    assert told(asked(AOAI, ALONE, PE, zone("hub", **RIGHT), leading)) == "private"


def test_of_two_zones_of_a_name_the_linked_one_counts() -> None:
    wrong = zone("hub", group="app")
    other = zone(name="PRIVATELINK.openai.azure.com", group="central", **RIGHT)
    found = asked(AOAI, ALONE, PE, wrong, other)
    assert told(found) == "nxdomain recordMissing"
    assert found.broken is not None
    assert "in the resource group central" in found.broken.case["instead"]
    unlinked = asked(AOAI, ALONE, PE, zone(group="app"), other)
    assert unlinked.broken is not None
    assert "/central/" in unlinked.broken.case["zone"]


@pytest.mark.parametrize("state", ["InProgress", "Failed"])
def test_a_link_that_is_not_completed_is_not_known_to_work(state: str) -> None:
    slow = zone("hub", **RIGHT)
    slow[f"{OPENAI}/hub"]["properties"]["virtualNetworkLinkState"] = state
    found = asked(AOAI, ALONE, PE, slow)
    assert told(found) == "unknown"
    assert found.is_linked
    slow[f"{OPENAI}/hub"]["properties"]["virtualNetworkLinkState"] = "completed"
    assert told(asked(AOAI, ALONE, PE, slow)) == "private"


def test_an_account_without_endpoints_is_public_unless_a_linked_zone_may_take_it() -> None:
    assert told(asked(account(), ALONE)) == "public noEndpoint"
    assert told(asked(account(), ALONE, zone("hub"))) == "unknown"
    assert told(asked(account(), ALONE, zone("hub", aoai="10.0.0.4"))) == "unknown"
    fallen = zone("hub", policy="NxDomainRedirect")
    assert told(asked(account(), ALONE, fallen)) == "public noEndpoint"


def test_a_zone_that_is_not_documented_for_the_cloud_fails_nobody() -> None:
    government = {"cloud": "AzureUSGovernment"}
    gov = "privatelink.openai.azure.us"
    assert told(asked(AOAI, ALONE, PE, **government)) == "unknown"
    assert told(asked(AOAI, ALONE, PE, zone("hub", name=gov), **government)) == "unknown"
    assert told(asked(AOAI, ALONE, PE, zone("hub", name=gov, **RIGHT), **government)) == "private"


# --- unread is not absent ---


@pytest.mark.parametrize("gap", [ZONES, (ZONES, "/subscriptions/other"), LINKS, "*"])
def test_a_zone_that_may_not_have_been_read_is_not_unlinked(gap: Any) -> None:
    assert told(asked(AOAI, ALONE, PE, zone(**RIGHT), gaps=[gap])) == "unknown"


@pytest.mark.parametrize("gap", [LINKS, (LINKS, "/subscriptions/other"), "*"])
def test_a_link_that_was_not_read_may_lead_to_a_zone_that_wins(gap: Any) -> None:
    assert told(asked(AOAI, ALONE, PE, zone("hub", **RIGHT), gaps=[gap])) == "unknown"


def test_a_gap_in_a_zone_that_cannot_win_changes_nothing() -> None:
    estate = (AOAI, ALONE, PE, zone("hub", **RIGHT))
    zone_id = the(drawn(*estate), OPENAI).id.text
    elsewhere = zone_id.replace(OPENAI, "privatelink.blob.core.windows.net")
    longer = zone_id.replace(OPENAI, f"aoai.{OPENAI}")
    assert told(asked(*estate, gaps=[(LINKS, zone_id)])) == "private"
    assert told(asked(*estate, gaps=[(LINKS, elsewhere)])) == "private"
    assert told(asked(*estate, gaps=[(LINKS, f"{longer}/virtualNetworkLinks/l")])) == "unknown"
    assert told(asked(*estate, gaps=[(LINKS, f"{zone_id.partition('/prov')[0]}")])) == "unknown"
    vnet_id = the(drawn(*estate), "hub").id.text
    assert told(asked(*estate, gaps=[(VNETS, vnet_id)])) == "private"


@pytest.mark.parametrize("gap", [RECORDS, "microsoft.network/privatednszones/cname"])
def test_a_record_that_may_not_have_been_read_is_not_missing(gap: str) -> None:
    assert told(asked(AOAI, ALONE, PE, zone("hub"), gaps=[gap])) == "unknown"
    assert told(asked(AOAI, ALONE, PE, zone("hub", **RIGHT), gaps=[gap])) == "private"


def test_an_interface_that_was_not_read_leaves_a_strange_address_in_doubt() -> None:
    elsewhere = zone("hub", aoai="10.0.0.99")
    assert told(asked(AOAI, ALONE, endpoint("hub"), elsewhere, gaps=[NICS])) == "unknown"


@pytest.mark.parametrize("gap", [RULESETS, "*"])
def test_a_ruleset_that_was_not_read_may_take_the_name(gap: str) -> None:
    assert told(asked(AOAI, ALONE, PE, zone(**RIGHT), gaps=[gap])) == "unknown"


def test_rules_that_were_not_read_matter_where_their_ruleset_is_linked() -> None:
    drawn_rules = {**resolver("hub"), **ruleset("hub", rules={})}
    elsewhere = {**resolver("hub"), **ruleset(rules={}), **zone("hub", **RIGHT)}
    assert told(asked(AOAI, ALONE, PE, drawn_rules, gaps=[RULES])) == "unknown"
    assert told(asked(AOAI, ALONE, PE, elsewhere, gaps=[RULES])) == "private"
    assert told(asked(AOAI, ALONE, PE, elsewhere, gaps=[RULESET_LINKS])) == "unknown"


def test_a_peer_outside_the_snapshot_may_hold_the_zone() -> None:
    alone = {**vnet("hub", peers={FAR: "Connected"}), **workload("hub")}
    assert told(asked(AOAI, alone, PE)) == "unknown"
    assert told(asked(AOAI, alone, PE, zone("hub", **RIGHT))) == "private"


def test_a_vnet_that_was_not_read_may_ask_anybody() -> None:
    whole = drawn(AOAI, ALONE, PE, zone("hub", **RIGHT))
    rows = [r.row for r in whole.inventory.resources.values() if not isinstance(r, VirtualNetwork)]
    lost = Topology(parse(Snapshot(rows=tuple(rows), taken_at=TAKEN_AT)))
    subject = lost.all(CognitiveServicesAccount)[0]
    (name,) = hostnames(subject, "AzurePublic")
    assert told(resolve(lost, consumer(whole, ""), subject, name)) == "unknown"


# --- whom a consumer asks (SEMANTICS 3.1 and 3.6) ---


def spoke(*more: Estate, dns: Any = DNS) -> tuple[Estate, ...]:
    """Draw an app whose VNet asks servers, beside the hub with the endpoint."""
    return (AOAI, pair("app", "hub", dns=dns), PE, APP, *more)


def test_azures_own_address_is_azure_provided_dns() -> None:
    assert told(asked(*spoke(zone("app", **RIGHT), dns=["168.63.129.16"]))) == "private"
    assert told(asked(*spoke(zone("hub", **RIGHT), dns=["168.63.129.16"]))) == (
        "public zoneNotLinked"
    )


def test_an_inbound_endpoint_asks_in_the_resolvers_vnet() -> None:
    found = asked(*spoke(resolver("hub"), zone("hub", **RIGHT)))
    assert told(found) == "private"
    assert said(found)[:3] == [
        "app/subnet asks the DNS servers that app has: 10.9.0.4",
        "app/subnet asks 10.9.0.4: an inbound endpoint of a private resolver, resolver/in",
        "resolver asks Azure-provided DNS in hub",
    ]
    assert [network.name for network in found.networks] == ["hub"]


def test_with_a_resolver_the_link_of_its_vnet_counts_and_no_other() -> None:
    found = asked(*spoke(resolver("hub"), zone("app", **RIGHT)))
    assert told(found) == "public zoneNotLinked"
    assert blamed(found) == "hub"
    assert not found.is_linked


def test_a_resolver_that_is_disconnected_may_not_answer() -> None:
    off = resolver("hub")
    off["resolver"]["properties"]["dnsResolverState"] = "Disconnected"
    assert told(asked(*spoke(off, zone("hub", **RIGHT)))) == "unknown"


def test_a_firewall_that_is_a_dns_proxy_asks_in_its_vnet() -> None:
    proxy = {**firewall("hub"), **policy(enableProxy=True)}
    found = asked(*spoke(proxy, zone("hub", **RIGHT)))
    assert told(found) == "private"
    assert "fw is a DNS proxy and asks Azure-provided DNS" in said(found)
    missing = asked(*spoke(proxy, zone("app", **RIGHT)))
    assert (told(missing), blamed(missing)) == ("public zoneNotLinked", "hub")


@pytest.mark.parametrize("settings", [{"enableProxy": False}, {"servers": []}, {}])
def test_a_firewall_that_is_no_dns_proxy_does_not_answer(settings: Any) -> None:
    found = asked(*spoke({**firewall("hub"), **policy(**settings)}, zone("hub", **RIGHT)))
    assert (told(found), blamed(found)) == ("none notADnsProxy", "policy")


def test_a_classic_firewall_holds_its_own_settings() -> None:
    classic = firewall("hub", ruled_by="")
    off = asked(*spoke(classic, zone("hub", **RIGHT)))
    assert (told(off), blamed(off)) == ("none notADnsProxy", "fw")
    classic["fw"]["properties"]["additionalProperties"] = {"Network.DNS.EnableProxy": "True"}
    assert told(asked(*spoke(classic, zone("hub", **RIGHT)))) == "private"
    settings = {"network.dns.enableproxy": "true", "Network.DNS.Servers": "8.8.8.8,1.1.1.1"}
    classic["fw"]["properties"]["additionalProperties"] = settings
    assert told(asked(*spoke(classic, zone("hub", **RIGHT)))) == "public publicResolver"


def test_a_policy_inherits_the_dns_settings_it_lacks() -> None:
    inherited = {**firewall("hub"), **policy(base="base")}
    on, off = policy("base", enableProxy=True), policy("base")
    assert told(asked(*spoke(inherited, on, zone("hub", **RIGHT)))) == "private"
    assert told(asked(*spoke(inherited, off, zone("hub", **RIGHT)))) == "none notADnsProxy"
    unsaid = {**firewall("hub"), **policy(base="base", servers=[])}
    assert told(asked(*spoke(unsaid, on, zone("hub", **RIGHT)))) == "unknown"


def test_a_policy_that_was_not_read_may_say_anything() -> None:
    elsewhere = f"{FAR.partition('/Microsoft')[0]}/Microsoft.Network/firewallPolicies/p"
    assert told(asked(*spoke(firewall("hub", elsewhere), zone("hub", **RIGHT)))) == "unknown"
    inherited = {**firewall("hub"), **policy(base=elsewhere)}
    assert told(asked(*spoke(inherited, zone("hub", **RIGHT)))) == "unknown"
    assert POLICIES in elsewhere.lower()


def test_a_firewall_asks_its_own_servers() -> None:
    inbound = resolver("hub", "10.9.0.5")
    proxy = {**firewall("hub"), **policy(enableProxy=True, servers=["10.9.0.5"])}
    assert told(asked(*spoke(proxy, inbound, zone("hub", **RIGHT)))) == "private"
    public = {**firewall("hub"), **policy(enableProxy=True, servers=["8.8.8.8"])}
    found = asked(*spoke(public, zone("hub", **RIGHT)))
    assert (told(found), blamed(found)) == ("public publicResolver", "policy")
    onprem = {**firewall("hub"), **policy(enableProxy=True, servers=["192.168.0.53"])}
    assert told(asked(*spoke(onprem, zone("hub", **RIGHT)))) == "unknown"
    itself = {**firewall("hub"), **policy(enableProxy=True, servers=["10.9.0.4"])}
    assert told(asked(*spoke(itself, zone("hub", **RIGHT)))) == "none forwardingLoop"


def test_a_firewall_in_a_virtual_hub_asks_where_nobody_can_link() -> None:
    hub = {
        **wan_hub("vhub", "app", "hub"),
        **policy(enableProxy=True),
        "fw": {
            "type": "microsoft.network/azurefirewalls",
            "properties": {
                "virtualHub": to("vhub"),
                "hubIPAddresses": {"privateIPAddress": "10.9.0.4"},
                "firewallPolicy": to("policy"),
            },
        },
    }
    assert told(asked(*spoke(hub, zone("hub", "app", **RIGHT)))) == "unknown"


def test_what_a_machine_or_those_behind_a_load_balancer_forward_is_not_known() -> None:
    assert told(asked(*spoke(server("hub"), zone("hub", **RIGHT)), start="app")) == "unknown"
    front = {"subnet": to("hub#subnets/subnet"), "privateIPAddress": "10.9.0.4"}
    properties = {"frontendIPConfigurations": [{"properties": front}]}
    balancer = {"lb": {"type": BALANCERS, "properties": properties}}
    found = asked(*spoke(balancer, zone("hub", **RIGHT)))
    assert told(found) == "unknown"
    assert "lb" in found.unread


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1"])
def test_a_public_resolver_knows_no_private_zone(address: str) -> None:
    found = asked(*spoke(zone("app", "hub", **RIGHT), dns=[address]))
    assert (told(found), blamed(found)) == ("public publicResolver", "app")


@pytest.mark.parametrize("address", ["203.0.113.53", "192.168.0.53", "fd00::53", "dns"])
def test_a_server_outside_azure_may_forward_anywhere(address: str) -> None:
    assert told(asked(*spoke(zone("app", "hub", **RIGHT), dns=[address]))) == "unknown"


def test_an_interface_with_servers_of_its_own_asks_those() -> None:
    override = server("app", "10.0.0.9", "odd")
    override["nic-odd"]["properties"]["dnsSettings"] = {"dnsServers": ["8.8.8.8"]}
    estate = (AOAI, pair("app", "hub"), PE, APP, override, zone("app", **RIGHT))
    odd = asked(*estate, start="nic-odd")
    assert (told(odd), blamed(odd)) == ("public publicResolver", "nic-odd")
    assert told(asked(*estate, start="app")) == "private"


def test_several_servers_that_answer_alike_are_as_one() -> None:
    two = {**resolver("hub"), **resolver("hub", "10.9.0.5", name="second")}
    both = spoke(two, zone("hub", **RIGHT), dns=["10.9.0.4", "10.9.0.5"])
    assert told(asked(*both)) == "private"


def test_several_servers_that_answer_differently_are_not_known() -> None:
    mixed = spoke(resolver("hub"), zone("hub", **RIGHT), dns=["10.9.0.4", "8.8.8.8"])
    found = asked(*mixed)
    assert told(found) == "unknown"
    assert "need not all answer alike" in found.unread
    perhaps = spoke(resolver("hub"), zone("hub", **RIGHT), dns=["10.9.0.4", "192.168.0.53"])
    assert told(asked(*perhaps)) == "unknown"


def test_a_server_that_does_not_answer_leaves_it_to_the_next() -> None:
    silent = {**firewall("hub"), **policy(), **resolver("hub", "10.9.0.5")}
    servers = ["10.9.0.4", "10.9.0.5"]
    assert told(asked(*spoke(silent, zone("hub", **RIGHT), dns=servers))) == "private"
    assert told(asked(*spoke(silent, zone("hub", **RIGHT), dns=["10.9.0.4", "10.77.0.1"]))) == (
        "unknown"
    )


# --- an address that nobody has, and a server that nobody reaches ---


def vacant(subnet: Any = None, *more: Estate) -> tuple[Estate, ...]:
    """Draw an app that asks an address of the hub that nobody has."""
    both = space(pair("app", "hub", dns=DNS), "hub", "10.9.0.0/16")
    if subnet is not None:
        told_subnet = {"addressPrefix": "10.9.0.0/24", **subnet}
        both["hub"]["properties"]["subnets"].append(
            {**to("hub#subnets/other"), "properties": told_subnet}
        )
    return (AOAI, both, PE, APP, zone("hub", **RIGHT), *more)


def test_an_address_outside_every_subnet_is_nobodys() -> None:
    found = asked(*vacant())
    assert (told(found), blamed(found)) == ("none dnsServerAbsent", "app")


def test_an_address_that_a_deleted_machine_or_resolver_had_is_nobodys() -> None:
    delegated = {"delegations": [{"properties": {"serviceName": "Microsoft.Network/dnsResolvers"}}]}
    assert told(asked(*vacant({}))) == "none dnsServerAbsent"
    assert told(asked(*vacant(delegated))) == "none dnsServerAbsent"


def test_an_address_among_resources_we_do_not_know_may_be_somebodys() -> None:
    scaled = f"{FAR}/virtualMachines/0/networkInterfaces/n/ipConfigurations/c"
    containers = {"delegations": [{"properties": {"serviceName": "Microsoft.App/environments"}}]}
    assert told(asked(*vacant({"ipConfigurations": [{"id": scaled}]}))) == "unknown"
    assert told(asked(*vacant(containers))) == "unknown"


def test_an_address_that_a_route_leads_to_an_appliance_may_be_its() -> None:
    def table(prefix: str) -> Estate:
        hop = {"nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.0.9"}
        routes = [{"properties": {"addressPrefix": prefix, **hop}}]
        return {"rt": {"type": "microsoft.network/routetables", "properties": {"routes": routes}}}

    assert told(asked(*vacant(None, table("10.9.0.4/32")))) == "unknown"
    assert told(asked(*vacant(None, table("0.0.0.0/0")))) == "none dnsServerAbsent"


@pytest.mark.parametrize(
    "gap",
    [INBOUND, NICS, BALANCERS, "microsoft.network/azurefirewalls", "microsoft.network/routetables"],
)
def test_an_address_whose_owner_may_not_have_been_read_is_not_nobodys(gap: str) -> None:
    assert told(asked(*vacant(), gaps=[gap])) == "unknown"


def isolated(*more: Estate) -> tuple[Estate, ...]:
    """Draw an app that asks a resolver in a VNet that it has nothing to do with."""
    apart = {**vnet("app", dns=DNS), **vnet("hub")}
    return (AOAI, apart, PE, APP, resolver("hub"), zone("hub", **RIGHT), *more)


def test_a_server_in_a_network_that_nothing_connects_is_not_reached() -> None:
    found = asked(*isolated())
    assert (told(found), blamed(found)) == ("none dnsServerUnreachable", "app")


def test_whatever_may_connect_two_networks_leaves_it_open() -> None:
    manager = {"avnm": {"type": "microsoft.network/networkmanagers", "properties": {}}}
    tunnel = server("app", "10.0.0.8", "nva")
    tunnel["nic-nva"]["properties"]["enableIPForwarding"] = True
    for more in (manager, tunnel, gateway("app"), wan_hub("vhub", "app", "hub")):
        assert told(asked(*isolated(more), start="app")) == "unknown"


@pytest.mark.parametrize("gap", [VNETS, "microsoft.network/virtualhubs", NICS])
def test_what_may_connect_two_networks_and_was_not_read_leaves_it_open(gap: str) -> None:
    assert told(asked(*isolated(), gaps=[gap])) == "unknown"


@pytest.mark.parametrize("state", ["Initiated", "Disconnected"])
def test_a_server_behind_a_peering_that_is_broken_is_not_known_to_answer(state: str) -> None:
    broken = pair("app", "hub", dns=DNS, state=state)
    estate = (AOAI, broken, PE, APP, resolver("hub"), zone("hub", **RIGHT))
    assert told(asked(*estate)) == "unknown"


def test_a_server_two_peerings_away_is_not_known_to_answer() -> None:
    chain = {
        **vnet("app", peers={"hub": "Connected"}, dns=DNS),
        **vnet("hub", peers={"app": "Connected", "dns": "Connected"}),
        **vnet("dns", peers={"hub": "Connected"}),
    }
    estate = (AOAI, chain, PE, APP, resolver("dns"), zone("dns", **RIGHT))
    assert told(asked(*estate)) == "unknown"


def test_two_servers_with_one_address_answer_their_own_peers() -> None:
    other = {**vnet("other"), **resolver("other", name="another")}
    assert told(asked(*spoke(resolver("hub"), other, zone("hub", **RIGHT)))) == "private"


# --- forwarding rulesets (SEMANTICS 3.7) ---


def ruled(*networks: str, rules: Any, dns: Any = ()) -> tuple[Estate, ...]:
    """Draw an app, a hub with a resolver, and a ruleset that is linked to VNets."""
    return spoke(resolver("hub"), ruleset(*networks, rules=rules), dns=dns)


PUBLIC_RULE = {"openai.azure.com.": DNS}


def test_a_rule_for_the_public_name_asks_in_the_resolvers_vnet() -> None:
    found = asked(*ruled("app", rules=PUBLIC_RULE), zone("hub", **RIGHT))
    assert told(found) == "private"
    assert [network.name for network in found.networks] == ["hub"]
    assert "in app the rule rule0 passes openai.azure.com on to 10.9.0.4" in said(found)
    unlinked = asked(*ruled("app", rules=PUBLIC_RULE), zone(**RIGHT))
    assert (told(unlinked), blamed(unlinked)) == ("public zoneNotLinked", "hub")


def test_a_rule_for_the_public_name_takes_it_before_the_zone_of_the_private_name() -> None:
    onprem = ruled("app", rules={"openai.azure.com.": ["192.168.0.53"]})
    assert told(asked(*onprem, zone("app", **RIGHT))) == "unknown"


def test_a_zone_of_the_public_name_wins_over_a_rule() -> None:
    onprem = ruled("app", rules={"openai.azure.com.": ["192.168.0.53"]})
    own = zone("app", name="openai.azure.com", **RIGHT)
    assert told(asked(*onprem, own)) == "private"


def test_a_rule_for_the_private_name_alone_is_not_known_to_help() -> None:
    private = ruled("app", rules={f"{OPENAI}.": DNS})
    assert told(asked(*private, zone("hub", **RIGHT))) == "unknown"
    assert told(asked(*private, zone("app", **RIGHT))) == "private"
    assert told(asked(*private, zone(**RIGHT))) == "public zoneNotLinked"


def test_the_longest_rule_wins_and_a_disabled_one_counts_for_nothing() -> None:
    rules = {"azure.com.": ["192.168.0.53"], "openai.azure.com.": DNS}
    assert told(asked(*ruled("app", rules=rules), zone("hub", **RIGHT))) == "private"
    off = ruled("app", rules={"openai.azure.com.": ["192.168.0.53"]})
    off[-1]["rules/rule0"]["properties"]["forwardingRuleState"] = "Disabled"
    assert told(asked(*off, zone("app", **RIGHT))) == "private"


def test_two_rules_for_one_domain_may_each_win() -> None:
    more = ruleset("app", rules={"openai.azure.com.": ["192.168.0.53"]}, name="more")
    assert told(asked(*ruled("app", rules=PUBLIC_RULE), more, zone("hub", **RIGHT))) == "unknown"


def test_a_rule_for_all_names_leaves_out_those_that_azure_reserves() -> None:
    everything = ruled("app", rules={".": ["192.168.0.53"]})
    assert told(asked(*everything, zone("app", **RIGHT))) == "private"
    assert told(asked(*everything, zone(**RIGHT))) == "public zoneNotLinked"


def test_a_rule_that_asks_a_public_resolver_is_to_blame() -> None:
    found = asked(*ruled("app", rules={"openai.azure.com.": ["8.8.8.8"]}), zone("app", **RIGHT))
    assert (told(found), blamed(found)) == ("public publicResolver", "rules/rule0")


def test_a_rule_cannot_ask_azure_by_its_address() -> None:
    azure = ruled("app", rules={"openai.azure.com.": ["168.63.129.16"]})
    assert told(asked(*azure, zone("app", **RIGHT))) == "unknown"


def test_a_rule_whose_way_out_is_not_known_may_ask_anybody() -> None:
    lost = ruled("app", rules=PUBLIC_RULE)
    lost[-1]["rules"]["properties"] = {}
    assert told(asked(*lost, zone("hub", **RIGHT))) == "unknown"


def test_a_ruleset_linked_to_where_its_rule_asks_is_a_circle() -> None:
    found = asked(*ruled("app", "hub", rules=PUBLIC_RULE), zone("hub", **RIGHT))
    assert (told(found), blamed(found)) == ("none forwardingLoop", "rules/to-hub")
    through = asked(*ruled("hub", rules=PUBLIC_RULE, dns=DNS), zone("hub", **RIGHT))
    assert (told(through), blamed(through)) == ("none forwardingLoop", "rules/to-hub")


def test_a_rule_needs_no_peering_but_its_servers_must_be_near_its_way_out() -> None:
    apart = {**vnet("app"), **vnet("hub")}
    estate = (AOAI, apart, PE, APP, resolver("hub"), ruleset("app", rules=PUBLIC_RULE))
    assert told(asked(*estate, zone("hub", **RIGHT))) == "private"


# --- VPN clients (SEMANTICS 7) ---


def dialled(*more: Estate, dns: Any = ()) -> tuple[Estate, ...]:
    return (AOAI, vnet("hub", dns=dns), PE, gateway("hub"), zone("hub", **RIGHT), *more)


@pytest.mark.parametrize("dns", [[], ["168.63.129.16"]])
def test_clients_without_a_dns_server_resolve_publicly_and_need_hosts_lines(dns: Any) -> None:
    found = asked(*dialled(dns=dns))
    assert (told(found), blamed(found)) == ("public clientsWithoutResolver", "hub")
    assert found.broken is not None
    assert found.broken.case["hosts"] == "10.0.0.4 aoai.openai.azure.com"
    assert "hosts file" in said(found)[0]


def test_clients_ask_the_servers_of_the_gateways_vnet() -> None:
    topology = drawn(*dialled(resolver("hub"), dns=DNS))
    assert consumer(topology, "gw").kind is Kind.CLIENTS
    assert told(asked(*dialled(resolver("hub"), dns=DNS))) == "private"
    assert told(asked(*dialled(resolver("hub"), dns=[*DNS, "168.63.129.16"]))) == "private"
    assert told(asked(*dialled(dns=["8.8.8.8"]))) == "public publicResolver"


def test_clients_reach_a_resolver_in_a_peer_that_uses_the_gateway() -> None:
    def beside(**flags: Any) -> tuple[Estate, ...]:
        lent = vnet("hub", dns=DNS, peers={"dns": "Connected"}, allowGatewayTransit=True)
        peer = vnet("dns", peers={"hub": "Connected"}, **flags)
        return (AOAI, lent, peer, PE, gateway("hub"), resolver("dns"), zone("dns", **RIGHT))

    assert told(asked(*beside(useRemoteGateways=True))) == "private"
    assert told(asked(*beside())) == "unknown"


# --- whatever the rows' order, letter case, and company ---

BROKEN_AND_WHOLE = [
    (AOAI, ALONE, PE, zone("hub", **RIGHT)),
    (AOAI, ALONE, PE, zone(**RIGHT)),
    (AOAI, ALONE, PE, zone("hub")),
    spoke(resolver("hub"), zone("hub", **RIGHT)),
    spoke(firewall("hub"), policy(), zone("hub", **RIGHT)),
    vacant(),
    isolated(),
    ruled("app", "hub", rules=PUBLIC_RULE),
    dialled(),
]


def joined(*estates: Estate) -> Estate:
    return {key: value for estate in estates for key, value in estate.items()}


@pytest.mark.parametrize("estate", BROKEN_AND_WHOLE)
def test_a_vnet_with_which_nothing_is_shared_changes_nothing(estate: tuple[Estate, ...]) -> None:
    stranger = {**vnet("zz-stranger"), **resolver("zz-stranger", "10.66.0.4", name="zz")}
    assert asked(*estate, stranger) == asked(*estate)


@pytest.mark.parametrize("estate", BROKEN_AND_WHOLE)
def test_the_order_and_letter_case_of_rows_change_nothing(estate: tuple[Estate, ...]) -> None:
    rows = list(snapshot(joined(*estate)).rows)
    expected = told(asked(*estate))
    random.Random(7).shuffle(rows)  # noqa: S311 - no secret
    shouted = [msgspec.structs.replace(row, id=row.id.upper()) for row in rows]
    for each in (rows, shouted):
        topology = Topology(parse(Snapshot(rows=tuple(each), taken_at=TAKEN_AT)))
        subject = topology.all(CognitiveServicesAccount)[0]
        (name,) = hostnames(subject, "AzurePublic")
        assert told(resolve(topology, consumers(topology)[0], subject, name)) == expected


@pytest.mark.parametrize("name", sorted(path.stem for path in home().glob("estates/*.yaml")))
def test_in_a_good_estate_every_name_is_private_from_everywhere(name: str) -> None:
    topology = Topology(parse(snapshot(load(home() / "estates" / f"{name}.yaml"))))
    found = [
        told(resolve(topology, start, subject, hostname))
        for start in consumers(topology)
        for subject in topology.all(CognitiveServicesAccount)
        for hostname in hostnames(subject, topology.inventory.cloud)
    ]
    assert set(found) <= {"private"}


ESTATES = {
    **{path.stem: load(path) for path in (*home().glob("estates/*.yaml"), home() / "demo.yaml")},
    **{f"drawn {n}": joined(*estate) for n, estate in enumerate(BROKEN_AND_WHOLE)},
}


@pytest.mark.parametrize("name", sorted(ESTATES))
def test_not_knowing_a_row_a_type_or_a_subscription_turns_no_answer_round(name: str) -> None:
    rows = snapshot(ESTATES[name]).rows
    whole = Topology(parse(Snapshot(rows=rows, taken_at=TAKEN_AT)))
    known = answers(whole, whole)
    for gap in unread(rows):
        left = tuple(row for row in rows if not is_hidden(row, gap))
        less = Topology(parse(Snapshot(rows=left, gaps=(gap,), taken_at=TAKEN_AT)))
        turned = {
            (key, known[key], answer)
            for key, answer in answers(whole, less).items()
            if answer not in {"unknown", known[key]}
        }
        assert turned == set(), gap


def unread(rows: Iterable[Any]) -> Iterator[Gap]:
    denied = GapReason.DENIED
    for row in rows:
        yield Gap(scope=row.id, type=row.type.lower(), reason=denied)
    for kind in sorted({row.type.lower() for row in rows}):
        yield Gap(scope=EVERYWHERE, type=kind, reason=denied)
    for scope in sorted({"/".join(row.id.split("/")[:3]) for row in rows}):
        yield Gap(scope=scope, type="*", reason=denied)


def is_hidden(row: Any, gap: Gap) -> bool:
    if gap.type == "*":
        return str(row.id).startswith(f"{gap.scope}/")
    return gap.type == row.type.lower() and gap.scope in {EVERYWHERE, row.id}


def answers(whole: Topology, topology: Topology) -> dict[tuple[str, str], str]:
    """Return what every consumer of one topology is told in another, of the accounts it holds."""
    return {
        (start.id.path, hostname.name): told(resolve(topology, start, subject, hostname))
        for start in consumers(whole)
        for subject in topology.all(CognitiveServicesAccount)
        for hostname in hostnames(subject, whole.inventory.cloud)
    }


def test_the_answers_are_a_closed_list() -> None:
    assert {str(answer) for answer in Answer} == {
        *("private", "privateWrong", "public", "nxdomain", "none", "unknown")
    }


def test_a_server_behind_a_peering_of_which_one_side_was_not_read_may_not_be_reached() -> None:
    spoke = vnet("app", dns=DNS, peers={FAR: "Connected"})
    far = {"fw": firewall("app")["fw"]}
    placed = {"privateIPAddress": "10.9.0.4", "subnet": to(f"{FAR}/subnets/subnet")}
    far["fw"]["properties"]["ipConfigurations"] = [{"properties": placed}]
    answer = asked(AOAI, ALONE, PE, spoke, APP, far, policy(), zone("app"), start="app/subnet")
    assert answer.outcome is Answer.UNKNOWN
    assert "far lets in over its peering with app was not read" in answer.unread
