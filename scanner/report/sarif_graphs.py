"""The ways that findings rest on, as one graph of the run that each result walks through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from scanner.findings import Finding
from scanner.printable import printable
from scanner.report.encode import names
from scanner.report.sarif_locations import logical
from scanner.resources import ResourceId

_Edge = tuple[ResourceId, str, ResourceId]


class Graph:
    """The graph of a run. (SARIF 2.1.0 §3.39)."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Collect every resource that evidence meets, and every step from one to the next."""
        self.nodes: dict[ResourceId, str] = {}
        self.edges: dict[_Edge, str] = {}
        for finding in findings:
            for source, relation, target in _steps(finding):
                for node in (source, target):
                    self.nodes.setdefault(node, f"n{len(self.nodes)}")
                edge = source, relation, target
                self.edges.setdefault(edge, f"e{len(self.edges)}")

    def document(self) -> Mapping[str, Any]:
        """Return the run's `graphs`; nothing where no finding goes anywhere."""
        if not self.edges:
            return {}
        nodes = [
            {
                "id": number,
                "label": {"text": names(node)},
                "location": {"logicalLocations": [logical(node)]},
            }
            for node, number in self.nodes.items()
        ]
        edges = [
            {
                "id": number,
                **({"label": {"text": printable(relation)}} if relation else {}),
                "sourceNodeId": self.nodes[source],
                "targetNodeId": self.nodes[target],
            }
            for (source, relation, target), number in self.edges.items()
        ]
        said = "The resources that findings rest on, in the order in which each meets them."
        return {"graphs": [{"description": {"text": said}, "nodes": nodes, "edges": edges}]}

    def traversal(self, finding: Finding) -> Mapping[str, Any]:
        """Return the result's way through the graph. (SARIF 2.1.0 §3.42)."""
        edges = [{"edgeId": self.edges[step]} for step in _steps(finding)]
        if not edges:
            return {}
        return {"graphTraversals": [{"runGraphIndex": 0, "edgeTraversals": edges}]}


def _steps(finding: Finding) -> Iterator[_Edge]:
    for one, other in pairwise(finding.evidence):
        if one.resource != other.resource:
            yield one.resource, other.relation, other.resource
