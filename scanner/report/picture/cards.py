"""What the picture holds: a card per network, and in it what an account's caller meets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scanner.findings import Severity
from scanner.report.encode import names
from scanner.resources import AnyResource, Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.bastion_host import BastionHost
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.topology import Topology


@dataclass(frozen=True, slots=True)
class Node:
    """A resource in the picture."""

    id: ResourceId
    kind: str
    label: str
    badge: str = ""
    """How far an account is exposed, in capitals; empty for one that is not."""
    note: str = ""
    """What stands small at its end, where there is room."""


@dataclass(frozen=True, slots=True)
class Row:
    """Nodes beside each other."""

    nodes: tuple[Node, ...]
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A box with a title and rows."""

    title: Node
    rows: tuple[Row, ...] = ()
    stands_for: tuple[ResourceId, ...] = ()
    """What is not drawn, but summed up here."""

    @property
    def nodes(self) -> Iterator[Node]:
        """Everything in it, its title first."""
        yield self.title
        for row in self.rows:
            yield from row.nodes


@dataclass(frozen=True, slots=True)
class Marks:
    """The gravest violation of each resource."""

    worst: Mapping[ResourceId, Severity] = field(default_factory=dict)
    """Of the resource itself, or of anything in it."""
    own: Mapping[ResourceId, Severity] = field(default_factory=dict)
    """Of the resource itself, or of something in it that the picture does not show."""
    unknown: frozenset[ResourceId] = frozenset()
    """Those of which, or of something in which, a rule could not be decided."""

    def of(self, card: Card) -> int:
        """Return the rank of the gravest in a card; beyond all ranks for a clean one."""
        ranks = (self.worst[node.id].rank for node in card.nodes if node.id in self.worst)
        return min(ranks, default=len(Severity))


_GEAR: tuple[tuple[type[AnyResource], str], ...] = (
    (AzureFirewall, "firewall"),
    (VirtualNetworkGateway, "gateway"),
    (BastionHost, "bastion"),
)


def network(
    topology: Topology, item: VirtualNetwork, marks: Marks, exposures: Mapping[ResourceId, str]
) -> Card:
    """Return the card of a VNet: its subnets, those last in which nothing is going on summed up."""
    rows: list[Row] = []
    quiet = 0
    for subnet in topology.predecessors(Subnet, item.id, Relation.PART_OF):
        told = tuple(_subnet(topology, subnet, marks, exposures))
        if told:
            rows += told
        else:
            quiet += 1
    if quiet:
        said = f"+ {quiet} subnet{'s'[: quiet > 1]} without callers or endpoints"
        rows.append(Row((Node(item.id, "quiet", said),)))
    space = ", ".join(item.address_prefixes[:2])
    return Card(Node(item.id, "network", names(item.id), note=space), tuple(rows))


def account(item: ResourceId, exposures: Mapping[ResourceId, str]) -> Node:
    """Return the node of an account."""
    exposed = exposures.get(item, "")
    badge = "" if exposed in {"private", "trusted"} else exposed.upper()
    return Node(item, "account", names(item), badge)


def absent(item: ResourceId) -> Card:
    """Return the card of a network that others name and nobody read."""
    return Card(Node(item, "unread", names(item), note="not read"))


def has_gear(topology: Topology, item: ResourceId) -> bool:
    """Tell whether a VNet holds what others send their packets to."""
    subnets = topology.sources(item, Relation.PART_OF)
    return any(
        topology.predecessors(kind, subnet, Relation.PLACED_IN)
        for subnet in subnets
        for kind in (AzureFirewall, VirtualNetworkGateway)
    )


def has_endpoint(topology: Topology, item: ResourceId) -> bool:
    """Tell whether a private endpoint sits in a VNet."""
    subnets = topology.sources(item, Relation.PART_OF)
    return any(topology.predecessors(PrivateEndpoint, s, Relation.PLACED_IN) for s in subnets)


def _subnet(
    topology: Topology, subnet: Subnet, marks: Marks, exposures: Mapping[ResourceId, str]
) -> Iterator[Row]:
    """Yield a subnet's rows; none where there is nothing to show."""
    interfaces = topology.predecessors(NetworkInterface, subnet.id, Relation.PLACED_IN)
    machines = [one for one in interfaces if one.properties.virtual_machine]
    inside = [
        *(Row(nodes, 1) for nodes in _endpoints(topology, subnet, exposures)),
        *(Row((node,), 1) for node in _gear(topology, subnet)),
        *(
            Row((Node(one.id, "interface", names(one.id)),), 1)
            for one in machines
            if one.id in marks.worst
        ),
    ]
    delegated = subnet.delegated_to[0].rpartition("/")[2] if subnet.delegated_to else ""
    if not (inside or machines or delegated or subnet.id in marks.worst):
        return
    count = f"{len(machines)} machine{'s'[: len(machines) > 1]}" if machines else delegated
    guards = topology.targets(subnet.id, Relation.GUARDED_BY)
    yield Row(
        (
            Node(subnet.id, "subnet", subnet.name, note=count),
            *(Node(g, "nsg", names(g)) for g in guards),
        ),
    )
    yield from inside


def _endpoints(
    topology: Topology, subnet: Subnet, exposures: Mapping[ResourceId, str]
) -> Iterator[tuple[Node, ...]]:
    """Yield each endpoint of an account with its accounts."""
    for endpoint in topology.predecessors(PrivateEndpoint, subnet.id, Relation.PLACED_IN):
        found = topology.successors(CognitiveServicesAccount, endpoint.id, Relation.TARGETS)
        if found:
            served = (account(one.id, exposures) for one in found)
            yield (Node(endpoint.id, "endpoint", names(endpoint.id)), *served)


def _gear(topology: Topology, subnet: Subnet) -> Iterator[Node]:
    for kind, word in _GEAR:
        for item in topology.predecessors(kind, subnet.id, Relation.PLACED_IN):
            yield Node(item.id, word, f"{word} {names(item.id)}")
