"""What is said and proposed where a linked zone does not answer for a name."""

from collections.abc import Mapping
from typing import Any

import pytest
from drawing import (
    FAR,
    OPENAI,
    RECORDS,
    Estate,
    account,
    approval,
    drawn,
    endpoint,
    to,
    vnet,
    workload,
    zone,
)
from drawing_dns import CNAMES, alias

from scanner.analysis.causes import Cause
from scanner.analysis.connections import intended
from scanner.resources import ResourceId

AOAI = account(by=["pe"])
PE = endpoint("hub", "10.0.0.4")
ALONE = {**vnet("hub"), **workload("hub")}
GROUPS = "microsoft.network/privateendpoints/privatednszonegroups"
PUBLIC = "openai.azure.com"
CENTRAL = "PRIVATELINK.openai.azure.com"


def broken(*estates: Estate, gaps: Any = ()) -> tuple[str, Mapping[str, str]]:
    """Return what breaks the one connection, and what a message can name."""
    (found,) = intended(drawn(*estates, gaps=gaps))
    assert found.broken is not None
    return found.broken.cause.value, found.broken.case


def suspected(*estates: Estate, gaps: Any = ()) -> Cause | None:
    (found,) = intended(drawn(*estates, gaps=gaps))
    assert found.broken is None
    return found.suspect


def group(*zones: str) -> Estate:
    configs = [{"name": z, "properties": {"privateDnsZoneId": to(z)["id"]}} for z in zones]
    return {"pe/own": {"type": GROUPS, "properties": {"privateDnsZoneConfigs": configs}}}


def records(name: str, **held: str) -> Estate:
    """Draw further records of a zone, whose names may hold dots."""
    return {
        f"{name}/{label.replace('_', '.')}": {
            "type": RECORDS,
            "properties": {"aRecords": [{"ipv4Address": address}]},
        }
        for label, address in held.items()
    }


# --- the record, and what there is instead ---


def test_an_empty_zone_is_to_get_the_endpoints_address() -> None:
    cause, case = broken(AOAI, ALONE, PE, zone("hub"))
    assert cause == "recordMissing"
    assert (case["record"], case["address"]) == ("aoai", "10.0.0.4")
    assert case["instead"] == "clients are told that there is no such name"


def test_a_record_without_an_address_answers_nothing() -> None:
    empty = zone("hub", aoai="10.0.0.4")
    empty[f"{OPENAI}/aoai"]["properties"]["aRecords"] = []
    assert broken(AOAI, ALONE, PE, empty)[0] == "recordMissing"


def test_an_alias_for_all_names_is_not_followed_beyond_linked_zones() -> None:
    estate = (AOAI, ALONE, PE, zone("hub"))
    assert suspected(*estate, alias("*", "elsewhere.example", OPENAI)) is Cause.ZONE_NOT_LINKED
    assert broken(*estate, alias("other", "elsewhere.example", OPENAI))[0] == "recordMissing"


def test_a_wildcard_with_a_strange_address_is_no_record_of_the_account() -> None:
    cause, case = broken(AOAI, ALONE, PE, zone("hub", **{"*": "10.0.0.9"}))
    assert (cause, case["instead"]) == ("recordMissing", "its wildcard answers 10.0.0.9")
    assert case["address"] == "10.0.0.4"


@pytest.mark.parametrize("name", ["resource-name", "aoai_openai_azure_com"])
def test_a_record_under_another_name_is_found_by_the_endpoints_address(name: str) -> None:
    said = name.replace("_", ".")
    named = records(OPENAI, **{name: "10.0.0.4"})
    case = broken(AOAI, ALONE, PE, zone("hub"), named)[1]
    assert case["instead"] == f"its record {said} has the address"
    other = records(OPENAI, somebody="10.0.0.77")
    case = broken(AOAI, ALONE, PE, zone("hub"), other)[1]
    assert case["instead"] == "clients are told that there is no such name"


# --- the zone group, or the address ---


def test_a_zone_group_with_room_takes_the_zone() -> None:
    case = broken(AOAI, ALONE, PE, zone("hub"), group("blob.example"), zone(name="blob.example"))[1]
    assert case["group"] == "own"
    assert "address" not in case


def test_a_zone_group_that_names_the_zone_or_is_full_takes_it_no_more() -> None:
    names = [f"z{number}.example" for number in range(5)]
    zones = [zone(name=name) for name in names]
    for taken in (group(OPENAI), group(*names)):
        case = broken(AOAI, ALONE, PE, zone("hub"), taken, *zones)[1]
        assert "group" not in case
        assert case["address"] == "10.0.0.4"


def test_a_zone_of_a_longer_name_gets_the_record_at_its_top_and_no_zone_group() -> None:
    longer = zone("hub", name=f"aoai.{OPENAI}")
    case = broken(AOAI, ALONE, PE, longer, group("z.example"), zone(name="z.example"))[1]
    assert (case["record"], case["address"]) == ("@", "10.0.0.4")


