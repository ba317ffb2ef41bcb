"""What is declared of an estate: whom it means, and what it makes of a connection."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from drawing import Estate, approval, endpoint, to

from scanner.analysis.causes import Cause
from scanner.analysis.connections import connections, intended, reach
from scanner.analysis.consumers import consumers_at
from scanner.analysis.intents import warn_of_idle
from scanner.findings import Verdict
from scanner.resources import ResourceId, parse
from scanner.resources.types import RESOURCE_TYPES
from scanner.rules import estates, home, judge, judgements, load
from scanner.rules.estates import merge_patch
from scanner.rules.rule import Condition
from scanner.rules.words.connection import breaks, comes_out
from scanner.rules.words.connection import intended as asks_for
from scanner.snapshot import EVERYWHERE, Gap, GapReason, Snapshot
from scanner.topology import Topology
from scanner.topology.expectations import ANY, Demand, Expectation, Selector

NEVER = load(home() / "network" / "reachable-despite-never.yaml")
APP, DATA = "vnet-app/snet-app", "vnet-data/snet-data"
MAIN = estates._guid("main")  # noqa: SLF001 - what its snapshots call it
GROUP = f"/subscriptions/{MAIN}/resourceGroups/rg"
NETWORKS = f"{GROUP}/providers/Microsoft.Network"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/aoai-prod"

TAGGED = {
    "vnet-app": {"tags": {"env": "prod", "Owner": "web"}},
    "vm-data": {"tags": {"env": "dev", "empty": None}},
    "nic-data": {"resourceGroup": "rg-data"},
    "aoai-prod": {"tags": {"Env": "prod"}},
}
APART = {"nic-data": {"properties": {"dnsSettings": {"dnsServers": ["168.63.129.16"]}}}}


def snapshot(patch: Mapping[str, Any] = TAGGED) -> Snapshot:
    estate = estates.load(home() / "estates" / "hub-and-spoke.yaml")
    return estates.snapshot(merge_patch(estate, patch))


def drawn(*said: Expectation, patch: Mapping[str, Any] = TAGGED) -> Topology:
    return Topology(parse(snapshot(patch)), said)


def expected(demand: str = "never", source: Selector = ANY, **more: Any) -> Expectation:
    return Expectation(**{"source": source, "target": ANY, "reach": Demand(demand), **more})


def said(*entries: Expectation, patch: Mapping[str, Any] = TAGGED) -> dict[str, str]:
    found = intended(drawn(*entries, patch=patch))
    return {connection.consumer.id.path: connection.intended.value for connection in found}


# --- whom a selector means

CONSUMERS: dict[str, tuple[Selector, set[str]]] = {
    "any": (ANY, {APP, DATA}),
    "its own id": (
        Selector(id=f"{NETWORKS}/virtualNetworks/vnet-app/subnets/snet-app"),
        {APP},
    ),
    "its VNet's": (Selector(id=f"{NETWORKS}/virtualNetworks/vnet-app"), {APP}),
    "in any case": (Selector(id=f"{NETWORKS}/virtualNetworks/vnet-app/".upper()), {APP}),
    "no part of a name": (Selector(id=f"{NETWORKS}/virtualNetworks/vnet-ap"), set()),
    "its group's": (Selector(id=GROUP), {APP, DATA}),
    "its subscription's": (Selector(id=f"/subscriptions/{MAIN}"), {APP, DATA}),
    "its name": (Selector(name="snet-data"), {DATA}),
    "its VNet's name": (Selector(name="VNET-DATA"), {DATA}),
    "a glob": (Selector(name="snet-?ata"), {DATA}),
    "a whole name only": (Selector(name="data"), set()),
    "a name with a slash": (Selector(name="vnet-*/snet-a*"), {APP}),
    "a group": (Selector(resource_group="RG"), {APP, DATA}),
    "another group": (Selector(resource_group="rg-data"), set()),
    "a subscription": (Selector(subscription=MAIN.upper()), {APP, DATA}),
    "a subscription's name": (Selector(subscription="Main"), {APP, DATA}),
    "another subscription": (Selector(subscription="other"), set()),
    "a tag of its VNet": (Selector(tags=(("env", "prod"),)), {APP}),
    "a tag of a machine": (Selector(tags=(("ENV", "dev"),)), {DATA}),
    "a tag's value in another case": (Selector(tags=(("env", "Prod"),)), set()),
    "two tags": (Selector(tags=(("env", "prod"), ("owner", "web"))), {APP}),
    "two tags, one missing": (Selector(tags=(("env", "prod"), ("owner", "x"))), set()),
    "all of them": (Selector(name="vnet-*", tags=(("env", "dev"),), resource_group="rg"), {DATA}),
    "all but one": (Selector(name="vnet-app", tags=(("env", "dev"),)), set()),
}


@pytest.mark.parametrize(("selector", "meant"), CONSUMERS.values(), ids=CONSUMERS)
def test_from_means_those_that_all_it_gives_match(selector: Selector, meant: set[str]) -> None:
    found = said(expected(source=selector))
    assert {path for path, intent in found.items() if intent == "never"} == meant


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        (ANY, True),
        (Selector(id=ACCOUNT), True),
        (Selector(id=GROUP.lower()), True),
        (Selector(name="AOAI-*"), True),
        (Selector(name="aoai"), False),
        (Selector(resource_group="rg", subscription="main"), True),
        (Selector(resource_group="rg", subscription="other"), False),
        (Selector(tags=(("env", "prod"),)), True),
        (Selector(tags=(("env", "dev"),)), False),
    ],
)
def test_to_means_accounts(selector: Selector, *, meant: bool) -> None:
    assert set(said(expected(target=selector)).values()) == {"never" if meant else "dns"}


def test_a_machine_that_differs_is_meant_by_itself_its_subnet_and_its_vnet() -> None:
    patch = merge_patch(TAGGED, APART)
    for selector in (
        Selector(name="nic-data"),
        Selector(name="snet-data"),
        Selector(name="vnet-data"),
        Selector(id=f"{NETWORKS}/virtualNetworks/vnet-data"),
        Selector(resource_group="rg-data"),
        Selector(tags=(("env", "dev"),)),
    ):
        assert said(expected(source=selector), patch=patch) == {APP: "dns", "nic-data": "never"}


def test_the_tag_of_a_machine_that_differs_is_none_of_its_subnet() -> None:
    others = {"vm-more": {"type": "Microsoft.Compute/virtualMachines", "properties": {}}}
    placed = {"subnet": {"id": f"{NETWORKS}/virtualNetworks/vnet-data/subnets/snet-data"}}
    machine = {"id": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-more"}
    interface = {"virtualMachine": machine, "ipConfigurations": [{"properties": placed}]}
    more = {"nic-more": {"type": "Microsoft.Network/networkInterfaces", "properties": interface}}
    found = said(
        expected(source=Selector(tags=(("env", "dev"),))),
        patch={**TAGGED, **APART, **others, **more},
    )
    assert found == {APP: "dns", DATA: "dns"} | {"nic-data": "never"}


def test_tags_that_are_none_match_nothing() -> None:
    odd = {"vnet-app": {"tags": ["env"]}, "vnet-data": {"tags": {"env": ["prod"]}}}
    assert set(said(expected(source=Selector(tags=(("env", "prod"),))), patch=odd).values()) == {
        "dns"
    }


# --- what it makes of a connection


def test_without_a_word_the_estate_itself_shows_what_is_wanted() -> None:
    assert said() == {APP: "dns", DATA: "dns"}


def test_private_is_wanted_although_nothing_shows_it() -> None:
    cut: dict[str, Any] = {
        "privatelink.openai.azure.com/data": None,
        "vnet-data": {"properties": {"virtualNetworkPeerings": []}},
        "vnet-hub": {"properties": {"virtualNetworkPeerings": []}},
    }
    assert said(patch=cut) == {APP: "dns"}
    assert said(expected("private"), patch=cut) == {APP: "declared", DATA: "declared"}


def test_half_a_peering_shows_that_a_call_may_be_wanted() -> None:
    cut: dict[str, Any] = {
        "privatelink.openai.azure.com/data": None,
        "vnet-data": {"properties": {"virtualNetworkPeerings": []}},
    }
    assert said(patch=cut) == {APP: "dns", DATA: "path"}


def test_an_account_without_an_endpoint_can_be_declared() -> None:
    bare: dict[str, Any] = {"aoai-prod": {"properties": {"privateEndpointConnections": []}}}
    assert said(patch=bare) == {}
    assert said(expected("private"), patch=bare) == {APP: "declared", DATA: "declared"}


@pytest.mark.parametrize("order", [("private", "never"), ("never", "private")])
def test_never_wins_wherever_it_stands(order: tuple[str, str]) -> None:
    assert set(said(*map(expected, order)).values()) == {"never"}


@pytest.mark.parametrize("demand", ["private", "never"])
def test_of_several_that_say_the_same_the_last_gives_the_reason(demand: str) -> None:
    entries = (expected(demand, reason="one"), expected(demand, reason="two"))
    reasons = [c.declared.said for c in intended(drawn(*entries)) if c.declared]
    assert reasons == ["two", "two"]


def test_an_expectation_without_a_reason_is_called_by_its_place() -> None:
    assert expected(place="a.yaml:2:3").said == "declared in a.yaml:2:3"


def test_what_must_never_be_is_not_counted_among_what_should() -> None:
    entry = expected(source=Selector(name="vnet-data"))
    assert reach(drawn()) == {ResourceId(ACCOUNT): {"reachable": 2}}
    assert reach(drawn(entry)) == {ResourceId(ACCOUNT): {"reachable": 1}}


def test_a_place_from_which_nobody_is_known_to_call_can_be_declared() -> None:
    topology = drawn(expected(source=Selector(name="vnet-hub")))
    place = ResourceId(f"{NETWORKS}/virtualNetworks/vnet-hub/subnets/snet-endpoints")
    (consumer,) = consumers_at(topology, place)
    (connection,) = connections(topology, consumer)
    assert connection.intended == "never"


def second_endpoint(address: str) -> Estate:
    """Draw another endpoint of the account beside the first, in the same record."""
    subnet = to("vnet-hub#subnets/snet-endpoints")
    drawing = endpoint("vnet-hub", address, name="pe-two", account="aoai-prod")
    drawing["pe-two"]["properties"]["subnet"] = subnet
    placed = {"privateIPAddress": address, "subnet": subnet}
    drawing["nic-pe-two"]["properties"]["ipConfigurations"] = [{"properties": placed}]
    both = [approval(name, "aoai-prod") for name in ("pe-aoai-prod", "pe-two")]
    drawing["aoai-prod"] = {"properties": {"privateEndpointConnections": both}}
    answers = {"aRecords": [{"ipv4Address": "10.0.1.4"}, {"ipv4Address": address}]}
    drawing["privatelink.openai.azure.com/aoai-prod"] = {"properties": answers}
    return drawing


def test_of_several_addresses_one_that_is_reached_is_enough_where_none_must_be() -> None:
    # The callers' group denies nothing inside their networks, that of the endpoints all but a /27.
    patch = second_endpoint("10.0.1.40")
    wanted = {c.verdict.value for c in intended(drawn(patch=patch))}
    never = {c.verdict.value for c in intended(drawn(expected(), patch=patch))}
    assert (wanted, never) == ({"broken"}, {"reachable"})


@pytest.mark.parametrize("kind", sorted(kind.ARM_TYPE for kind in RESOURCE_TYPES))
def test_what_was_not_read_holds_no_line(kind: str) -> None:
    whole = snapshot()
    gap = Gap(scope=EVERYWHERE, type=kind, reason=GapReason.DENIED)
    rows = tuple(row for row in whole.rows if row.type.lower() != kind)
    topology = Topology(parse(Snapshot(rows=rows, gaps=(gap,))), (expected(),))
    assert Verdict.PASS not in {judged.verdict for _, judged in judgements(topology, NEVER)}


# --- what words say of it

UNLINKED = {"privatelink.openai.azure.com/data": None}


def judged(word: Condition, *entries: Expectation) -> set[str]:
    """Return what a word says of the spoke that is not linked to the zone."""
    topology = drawn(*entries, patch=UNLINKED)
    found = [c for c in intended(topology) if c.consumer.id.path == DATA]
    return {str(word(topology, connection).verdict) for connection in found}


def test_what_breaks_a_connection_that_must_never_be_is_no_cause() -> None:
    for code in Cause:
        assert judged(breaks({"breaks": (code.value,)}), expected()) == {"notApplicable"}
    assert judged(breaks({"breaks": ("zoneNotLinked",)}), expected("private")) == {"pass"}


def test_how_it_comes_out_is_judged_all_the_same() -> None:
    assert judged(comes_out({"comesOut": ("broken",)}), expected()) == {"fail"}
    assert judged(comes_out({"comesOut": ("reachable", "public")}), expected()) == {"pass"}


def test_why_it_is_wanted_can_be_asked() -> None:
    never = asks_for({"intended": ("never",)})
    wanted = asks_for({"intended": ("declared", "path")})
    assert judged(never, expected()) == judged(wanted, expected("private")) == {"pass"}
    assert judged(never, expected("private")) == judged(wanted, expected()) == {"fail"}
    assert judged(wanted) == {"pass"}


def test_a_caller_that_comes_in_over_the_internet_is_to_blame_itself() -> None:
    public = {"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}
    topology = drawn(
        expected(source=Selector(name="vnet-data"), reason="data is test only"),
        patch={**UNLINKED, "aoai-prod": {"properties": public}},
    )
    (finding,), _ = judge(topology, (NEVER,))
    assert finding.resource.path == DATA
    assert finding.message == (
        f"{DATA} reaches aoai-prod over the Internet, and must never: data is test only."
    )


# --- DNS holds no line

CUT: dict[str, Any] = {
    "vnet-data": {"properties": {"virtualNetworkPeerings": []}},
    "vnet-hub": {"properties": {"virtualNetworkPeerings": []}},
}
OPEN = {"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}
ADMITS_ALL = {"aoai-prod": {"properties": OPEN}}


def barred(patch: Mapping[str, Any], *unread: str) -> tuple[str, str, str]:
    """Return how a call of the data spoke comes out that must never be: verdict, DNS, aside."""
    whole = snapshot(patch)
    gaps = tuple(Gap(scope=EVERYWHERE, type=t, reason=GapReason.DENIED) for t in unread)
    rows = tuple(row for row in whole.rows if row.type not in unread)
    topology = Topology(parse(Snapshot(rows=rows, gaps=gaps)), (expected(),))
    (found,) = (c for c in intended(topology) if c.consumer.id.path == DATA)
    aside = found.past_dns.said if found.past_dns else ""
    return found.verdict.value, found.resolution.outcome.value, aside


def test_a_zone_that_is_not_linked_does_not_keep_a_never() -> None:
    aside = (
        "a hosts file or another resolver leads aoai-prod.openai.azure.com to 10.0.1.4 all the same"
    )
    assert barred({}) == ("reachable", "private", "")
    assert barred(UNLINKED) == ("reachable", "public", aside)


def test_an_endpoint_out_of_reach_does_not_keep_a_never_if_the_account_admits_everybody() -> None:
    aside = "another resolver gives the public address of aoai-prod all the same"
    assert barred(CUT | ADMITS_ALL) == ("public", "private", aside)
    assert barred(CUT)[0] == "broken"


def test_a_never_is_kept_by_the_network_although_nobody_knows_what_dns_says() -> None:
    zones = "Microsoft.Network/privateDnsZones"
    assert barred(CUT, zones)[:2] == ("broken", "unknown")


def test_a_never_is_open_while_an_endpoint_of_the_account_may_be_elsewhere() -> None:
    elsewhere = {
        "name": "elsewhere",
        "id": f"{ACCOUNT}/privateEndpointConnections/elsewhere",
        "properties": {
            "privateEndpoint": {"id": f"{NETWORKS}/privateEndpoints/pe-elsewhere"},
            "privateLinkServiceConnectionState": {"status": "Approved"},
        },
    }
    both = [approval("pe-aoai-prod", "aoai-prod"), elsewhere]
    more = {"aoai-prod": {"properties": {"privateEndpointConnections": both}}}
    assert barred(CUT | more)[0] == "unknown"


# --- what matches nothing


def warned(
    caplog: pytest.LogCaptureFixture, entry: Expectation, unread: Iterable[str] = ()
) -> list[str]:
    gaps = tuple(Gap(scope=EVERYWHERE, type=t, reason=GapReason.DENIED) for t in unread)
    rows = snapshot().rows
    caplog.clear()
    with caplog.at_level(logging.WARNING, "scanner.analysis"):
        warn_of_idle(Topology(parse(Snapshot(rows=rows, gaps=gaps)), (entry,)))
    return caplog.messages


def test_a_selector_that_matches_nothing_is_told_with_its_place(
    caplog: pytest.LogCaptureFixture,
) -> None:
    typo = Selector(name="vnet-dada")
    assert warned(caplog, expected(source=typo, place="a.yaml:3:5")) == [
        "a.yaml:3:5: `from` matches nothing in this estate from which traffic starts"
    ]
    assert warned(caplog, expected(target=typo, place="a.yaml:3:5")) == [
        "a.yaml:3:5: `to` matches no account of this estate"
    ]
    assert warned(caplog, expected(source=Selector(name="vnet-data"))) == []


def test_tags_that_were_not_read_are_told(caplog: pytest.LogCaptureFixture) -> None:
    tagged = expected(source=Selector(tags=(("env", "dev"),)), place="a.yaml:3:5")
    machines = "microsoft.compute/virtualmachines"
    assert warned(caplog, tagged, [machines]) == [
        f"a.yaml:3:5: `from` may match more: not all tags were read of {machines}"
    ]
    assert warned(caplog, tagged, ["microsoft.network/routetables"]) == []
