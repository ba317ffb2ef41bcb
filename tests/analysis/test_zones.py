"""Whether the zones that names need exist."""

from typing import Any

import pytest
from drawing import (
    ACCOUNTS,
    FAR,
    Estate,
    account,
    drawn,
    endpoint,
    the,
    verdict,
    vnet,
    workload,
    zone,
)  # fmt: skip

from scanner.analysis.checks import zones
from scanner.resources.virtual_network import VirtualNetwork

AOAI = account(by=["pe"])
BOTH = {**vnet("hub", peers={"app": "Connected"}), **vnet("app", peers={"hub": "Connected"})}
PE = endpoint("hub", "10.0.0.4")
CALLER = workload("app")
ZONES = "microsoft.network/privatednszones"
FAR_ACCOUNT = f"/subscriptions/far/resourceGroups/far/providers/{ACCOUNTS}/far"
APP = drawn(vnet("app")).all(VirtualNetwork)[0].id.text


def exist(*estates: Estate, gaps: Any = (), cloud: str = "AzurePublic") -> str:
    topology = drawn(*estates, gaps=gaps, cloud=cloud)
    return verdict(zones.exist(topology, the(topology, "aoai")))


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


def test_a_zone_group_that_was_not_read_may_name_a_zone_elsewhere() -> None:
    groups = "microsoft.network/privateendpoints/privatednszonegroups"
    assert exist(AOAI, BOTH, PE, gaps=[groups]) == "open"
    assert exist(AOAI, BOTH, PE, gaps=[(groups, "/subscriptions/other")]) == "fail"


def test_a_public_resolver_keeps_no_names_and_any_other_server_may() -> None:
    assert exist(AOAI, vnet("hub", dns=["8.8.8.8"]), PE) == "fail"
    assert exist(AOAI, vnet("hub", dns=["203.0.113.53"]), PE) == "open"
    assert exist(AOAI, vnet("hub", dns=["168.63.129.16"]), PE) == "fail"
