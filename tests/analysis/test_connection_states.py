"""Whose word counts for a connection, and commands that work when run as they are printed."""

from typing import Any

import pytest
from drawing import (
    ACCOUNTS,
    OPENAI,
    Estate,
    account,
    approval,
    drawn,
    endpoint,
    the,
    to,
    verdict,
    vnet,
    workload,
    zone,
)  # fmt: skip

from scanner.analysis.checks.approval import connected
from scanner.findings import Finding
from scanner.resources import parse
from scanner.rules import estates, home, judge, load_all
from scanner.topology import Topology

RULES = {rule.id: rule for rule in load_all()}
CONNECTIONS = f"{ACCOUNTS}/privateendpointconnections"
FAR = "/subscriptions/far/resourceGroups/far/providers/Microsoft.CognitiveServices/accounts/far"
HUB = vnet("hub")


def listing(*statuses: str) -> Estate:
    """Draw an account that lists the endpoint once for each status."""
    listed = [approval("pe", status=status) for status in statuses]
    for number, connection in enumerate(listed):
        connection["id"] = type(connection["id"])(f"aoai#privateEndpointConnections/pe-{number}")
    return account(privateEndpointConnections=listed)


def asked(status: str, target: str = "aoai") -> Estate:
    return endpoint("hub", account=target, status=status)


def said(*states: str, of: tuple[Estate, ...], gaps: Any = ()) -> str:
    topology = drawn(HUB, *of, gaps=gaps)
    return verdict(connected(topology, the(topology, "pe"), frozenset(states)))


# --- connected ---


def test_the_accounts_word_counts_when_both_sides_are_visible() -> None:
    assert said("approved", of=(listing("Approved"), asked("Pending"))) == "pass"
    assert said("approved", of=(listing("Pending"), asked("Approved"))) == "fail"
    assert said("rejected", of=(listing("Approved"), asked("Rejected"))) == "fail"


def test_an_endpoint_its_account_does_not_list_is_disconnected() -> None:
    assert said("approved", "pending", of=(listing(), asked("Approved"))) == "fail"
    assert said("disconnected", of=(listing(), asked("Pending"))) == "pass"


def test_an_endpoint_may_be_listed_among_connections_that_were_not_read() -> None:
    assert said("approved", of=(listing(), asked("Approved")), gaps=[CONNECTIONS]) == "open"


def test_of_several_connections_the_best_carries_the_traffic() -> None:
    assert said("approved", of=(listing("Disconnected", "Approved"), asked("Approved"))) == "pass"
    assert said("rejected", of=(listing("Disconnected", "Rejected"), asked("Approved"))) == "pass"


@pytest.mark.parametrize("state", ["Approved", "Pending", "Rejected", "Disconnected"])
def test_an_account_outside_the_snapshot_may_be_of_another_kind(state: str) -> None:
    assert said(state.lower(), of=(asked(state, FAR),)) == "open"
    assert said("none of them", of=(asked(state, FAR),)) == "open"


def test_what_the_endpoint_was_told_is_said_where_the_account_is_outside_the_snapshot() -> None:
    topology = drawn(HUB, asked("Pending", FAR))
    judged = connected(topology, the(topology, "pe"), frozenset({"approved"}))
    assert "far is outside the snapshot" in judged.unread
    assert judged.unread.endswith("the endpoint was told Pending")
    assert [e.value for e in judged.because] == ["Pending"]


@pytest.mark.parametrize("state", ["Approved", "Pending", "Rejected", "Disconnected"])
@pytest.mark.parametrize("kind", ["FormRecognizer", "CognitiveServices", "SpeechServices"])
def test_an_endpoint_of_an_account_of_another_kind_does_not_apply(kind: str, state: str) -> None:
    listed = account(kind=kind, privateEndpointConnections=[approval("pe", status=state)])
    silent = account(kind=kind, privateEndpointConnections=None)
    assert said("approved", of=(listed, asked(state))) == "notApplicable"
    assert said("approved", of=(silent, asked(state))) == "notApplicable"


def test_of_two_accounts_behind_one_endpoint_only_the_one_with_models_counts() -> None:
    drawing = asked("Approved")
    other = {
        "privateLinkServiceId": to("form")["id"],
        "privateLinkServiceConnectionState": {"status": "Rejected"},
    }
    drawing["pe"]["properties"]["privateLinkServiceConnections"].append({"properties": other})
    form = account("form", kind="FormRecognizer")
    assert said("approved", of=(listing("Approved"), form, drawing)) == "pass"


@pytest.mark.parametrize("kind", ["openai", "AISERVICES", ""])
def test_the_kind_is_compared_in_any_case_and_one_that_is_not_said_is_judged(kind: str) -> None:
    listed = account(kind=kind, privateEndpointConnections=[approval("pe", status="Rejected")])
    assert said("approved", of=(listed, asked("Approved"))) == "fail"


