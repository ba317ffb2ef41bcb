"""The topology as others' tools read it: GraphML, and DOT for Graphviz."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scanner.printable import printable
from scanner.report.gaps import unread
from scanner.report.markup import escaped
from scanner.resources import ResourceId
from scanner.topology import Topology

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
)
_OF_NODE = ("id", "label", "name", "type", "location", "subscription", "resourceGroup", "read")
_OF_EDGE = ("relation",)
_OF_GRAPH = ("notRead",)


def graphml(topology: Topology) -> str:
    """
    Return the graph as GraphML, by ID.

    A node whose `read` is false is named by a resource and not in the snapshot.

    Source: http://graphml.graphdrawing.org/specification.html
    """
    numbers = _numbers(topology)
    lines = [*_HEAD, *_keys("node", _OF_NODE), *_keys("edge", _OF_EDGE), *_keys("graph", _OF_GRAPH)]
    lines.append('  <graph id="estate" edgedefault="directed">')
    lines.append(f"    {_values({'notRead': '; '.join(_unread(topology))})}")
    for resource, number in numbers.items():
        lines.append(f'    <node id="n{number}">{_values(_node(topology, resource))}</node>')
    for source, target, relation in _edges(topology, numbers):
        said = _values({"relation": relation})
        lines.append(f'    <edge source="n{source}" target="n{target}">{said}</edge>')
    return "\n".join((*lines, "  </graph>", "</graphml>")) + "\n"


def dot(topology: Topology) -> str:
    """
    Return the graph in Graphviz's language, by ID.

    Source: https://graphviz.org/doc/info/lang.html
    """
    numbers = _numbers(topology)
    lines = ["digraph estate {", "  rankdir=LR; node [shape=box, fontname=sans-serif];"]
    lines.append(f"  labelloc=t; label={_quoted(chr(10).join(_unread(topology)))};")
    for resource, number in numbers.items():
        told = _node(topology, resource)
        label = _quoted("\n".join(filter(None, (told["label"], told["type"]))))
        style = "" if told["read"] == "true" else ", style=dashed"
        lines.append(f"  n{number} [label={label}, tooltip={_quoted(told['id'])}{style}];")
    for source, target, relation in _edges(topology, numbers):
        lines.append(f"  n{source} -> n{target} [label={_quoted(relation)}];")
    return "\n".join((*lines, "}")) + "\n"


def _unread(topology: Topology) -> Iterator[str]:
    """Yield what was not read, so that what is not drawn is not taken for absent."""
    yield from map(unread, sorted(topology.inventory.gaps))


def _numbers(topology: Topology) -> Mapping[ResourceId, int]:
    return {resource: number for number, resource in enumerate(sorted(topology.graph))}


def _edges(topology: Topology, numbers: Mapping[ResourceId, int]) -> Iterable[tuple[int, int, str]]:
    drawn = topology.graph.edges(keys=True)
    return sorted((numbers[source], numbers[target], str(key)) for source, target, key in drawn)


def _node(topology: Topology, resource_id: ResourceId) -> Mapping[str, str]:
    """Return what is said of a node; of one outside the snapshot, what its ID says."""
    resource = topology.inventory.resources.get(resource_id)
    return {
        "id": str(resource_id),
        "label": resource_id.path or resource_id.name,
        "name": resource.name if resource else resource_id.name,
        "type": resource.ARM_TYPE if resource else resource_id.type,
        "location": (resource.row.location or "") if resource else "",
        "subscription": resource_id.subscription,
        "resourceGroup": resource_id.resource_group,
        "read": "true" if resource else "false",
    }


def _keys(kind: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        of = "boolean" if name == "read" else "string"
        yield f'  <key id="{name}" for="{kind}" attr.name="{name}" attr.type="{of}"/>'


def _values(said: Mapping[str, str]) -> str:
    filled = ((name, value) for name, value in said.items() if value)
    return "".join(f'<data key="{name}">{escaped(v)}</data>' for name, v in filled)


def _quoted(text: str) -> str:
    r"""Return text as a quoted string: a backslash stands for itself, a line ends with `\n`."""
    lines = (printable(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n"))
    return '"' + "\\n".join(lines) + '"'
