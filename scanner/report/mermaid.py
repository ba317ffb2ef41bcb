"""The estate in a few nodes, as a Mermaid diagram, which GitHub draws."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scanner.findings import Severity
from scanner.printable import printable
from scanner.report import summary
from scanner.report.encode import names
from scanner.report.picture.blocks import peerings
from scanner.report.picture.marks import marks
from scanner.report.scan_report import Report
from scanner.report.wrap import elided
from scanner.resources import Relation, ResourceId
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology

MOST_NODES = 60
_MOST_ACCOUNTS = 25
_MOST_EDGES = 200
"""
Far below what Mermaid refuses (500 edges, 50,000 characters), and about what can be read.

Source: https://mermaid.js.org/config/schema-docs/config.html
"""

_LONGEST = 40
_PLAIN = re.compile(r"[^A-Za-z0-9 _./()-]")

_LOOKS = (
    "classDef critical fill:#8b1a1a,color:#fff",
    "classDef high fill:#c2410c,color:#fff",
    "classDef medium fill:#a16207,color:#fff",
    "classDef low fill:#0e7490,color:#fff",
    "classDef info fill:#475569,color:#fff",
)
"""Of every severity. Who sees no colours reads it in the label."""

_OPEN = frozenset({"public", "selected"})


def diagram(report: Report) -> str:
    """
    Return the networks and accounts, the gravest first, and how they hang together.

    A solid line works, a dotted one does not: a peering one side of which is not
    connected, an endpoint that nobody approved. Empty where there is nothing to draw.
    """
    topology = report.topology
    worst = marks(topology, summary.failed(report)).worst
    accounts = [account.id for account, _ in summary.accounts(report)][:_MOST_ACCOUNTS]
    joined = tuple(peerings(topology))
    networks = _networks(topology, worst, joined)[: MOST_NODES - 1 - len(accounts)]
    if not accounts and not networks:
        return ""
    number = {one: f"n{place}" for place, one in enumerate((*networks, *accounts))}
    lines = [f"{number[one]}[{_label(one, worst)}]" for one in networks]
    lines += [f"{number[one]}([{_label(one, worst)}])" for one in accounts]
    edges = (*_reached(topology, number), *_peered(joined, number), *_exposed(report, number))
    lines += edges[:_MOST_EDGES]
    for severity in Severity:
        marked = [number[one] for one in number if worst.get(one) is severity]
        if marked:
            lines.append(f"class {','.join(marked)} {severity.value}")
    return "\n".join(("flowchart LR", *(f"  {line}" for line in (*lines, *_LOOKS))))


def left_out(report: Report) -> int:
    """Return how many networks and accounts the diagram has no room for."""
    networks = sum(1 for _ in report.topology.all(VirtualNetwork))
    accounts = len(report.accounts)
    shown = min(accounts, _MOST_ACCOUNTS)
    return accounts - shown + max(0, networks - (MOST_NODES - 1 - shown))


def _networks(
    topology: Topology,
    worst: Mapping[ResourceId, Severity],
    joined: Sequence[tuple[ResourceId, ResourceId, bool]],
) -> list[ResourceId]:
    """Return the VNets: those in which something is wrong, then those that others gather around."""
    degree: defaultdict[ResourceId, int] = defaultdict(int)
    for pair in joined:
        for network in pair[:2]:
            degree[network] += 1

    def gravity(one: ResourceId) -> tuple[int, int, str]:
        rank = worst[one].rank if one in worst else len(Severity)
        return rank, -degree[one], one

    return sorted([network.id for network in topology.all(VirtualNetwork)], key=gravity)


def _reached(topology: Topology, number: Mapping[ResourceId, str]) -> Iterator[str]:
    """Yield a line from each VNet to each account that has an endpoint in it."""
    found: dict[tuple[str, str, str], list[ResourceId]] = defaultdict(list)
    for endpoint in topology.all(PrivateEndpoint):
        serves = set(topology.targets(endpoint.id, Relation.SERVES))
        for place in topology.targets(endpoint.id, Relation.PLACED_IN):
            network = _network_of(place)
            for account in topology.targets(endpoint.id, Relation.TARGETS):
                if network in number and account in number:
                    arrow = "-->" if account in serves else "-.->"
                    found[number[network], arrow, number[account]].append(endpoint.id)
    for (source, arrow, target), endpoints in found.items():
        more = f" and {len(endpoints) - 1} more" if len(endpoints) > 1 else ""
        yield f"{source} {arrow}|{_quoted(names(endpoints[0]) + more)}| {target}"


def _network_of(place: ResourceId) -> ResourceId:
    return place.parent if place.type.endswith("/subnets") else place


def _peered(
    joined: Iterable[tuple[ResourceId, ResourceId, bool]], number: Mapping[ResourceId, str]
) -> Iterator[str]:
    for one, other, is_connected in joined:
        if one in number and other in number:
            yield f"{number[one]} {'---' if is_connected else '-.-'} {number[other]}"


def _exposed(report: Report, number: Mapping[ResourceId, str]) -> Iterator[str]:
    exposed = [a for a in report.accounts if a.exposure in _OPEN and a.id in number]
    if exposed:
        yield 'inet(("Internet"))'
    for account in exposed:
        yield f'inet -->|"{account.exposure}"| {number[account.id]}'


def _label(resource: ResourceId, worst: Mapping[ResourceId, Severity]) -> str:
    said = names(resource)
    return _quoted(f"{elided(said, _LONGEST)} ({worst[resource]})" if resource in worst else said)


def _quoted(said: str) -> str:
    """
    Return text that means nothing to Mermaid, nor to the Markdown in which it stands.

    Source: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
    """
    plain = printable(elided(said, _LONGEST + len(" (critical)")))
    return f'"{_PLAIN.sub(lambda found: f"#{ord(found[0])};", plain)}"'
