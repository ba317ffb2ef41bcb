"""`trace` and `matrix`, as a person types them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from scanner.rules import estates
from scanner.rules.nodes import Reference
from scanner.snapshot import save

from .command_line import run
from .estate import NETWORK, PRIVATE, row, saved


def traced(source: str, target: str, *more: str) -> str:
    ran = run("trace", "--demo", "--from", source, "--to", target, *more)
    assert ran.code == 0, ran.err
    return ran.out


def test_a_trace_reads_from_the_name_to_the_verdict() -> None:
    lines = traced("vnet-web", "aoai-chat").splitlines()
    assert lines[0] == "vnet-web/snet-web -> aoai-chat.openai.azure.com"
    labels = [line.split(" ")[0] for line in lines[1:] if not line.startswith(" ")]
    assert labels == ["name", "way", "filter", "verdict"]
    assert lines[-1].endswith("reachable, privately")


def test_a_broken_connection_names_the_cause_and_the_blame() -> None:
    text = traced("snet-search", "aoai-search")
    assert "verdict  broken: no private zone" in text
    assert "blame    vnet-search" in text


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("vnet-web", "vnet-web/snet-web"),
        ("VNET-WEB/snet-web", "vnet-web/snet-web"),
        ("vm-web", "nic-web"),
        ("nic-web", "nic-web"),
    ],
)
def test_traffic_starts_at_a_vnet_a_subnet_or_a_machine(name: str, place: str) -> None:
    assert traced(name, "aoai-chat").startswith(f"{place} -> ")


def test_an_id_is_as_good_as_a_name() -> None:
    document = json.loads(traced("vnet-web", "aoai-chat", "-f", "json"))
    again = json.loads(traced(document["from"].upper(), document["to"], "-f", "json"))
    assert again == document
    (connection,) = document["connections"]
    assert connection["verdict"] == "reachable"
    assert connection["resolution"]["outcome"] == "private"
    assert connection["route"]["outcome"] == "direct"
    assert connection["filter"]["outcome"] == "allow"
    assert connection["cause"] is connection["blame"] is None
    assert connection["because"]


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("vnet-wep", "aoai-chat", "no `vnet-wep` in this estate (did you mean `vnet-web`?)"),
        ("vnet-web", "zzz", "no `zzz` in this estate; known: aoai-batch, aoai-chat, aoai-search"),
    ],
)
def test_a_name_that_is_none_is_one_line(source: str, target: str, said: str) -> None:
    ran = run("trace", "--demo", "--from", source, "--to", target)
    assert (ran.code, ran.complaint) == (2, f"aoai-scan: {said}")


def test_a_name_that_several_have_lists_them() -> None:
    twin = {**PRIVATE, "id": PRIVATE["id"].replace("/rg/", "/other/")}
    vnet = {**row(NETWORK, "vnet", {"subnets": []})}
    name = saved("two.json", PRIVATE, twin, vnet)
    ran = run("trace", "--snapshot", name, "--from", "vnet", "--to", "aoai")
    assert ran.code == 2
    assert ran.complaint.endswith("give the ID")
    assert PRIVATE["id"] in ran.complaint


def test_where_nothing_calls_the_trace_says_so() -> None:
    vnet = row(NETWORK, "vnet", {"subnets": []})
    ran = run(
        "trace", "--snapshot", saved("one.json", PRIVATE, vnet), "--from", "vnet", "--to", "aoai"
    )
    assert (ran.code, ran.out) == (0, "Nothing in vnet could call aoai.\n")


def test_a_matrix_has_a_line_for_each_connection_that_should_work() -> None:
    rows = list(csv.DictReader(io.StringIO(run("matrix", "--demo", "-f", "csv").out)))
    assert {row["Verdict"] for row in rows} == {"reachable", "broken", "public"}
    estate = estates.load(estates.home() / "estates/single-vnet.yaml")
    patch: dict[str, Any] = {"aoai-prod": {"properties": {"privateEndpointConnections": []}}}
    save(estates.snapshot(estates.merge_patch(estate, patch)), Path("unwanted.json"))
    wanted = run("matrix", "--snapshot", "unwanted.json", "-f", "json").document["connections"]
    every = run("matrix", "--snapshot", "unwanted.json", "--all", "-f", "json").document
    assert len(every["connections"]) > len(wanted)
    table = run("matrix", "--demo").out
    assert table.splitlines()[-1].startswith(f"{len(rows)} connections: ")


def test_a_matrix_as_json_tells_for_whom_a_line_stands_and_which_rule_denies() -> None:
    told = run("matrix", "--demo", "-f", "json").document["connections"]
    web = next(one for one in told if one["verdict"] == "reachable")
    assert [member.rpartition("/")[2] for member in web["members"]] == ["nic-web"]
    assert web["filter"]["rule"] is None
    (one,) = run("matrix", "--snapshot", denying(), "-f", "json").document["connections"]
    assert (one["filter"]["outcome"], one["filter"]["rule"]) == ("deny", "deny-all")


def denying() -> str:
    """Save an estate whose one caller may send nothing; return its name."""
    denial = {"priority": 100, "direction": "Outbound", "access": "Deny", "protocol": "*"}
    anywhere = {
        f"{side}{what}": "*"
        for side in ("source", "destination")
        for what in ("AddressPrefix", "PortRange")
    }
    rules = [{"name": "deny-all", "properties": denial | anywhere}]
    estate = dict(estates.load(estates.home() / "estates/single-vnet.yaml"))
    estate["nsg-shut"] = {
        "type": "Microsoft.Network/networkSecurityGroups",
        "properties": {"securityRules": rules},
    }
    shut = {"networkSecurityGroup": {"id": Reference("nsg-shut")}}
    estate = dict(estates.merge_patch(estate, {"nic-jumpbox": {"properties": shut}}))
    save(estates.snapshot(estate), Path("shut.json"))
    return "shut.json"


def test_without_an_estate_both_say_what_to_name() -> None:
    for command in (("matrix",), ("trace", "--from", "x", "--to", "y")):
        ran = run(*command)
        assert ran.code == 2
        assert "name an estate" in ran.complaint


def test_a_subnet_from_which_nothing_calls_can_be_asked_all_the_same() -> None:
    assert traced("vnet-hub/AzureBastionSubnet", "aoai-chat").startswith("vnet-hub/Azure")
