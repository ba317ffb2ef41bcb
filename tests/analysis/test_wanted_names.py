"""Which connections want a private name, and what becomes of one that finds no zone."""

from typing import Any

import pytest
from drawing import (
    ENDPOINTS,
    FAR,
    LINKS,
    Estate,
    account,
    drawn,
    endpoint,
    vnet,
    workload,
    zone,
)

from scanner.analysis.connections import intended

AOAI = account(by=["pe"])
BOTH = {**vnet("hub", peers={"app": "Connected"}), **vnet("app", peers={"hub": "Connected"})}
PE = endpoint("hub", "10.0.0.4")
CALLER = workload("app")
RIGHT = {"aoai": "10.0.0.4"}
ZONES = "microsoft.network/privatednszones"


def breaks(*estates: Estate, gaps: Any = ()) -> str:
    """Return what breaks the one connection at its name; `open`, or nothing wanted."""
    found = intended(drawn(*estates, gaps=gaps))
    if not found:
        return "nobody asks"
    (one,) = found
    if one.route is not None:
        return "private"
    return one.broken.cause.value if one.broken else f"open: {one.suspect}"


def test_a_linked_caller_resolves_privately_and_an_unlinked_one_does_not() -> None:
    assert breaks(AOAI, BOTH, PE, CALLER, zone("app", **RIGHT)) == "private"
    assert breaks(AOAI, BOTH, PE, CALLER, zone("hub", **RIGHT)) == "zoneNotLinked"


def test_a_vnet_without_workloads_asks_for_nothing() -> None:
    assert breaks(AOAI, BOTH, PE, zone("hub", **RIGHT)) == "nobody asks"


def test_an_account_without_an_approved_endpoint_is_not_wanted_privately() -> None:
    assert breaks(account(), BOTH, CALLER, zone("app")) == "nobody asks"


def test_a_zone_that_exists_nowhere_is_another_matter() -> None:
    assert breaks(AOAI, BOTH, PE, CALLER) == "zoneMissing"
    assert breaks(AOAI, BOTH, PE, CALLER, gaps=[ZONES]) == "open: zoneNotLinked"


@pytest.mark.parametrize("gap", [LINKS, (ZONES, "/subscriptions/other")])
def test_a_link_that_may_not_have_been_read_is_not_missing(gap: Any) -> None:
    unlinked = (AOAI, BOTH, PE, CALLER, zone("hub", **RIGHT))
    assert breaks(*unlinked, gaps=[gap]) == "open: zoneNotLinked"


def test_far_from_every_endpoint_nothing_is_wanted() -> None:
    lonely = {**vnet("lonely"), **workload("lonely")}
    assert breaks(AOAI, BOTH, PE, lonely, zone(**RIGHT)) == "nobody asks"
    assert breaks(AOAI, BOTH, PE, lonely, zone(**RIGHT), gaps=[ENDPOINTS]) == "nobody asks"


def test_a_link_shows_that_even_a_far_caller_wants_the_name() -> None:
    lonely = {**vnet("lonely"), **workload("lonely")}
    assert breaks(AOAI, BOTH, PE, lonely, zone("lonely")) == "recordMissing"


def test_a_peer_outside_the_snapshot_may_hide_the_zone() -> None:
    app = vnet("app", peers={"hub": "Connected", FAR: "Connected"})
    hub = vnet("hub", peers={"app": "Connected"})
    unlinked = (AOAI, hub, app, PE, CALLER, zone("hub", **RIGHT))
    assert breaks(*unlinked) == "open: zoneNotLinked"


def test_azure_beside_an_unknown_server_is_never_certain() -> None:
    app = vnet("app", peers={"hub": "Connected"}, dns=["10.8.8.8", "168.63.129.16"])
    hub = vnet("hub", peers={"app": "Connected"})
    for linked in ("app", "hub"):
        estate = (AOAI, hub, app, PE, CALLER, zone(linked, **RIGHT))
        assert breaks(*estate) == "open: zoneNotLinked"


def test_a_peering_that_is_not_connected_shows_no_wish() -> None:
    hub = vnet("hub", peers={"app": "Initiated"})
    app = vnet("app", peers={"hub": "Disconnected"})
    assert breaks(AOAI, hub, app, PE, CALLER, zone(**RIGHT)) == "nobody asks"