def test_the_best_of_an_endpoints_requests_counts_and_is_shown() -> None:
    drawing = asked("Rejected")
    again = {
        "privateLinkServiceId": to("aoai")["id"],
        "privateLinkServiceConnectionState": {"status": "Pending"},
    }
    manual = {"manualPrivateLinkServiceConnections": [{"properties": again}]}
    drawing["pe"]["properties"] |= manual
    topology = drawn(HUB, account(privateEndpointConnections=None), drawing)
    judged = connected(topology, the(topology, "pe"), frozenset({"approved"}))
    key = "manualPrivateLinkServiceConnections/0/properties/privateLinkServiceConnectionState"
    assert [(e.pointer, e.value) for e in judged.because] == [
        (f"/properties/{key}/status", "Pending")
    ]


def test_a_state_that_nobody_tells_is_not_known() -> None:
    silent = account(privateEndpointConnections=None)
    assert said("approved", of=(silent, asked(""))) == "open"
    assert said("approved", of=(listing(""), asked("Approved"))) == "open"


@pytest.mark.parametrize("state", ["Approved", "Pending"])
def test_of_an_account_that_was_not_read_nothing_is_known(state: str) -> None:
    assert said("approved", of=(asked(state, FAR),), gaps=[ACCOUNTS]) == "open"


def test_an_account_that_does_not_say_whom_it_knows_may_have_removed_the_endpoint() -> None:
    silent = account(privateEndpointConnections=None)
    assert said("approved", "pending", of=(silent, asked("Approved"))) == "open"
    assert said("approved", "pending", of=(silent, asked("Rejected"))) == "fail"


def test_an_endpoint_of_another_service_does_not_apply() -> None:
    other = FAR.replace("CognitiveServices/accounts", "Storage/storageAccounts")
    assert said("approved", of=(asked("Pending", other),)) == "notApplicable"


def test_the_connection_to_approve_is_the_accounts() -> None:
    topology = drawn(HUB, listing("Pending"), asked("Pending"))
    judged = connected(topology, the(topology, "pe"), frozenset({"approved"}))
    (case,) = judged.cases
    assert case["id"].endswith("/accounts/aoai/privateEndpointConnections/pe-0")


# --- commands, as they are printed ---


def found(rule: str, topology: Topology) -> Finding:
    (finding,) = (f for f in judge(topology, (RULES[rule],))[0] if f.verdict == "fail")
    return finding


def commands(rule: str, given: str, patch: dict[str, Any]) -> list[str]:
    """Return the commands of the one failure, without where they apply."""
    estate = estates.load(home() / "estates" / f"{given}.yaml")
    patched = estates.snapshot(estates.merge_patch(estate, patch))
    return shown(found(rule, Topology(parse(patched))))


def shown(finding: Finding) -> list[str]:
    left = [c.partition(" --subscription ")[0].split() for c in finding.commands]
    return [
        " ".join(word.rpartition("/")[2] if word.startswith("/") else word for word in words)
        for words in left
    ]


ADD = "az network private-dns record-set a add-record -g rg -z"
REMOVE = "az network private-dns record-set a remove-record -g rg -z"
GROUP = "az network private-endpoint dns-zone-group add -g rg --endpoint-name"

AISERVICES = {
    "privatelink.cognitiveservices.azure.com": "10.0.1.4",
    OPENAI: "10.0.1.5",
    "privatelink.services.ai.azure.com": "10.0.1.6",
}


def test_a_connection_that_waits_is_approved_at_the_account() -> None:
    topology = drawn(HUB, listing("Pending"), asked("Pending"))
    (command,) = found("AOAI302", topology).commands
    assert "/accounts/aoai/privateEndpointConnections/pe-0 --description" in command
    silent = account(privateEndpointConnections=None)
    assert found("AOAI302", drawn(HUB, silent, asked("Pending"))).commands == ()


def test_a_second_zone_group_is_never_created() -> None:
    assert not any("dns-zone-group create" in command for command in RULES["AOAI203"].commands)


def test_a_zone_is_added_to_the_endpoints_group() -> None:
    emptied: dict[str, Any] = {"properties": {"privateDnsZoneConfigs": []}}
    patch = {f"{OPENAI}/aoai-prod": None, "pe-aoai-prod/default": emptied}
    assert commands("AOAI203", "single-vnet", patch) == [
        f"{GROUP} pe-aoai-prod -n default --zone-name {OPENAI} --private-dns-zone {OPENAI}"
    ]


def test_a_zone_that_the_group_names_already_gets_its_record_by_hand() -> None:
    said = commands("AOAI203", "single-vnet", {f"{OPENAI}/aoai-prod": None})
    assert said == [f"{ADD} {OPENAI} -n aoai-prod -a 10.10.1.4"]


def test_without_a_group_each_of_three_zones_gets_the_address_of_its_own_name() -> None:
    patch = {f"{name}/aif-prod": None for name in AISERVICES} | {"pe-aif-prod/default": None}
    assert commands("AOAI203", "aiservices-three-zones", patch) == [
        f"{ADD} {name} -n aif-prod -a {address}" for name, address in AISERVICES.items()
    ]


