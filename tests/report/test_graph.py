from __future__ import annotations

import io
import re

import networkx as nx
import pytest

from scanner.report import graph
from scanner.resources import parse
from scanner.rules.estates import demo
from scanner.topology import Topology

from .report_builder import HOSTILE_NAMES, hostile, rich

STATEMENT = re.compile(r'  n\d+(?: -> n\d+)? \[(?:\w+=(?:"(?:[^"\\]|\\["\\n])*"|\w+)(?:, )?)+\];')


@pytest.fixture(scope="module")
def estate() -> Topology:
    return Topology(parse(demo()))


def read(text: str) -> nx.MultiDiGraph[str]:
    return nx.MultiDiGraph(nx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True))


def test_graphml_holds_every_node_and_every_edge_with_its_relation(estate: Topology) -> None:
    found = read(graph.graphml(estate))
    ids = nx.get_node_attributes(found, "id")
    told = {(ids[s], ids[t], d["relation"]) for s, t, d in found.edges(data=True)}
    assert set(ids.values()) == {str(node) for node in estate.graph}
    assert told == {(str(s), str(t), str(key)) for s, t, key in estate.graph.edges(keys=True)}


def test_what_is_only_named_was_not_read(estate: Topology) -> None:
    found = read(graph.graphml(rich().topology))
    assert {d["name"]: d["read"] for _, d in found.nodes(data=True)} == {
        "aoai-Prod": True,
        "hub": True,
        "pe-aoai": True,
        "workloads": False,
    }
    assert all(d["read"] for _, d in read(graph.graphml(estate)).nodes(data=True))


def test_what_was_not_read_stands_in_the_graph() -> None:
    for text in (graph.graphml(rich().topology), graph.dot(rich().topology)):
        assert "Not read (notRead): microsoft.network/privatednszones anywhere" in text


def test_hostile_names_come_through_graphml_as_text() -> None:
    names = {d.get("name") for _, d in read(graph.graphml(hostile().topology)).nodes(data=True)}
    assert {HOSTILE_NAMES[3], HOSTILE_NAMES[7], HOSTILE_NAMES[10]} <= names


@pytest.mark.parametrize("name", ["demo", "hostile"])
def test_dot_is_one_statement_a_line(estate: Topology, name: str) -> None:
    drawing = graph.dot(estate if name == "demo" else hostile().topology)
    head, *_, tail = drawing.splitlines()
    assert (head, tail) == ("digraph estate {", "}")
    assert [line for line in drawing.splitlines()[3:-1] if not STATEMENT.fullmatch(line)] == []


@pytest.mark.parametrize("written", [graph.graphml, graph.dot])
def test_no_name_steers_the_terminal(written: object) -> None:
    assert callable(written)
    text = written(hostile().topology)
    assert [line for line in text.split("\n") if not line.isprintable()] == []