def test_of_several_endpoints_the_one_around_the_zone_is_meant() -> None:
    both = account(by=["pe", "far-pe"])
    far = {**vnet("far"), **endpoint("far", "10.7.0.4", name="far-pe")}
    assert broken(both, ALONE, PE, far, zone("hub"))[1]["address"] == "10.0.0.4"
    beside = endpoint("hub", "10.0.0.5", name="far-pe")
    assert "address" not in broken(both, ALONE, PE, beside, zone("hub"))[1]


def test_an_endpoint_outside_the_snapshot_has_no_address_to_write() -> None:
    pe = FAR.replace("virtualNetworks", "privateEndpoints")
    outside = account(privateEndpointConnections=[approval(pe)])
    assert "address" not in broken(outside, ALONE, zone("hub"))[1]


# --- another zone ---


def test_a_link_is_moved_only_to_a_zone_that_holds_all_that_the_linked_one_does() -> None:
    central = zone(name=CENTRAL, group="central", aoai="10.0.0.4")
    case = broken(AOAI, ALONE, PE, zone("hub"), central)[1]
    assert "/central/" in case["fullerZone"]
    assert ResourceId(case["oldLink"]).path == f"{OPENAI}/hub"
    assert "address" not in case
    more = zone("hub", another="10.9.9.9")
    kept = broken(AOAI, ALONE, PE, more, central)[1]
    assert "fullerZone" not in kept
    assert kept["address"] == "10.0.0.4"


def test_a_link_is_not_moved_to_a_stale_record_nor_away_from_registration() -> None:
    stale = zone(name=CENTRAL, group="central", aoai="10.0.0.9")
    case = broken(AOAI, ALONE, PE, zone("hub"), stale)[1]
    assert case["instead"].endswith("in the resource group central holds it")
    assert "fullerZone" not in case
    registering = zone("hub")
    registering[f"{OPENAI}/hub"]["properties"]["registrationEnabled"] = True
    right = zone(name=CENTRAL, group="central", aoai="10.0.0.4")
    assert "fullerZone" not in broken(AOAI, ALONE, PE, registering, right)[1]


# --- a zone of the public name ---


def test_a_zone_in_the_way_is_unlinked_where_the_private_zone_holds_as_much() -> None:
    right = zone("hub", aoai="10.0.0.4")
    cause, case = broken(AOAI, ALONE, PE, right, zone("hub", name=PUBLIC))
    assert cause == "shadowed"
    assert ResourceId(case["oldLink"]).path == f"{PUBLIC}/hub"
    more = zone("hub", name=PUBLIC, other="10.9.9.9")
    kept = broken(AOAI, ALONE, PE, right, more)[1]
    assert "oldLink" not in kept
    assert (kept["record"], kept["address"]) == ("aoai", "10.0.0.4")


def test_a_zone_in_the_way_that_answers_wrongly_is_in_the_way() -> None:
    stale = zone("hub", name=PUBLIC, aoai="10.0.0.9")
    cause, case = broken(AOAI, ALONE, PE, stale, zone(aoai="10.0.0.4"))
    assert (cause, case["instead"]) == ("shadowed", "its record aoai answers 10.0.0.9")
    assert "address" not in case


def test_the_zone_of_a_longer_domain_is_named_by_the_whole_label() -> None:
    case = broken(AOAI, ALONE, PE, zone("hub", name="azure.com"))[1]
    assert case["record"] == "aoai.openai"


# --- what is not known is told under what it would most likely be ---


def test_records_that_were_not_read_are_perhaps_missing() -> None:
    estate = (AOAI, ALONE, PE, zone("hub"))
    assert suspected(*estate, gaps=[RECORDS]) is Cause.RECORD_MISSING
    assert suspected(*estate, gaps=[CNAMES]) is Cause.RECORD_MISSING
    shadow = zone("hub", name=PUBLIC)
    assert suspected(*estate, shadow, gaps=[RECORDS]) is Cause.SHADOWED


def test_addresses_that_were_not_read_may_make_a_record_stale() -> None:
    silent = endpoint("hub")
    assert suspected(AOAI, ALONE, silent, zone("hub", aoai="10.0.0.4")) is Cause.RECORD_STALE
    star = zone("hub", **{"*": "10.0.0.4"})
    assert suspected(AOAI, ALONE, silent, star) is Cause.RECORD_MISSING


def test_servers_that_answer_differently_are_told_under_what_one_of_them_breaks() -> None:
    mixed = {**vnet("hub", dns=["168.63.129.16", "8.8.8.8"]), **workload("hub")}
    assert suspected(AOAI, mixed, PE, zone("hub", aoai="10.0.0.4")) is Cause.PUBLIC_RESOLVER
    unsure = {**vnet("hub", dns=["168.63.129.16", "192.168.0.53"]), **workload("hub")}
    assert suspected(AOAI, unsure, PE, zone("hub", aoai="10.0.0.4")) is Cause.ZONE_NOT_LINKED