def test_each_of_three_zones_is_added_to_the_group_under_a_name_of_its_own() -> None:
    patch: dict[str, Any] = {f"{name}/aif-prod": None for name in AISERVICES}
    patch["pe-aif-prod/default"] = {"properties": {"privateDnsZoneConfigs": None}}
    assert commands("AOAI203", "aiservices-three-zones", patch) == [
        f"{GROUP} pe-aif-prod -n default --zone-name {name} --private-dns-zone {name}"
        for name in AISERVICES
    ]


def group(*names: str) -> Estate:
    """Draw the endpoint's zone group with configurations of those names."""
    kind = "microsoft.network/privateendpoints/privatednszonegroups"
    configs = [{"name": name, "properties": {}} for name in names]
    return {"pe/mine": {"type": kind, "properties": {"privateDnsZoneConfigs": configs}}}


@pytest.mark.parametrize(
    ("names", "begins"),
    [((), GROUP), (("other",), GROUP), ((OPENAI.upper(),), ADD), (tuple("abcde"), ADD)],
)
def test_a_group_that_is_full_or_has_the_name_takes_no_zone(
    names: tuple[str, ...], begins: str
) -> None:
    caller = workload("hub")
    own = (account(by=["pe"]), HUB, caller, endpoint("hub", "10.0.0.4"), zone("hub"))
    (command,) = shown(found("AOAI203", drawn(*own, group(*names))))
    assert command.startswith(begins)


def test_between_two_endpoints_around_a_zone_people_choose() -> None:
    both = account(by=["pe", "pe2"])
    second = endpoint("hub", "10.0.0.5", name="pe2")
    hub = {**HUB, **workload("hub")}
    topology = drawn(both, hub, endpoint("hub", "10.0.0.4"), second, zone("hub"))
    assert found("AOAI203", topology).commands == ()
    apart = endpoint("far", "10.0.0.5", name="pe2")
    topology = drawn(both, hub, vnet("far"), endpoint("hub", "10.0.0.4"), apart, zone("hub"))
    assert shown(found("AOAI203", topology)) == [f"{ADD} {OPENAI} -n aoai -a 10.0.0.4"]


def stale(*addresses: str, held: tuple[str, ...] = ("10.0.0.4",)) -> list[str]:
    drawing = zone("hub", aoai="")
    answers = [{"ipv4Address": address} for address in addresses]
    drawing[f"{OPENAI}/aoai"]["properties"]["aRecords"] = answers
    own = (account(by=["pe"]), endpoint("hub", *held)) if held else (account(),)
    return shown(found("AOAI204", drawn(HUB, *own, drawing)))


def test_the_present_address_is_added_before_the_last_stale_one_is_removed() -> None:
    assert stale("10.0.0.8", "10.0.0.9") == [
        f"{ADD} {OPENAI} -n aoai -a 10.0.0.4",
        f"{REMOVE} {OPENAI} -n aoai -a 10.0.0.8",
        f"{REMOVE} {OPENAI} -n aoai -a 10.0.0.9",
    ]


def test_an_address_that_the_record_has_is_not_added_again() -> None:
    assert stale("10.0.0.4", "10.0.0.9") == [f"{REMOVE} {OPENAI} -n aoai -a 10.0.0.9"]


def test_the_last_address_is_not_removed_while_the_right_one_is_not_certain() -> None:
    assert stale("10.0.0.9", held=("10.0.0.4", "10.0.0.5")) == []


def test_the_record_of_an_account_without_endpoints_may_go() -> None:
    assert stale("10.0.0.9", held=()) == [f"{REMOVE} {OPENAI} -n aoai -a 10.0.0.9"]


@pytest.mark.parametrize("subdomain", [None, ""])
@pytest.mark.parametrize(
    ("name", "is_proposed"), [("my-Aoai1", True), ("my_aoai", False), ("a.b", False), ("a-", False)]
)
def test_an_accounts_name_is_proposed_only_where_it_can_be_a_subdomain(
    name: str,
    is_proposed: bool,  # noqa: FBT001
    subdomain: str | None,
) -> None:
    topology = drawn(account(name, customSubDomainName=subdomain))
    proposed = f"az cognitiveservices account update -g rg -n {name} --custom-domain {name}"
    assert shown(found("AOAI227", topology)) == ([proposed] if is_proposed else [])


def test_the_flag_that_is_missing_is_set_on_the_other_side() -> None:
    side = {
        "name": "to-app",
        "id": to("vnet-hub#virtualNetworkPeerings/to-app")["id"],
        "properties": {
            "peeringState": "Connected",
            "allowGatewayTransit": False,
            "remoteVirtualNetwork": to("vnet-app"),
        },
    }
    patch = {"vnet-hub": {"properties": {"virtualNetworkPeerings": [side]}}}
    assert commands("AOAI316", "private-resolver", patch) == [
        "az network vnet peering update --ids to-app --set allowGatewayTransit=true"
    ]
