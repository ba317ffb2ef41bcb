"""Whether the records named after accounts answer with the right addresses."""

from typing import Any

from drawing import (
    ACCOUNTS,
    ENDPOINTS,
    OPENAI,
    Estate,
    account,
    approval,
    drawn,
    endpoint,
    the,
    verdict,
    vnet,
    zone,
)  # fmt: skip

from scanner.analysis.checks import answers

AOAI = account(by=["pe"])
BOTH = {**vnet("hub", peers={"app": "Connected"}), **vnet("app", peers={"hub": "Connected"})}
PE = endpoint("hub", "10.0.0.4")
GOOD = zone("hub", aoai="10.0.0.4")
FAR_PE = "/subscriptions/far/resourceGroups/far/providers/Microsoft.Network/privateEndpoints/pe"


def current(*estates: Estate, gaps: Any = (), record: str = f"{OPENAI}/aoai") -> str:
    topology = drawn(*estates, gaps=gaps)
    return verdict(answers.current(topology, the(topology, record)))


def test_a_record_with_the_endpoints_address_is_current() -> None:
    assert current(AOAI, BOTH, PE, GOOD) == "pass"


def test_a_record_with_another_address_is_stale() -> None:
    assert current(AOAI, BOTH, PE, zone("hub", aoai="10.0.0.9")) == "fail"


def test_an_address_of_another_member_is_not_stale_for_certain() -> None:
    kind = account(kind="AIServices", by=["pe"])
    both = endpoint("hub", "10.0.0.4", "10.0.0.5")
    right = zone("hub", aoai="10.0.0.4")
    assert current(kind, BOTH, both, right) == "open"
    placed = both["nic-pe"]["properties"]["ipConfigurations"]
    for member, name in zip(placed, ("openai", "services.ai"), strict=True):
        told = {"fqdns": [f"aoai.{name}.azure.com"]}
        member["properties"]["privateLinkConnectionProperties"] = told
    assert current(kind, BOTH, both, right) == "pass"
    assert current(kind, BOTH, both, zone("hub", aoai="10.0.0.5")) == "open"
    assert current(kind, BOTH, both, zone("hub", aoai="10.0.0.6")) == "fail"


def test_a_record_in_a_zone_that_is_not_documented_for_the_cloud_is_not_stale() -> None:
    name = "privatelink.openai.azure.us"
    stale = zone("hub", name=name, aoai="10.0.0.9")
    topology = drawn(AOAI, BOTH, PE, stale, cloud="AzureUSGovernment")
    assert verdict(answers.current(topology, the(topology, f"{name}/aoai"))) == "open"


def test_a_record_without_an_address_answers_nothing() -> None:
    empty = zone("hub", aoai="10.0.0.4")
    empty[f"{OPENAI}/aoai"]["properties"]["aRecords"] = []
    assert current(AOAI, BOTH, PE, empty) == "notApplicable"


def test_a_record_of_no_account_of_ours_does_not_apply_unless_accounts_were_not_read() -> None:
    stale = zone("hub", other="10.0.0.9")
    assert current(AOAI, BOTH, PE, stale, record=f"{OPENAI}/other") == "notApplicable"
    assert current(AOAI, BOTH, PE, stale, record=f"{OPENAI}/other", gaps=[ACCOUNTS]) == "open"
    elsewhere = zone("hub", name="example.org", other="10.0.0.9")
    said = current(AOAI, BOTH, PE, elsewhere, record="example.org/other", gaps=[ACCOUNTS])
    assert said == "notApplicable"


def test_an_endpoint_whose_addresses_were_not_read_may_have_any() -> None:
    assert current(AOAI, BOTH, endpoint("hub"), zone("hub", aoai="10.0.0.9")) == "open"


def test_an_unread_endpoint_may_have_the_address() -> None:
    assert current(AOAI, BOTH, PE, zone("hub", aoai="10.0.0.9"), gaps=[ENDPOINTS]) == "open"


def test_the_address_of_a_rejected_endpoint_is_no_excuse_while_another_is_approved() -> None:
    rejected = endpoint("app", "10.0.0.9", name="old", status="Rejected")
    stale = zone("hub", aoai="10.0.0.9")
    assert current(AOAI, BOTH, PE, rejected, stale) == "fail"
    outside = account(privateEndpointConnections=[approval(FAR_PE)])
    assert current(outside, BOTH, rejected, stale) == "open"


def test_without_an_approved_endpoint_a_waiting_ones_address_counts() -> None:
    waiting = endpoint("hub", "10.0.0.4", status="Pending")
    assert current(account(), BOTH, waiting, GOOD) == "pass"
    assert current(account(), BOTH, GOOD) == "fail"


def test_each_stale_address_is_a_case() -> None:
    topology = drawn(AOAI, BOTH, PE, zone("hub", aoai="10.0.0.9"))
    said = answers.current(topology, the(topology, f"{OPENAI}/aoai"))
    assert [(c["record"], c["stale"], c["current"]) for c in said.cases] == [
        ("aoai", "10.0.0.9", "10.0.0.4")
    ]
