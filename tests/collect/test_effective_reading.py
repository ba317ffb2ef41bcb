"""What Azure computes for the interfaces of running machines, read on request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure_stand_in import ONE, Azure, Reply, error, resource, stand_in

from scanner.collect import Scope
from scanner.report.coverage import lines
from scanner.snapshot import EffectiveCounts, GapReason, Snapshot

ROUTES = "microsoft.network/networkinterfaces/effectiveroutetable"
GROUPS = "microsoft.network/networkinterfaces/effectivenetworksecuritygroups"
SUBNET = f"/subscriptions/{ONE}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v"
ROUTE = {
    "source": "Default",
    "state": "Active",
    "addressPrefix": ["10.0.0.0/16"],
    "nextHopType": "VnetLocal",
    "nextHopIpAddress": [],
}
STOPPED = error(400, "NicMustBeAttachedToRunningVmToGetEffectiveRoutes")
WANTED = Scope(subscriptions=(ONE,), effective=True)


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    with stand_in(monkeypatch, tmp_path) as azure:
        yield azure


def machine(azure: Azure, name: str, subnet: str, state: str | None = "running") -> str:
    """Add a machine with an interface, of which Azure can tell; return the path of the latter."""
    nic = resource(
        "Microsoft.Network/networkInterfaces",
        f"nic-{name}",
        ipConfigurations=[
            {"name": "one", "properties": {"subnet": {"id": f"{SUBNET}/subnets/{subnet}"}}}
        ],
    )
    view = {"instanceView": {"powerState": {"code": f"PowerState/{state}"}}} if state else {}
    owner = resource(
        "Microsoft.Compute/virtualMachines",
        f"vm-{name}",
        networkProfile={"networkInterfaces": [{"id": nic["id"].upper()}]},
        extended=view,
    )
    azure.tables.setdefault("resources", []).extend([nic, owner])
    at = str(nic["id"])
    told(azure, at, {"value": [ROUTE]}, {"value": []})
    return at


def told(azure: Azure, at: str, routes: Any, groups: Any) -> None:
    for collection, body in (
        ("effectiveRouteTable", routes),
        ("effectiveNetworkSecurityGroups", groups),
    ):
        azure.computed[f"{at}/{collection}".lower()] = (
            body if isinstance(body, Reply) else Reply(body)
        )


def held(snapshot: Snapshot) -> dict[str, Any]:
    return {
        row.id.lower().rpartition("/networkinterfaces/")[2]: row.document()["properties"]
        for row in snapshot.rows
        if row.type.lower() in {ROUTES, GROUPS}
    }


def test_what_azure_computes_is_kept_in_its_own_words(azure: Azure) -> None:
    machine(azure, "a", "one")
    azure.looks = 3
    snapshot = azure.read(WANTED)
    assert held(snapshot) == {
        "nic-a/effectiveroutetable/current": {"value": [ROUTE]},
        "nic-a/effectivenetworksecuritygroups/current": {"value": []},
    }
    assert snapshot.gaps == ()
    assert {ROUTES, GROUPS} <= set(snapshot.types or ())
    assert sorted(azure.waits) == [1.0] * 4, "it waits as long as Azure says between two looks"


def test_nobody_is_asked_who_did_not_want_it(azure: Azure) -> None:
    machine(azure, "a", "one")
    snapshot = azure.read()
    assert held(snapshot) == {}
    assert not {ROUTES, GROUPS} & set(snapshot.types or ())
    assert snapshot.coverage is not None
    assert (snapshot.coverage.effective, snapshot.coverage.requests) == (None, 0)


def test_one_interface_of_each_subnet_is_asked_and_none_of_a_machine_that_stands_still(
    azure: Azure,
) -> None:
    for name in ("a", "b", "c"):
        machine(azure, name, "one")
    machine(azure, "d", "two", state=None)
    machine(azure, "e", "three", state="deallocated")
    snapshot = azure.read(WANTED)
    assert {key.partition("/")[0] for key in held(snapshot)} == {"nic-a", "nic-d"}
    assert snapshot.coverage is not None
    told = [word for word in azure.words if word.startswith("children")]
    assert told == [f"children: {number} of 4 asked" for number in (1, 2, 3, 4)]
    counts = EffectiveCounts(running=4, stopped=1, asked=2, answered=2)
    assert snapshot.coverage.effective == counts
    assert list(lines(snapshot.coverage))[-1] == (
        "effective routes and security groups: 2 of 4 interfaces of running machines; "
        "1 are of machines that do not run"
    )


def test_at_most_fifty_are_asked(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.collect.effective.MOST", 3)
    for number in range(5):
        machine(azure, f"{number}", f"subnet-{number}")
    snapshot = azure.read(WANTED)
    assert snapshot.coverage is not None
    assert snapshot.coverage.effective == EffectiveCounts(running=5, asked=3, answered=3)


def test_a_machine_that_was_stopped_a_moment_ago_is_no_gap(azure: Azure) -> None:
    at = machine(azure, "a", "one")
    told(azure, at, STOPPED, STOPPED)
    snapshot = azure.read(WANTED)
    assert (held(snapshot), snapshot.gaps) == ({}, ())
    assert snapshot.coverage is not None
    assert snapshot.coverage.effective == EffectiveCounts(running=1, asked=1)


def test_what_is_denied_is_a_gap_that_names_the_action(azure: Azure) -> None:
    at = machine(azure, "a", "one")
    denied = error(403, "AuthorizationFailed")
    azure.spoil = lambda asked, reply: denied if asked.endswith("/effectiveRouteTable") else reply
    (gap,) = azure.read(WANTED).gaps
    action = "microsoft.network/networkinterfaces/effectiveroutetable/action"
    assert (gap.scope, gap.type, gap.reason) == (at, ROUTES, GapReason.DENIED)
    assert gap.detail.endswith(f"; needs {action}")


def test_a_result_that_never_comes_is_a_gap(azure: Azure) -> None:
    machine(azure, "a", "one")
    azure.looks = 10_000
    gaps = azure.read(WANTED).gaps
    assert {(gap.type, gap.detail) for gap in gaps} == {
        (ROUTES, "no result within 300 s"),
        (GROUPS, "no result within 300 s"),
    }


def test_a_result_at_another_host_is_not_asked_for(azure: Azure) -> None:
    machine(azure, "a", "one")
    elsewhere = Reply("", 202, {"Location": "https://elsewhere.example/result"})
    azure.spoil = lambda _, reply: elsewhere if reply.status == 202 else reply
    gaps = azure.read(WANTED).gaps
    assert {gap.detail for gap in gaps} == {"the result is said to be at another host"}


def test_a_part_of_a_list_is_no_list(azure: Azure) -> None:
    at = machine(azure, "a", "one")
    told(azure, at, {"value": [ROUTE], "nextLink": f"{azure.url}/more"}, {"value": []})
    (gap,) = azure.read(WANTED).gaps
    assert (gap.reason, gap.detail) == (GapReason.TRUNCATED, "Azure gave a part of the list")


# --- network managers

RULES = "microsoft.network/virtualnetworks/listnetworkmanagereffectivesecurityadminrules"
CONNECTIVITY = (
    "microsoft.network/virtualnetworks/listnetworkmanagereffectiveconnectivityconfigurations"
)
VNETS = [resource("Microsoft.Network/virtualNetworks", name) for name in ("a", "b")]
MANAGER = resource("Microsoft.Network/networkManagers", "avnm")


def managed(azure: Azure) -> None:
    """Let Azure hold two VNets and a manager that deployed a rule to one of them."""
    azure.tables["resources"] = [MANAGER, *VNETS]
    for vnet in VNETS:
        for kind in (RULES, CONNECTIVITY):
            at = f"{vnet['id']}/{kind.rpartition('/')[2]}".lower()
            azure.told[at] = Reply({"value": []})


def deployed(snapshot: Snapshot) -> dict[str, Any]:
    return {
        f"{row.id.lower().split('/')[-3]}/{row.type.lower()}": row.document()["properties"]["value"]
        for row in snapshot.rows
        if row.type.lower() in {RULES, CONNECTIVITY}
    }


def test_what_managers_deployed_is_asked_of_every_vnet_page_by_page(azure: Azure) -> None:
    managed(azure)
    at = f"{VNETS[0]['id']}/{RULES.rpartition('/')[2]}".lower()
    pages = iter(
        [Reply({"value": [{"id": "one"}], "skipToken": "more"}), Reply({"value": [{"id": "two"}]})]
    )
    azure.spoil = lambda asked, reply: next(pages) if asked.lower() == at else reply
    snapshot = azure.read(WANTED)
    assert deployed(snapshot) == {
        f"a/{RULES}": [{"id": "one"}, {"id": "two"}],
        f"a/{CONNECTIVITY}": [],
        f"b/{RULES}": [],
        f"b/{CONNECTIVITY}": [],
    }
    assert snapshot.gaps == ()
    assert snapshot.coverage is not None
    assert snapshot.coverage.effective == EffectiveCounts(networks=2, managed=2)
    assert list(lines(snapshot.coverage))[-1].endswith(
        "; what network managers deployed: 2 of 2 VNets"
    )


def test_nobody_is_asked_what_no_manager_deployed(azure: Azure) -> None:
    managed(azure)
    azure.tables["resources"] = VNETS
    assert deployed(azure.read(WANTED)) == {}
    managed(azure)
    assert deployed(azure.read()) == {}


def test_a_vnet_that_does_not_tell_is_a_gap_that_names_the_action(azure: Azure) -> None:
    managed(azure)
    azure.told[f"{VNETS[1]['id']}/{RULES.rpartition('/')[2]}".lower()] = error(403, "Denied")
    snapshot = azure.read(WANTED)
    (gap,) = snapshot.gaps
    assert (gap.scope, gap.type, gap.reason) == (VNETS[1]["id"], RULES, GapReason.DENIED)
    assert gap.detail.endswith(f"; needs {RULES}/action")
    assert snapshot.coverage is not None
    assert snapshot.coverage.effective == EffectiveCounts(networks=2, managed=1)


def test_a_list_of_deployments_that_never_ends_is_a_gap(azure: Azure) -> None:
    managed(azure)
    at = f"{VNETS[0]['id']}/{RULES.rpartition('/')[2]}".lower()
    azure.told[at] = Reply({"value": [], "skipToken": "again"})
    (gap,) = azure.read(WANTED).gaps
    assert gap.detail == "over 100 pages of children"
