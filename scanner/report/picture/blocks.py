"""Which networks belong together: a block per hub, its spokes beside it, the gravest first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from scanner.findings import Severity
from scanner.report.encode import names
from scanner.report.picture import cards, zones
from scanner.report.picture.cards import Card, Marks, Node, Row
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.resources.virtual_wan import HubVirtualNetworkConnection, VirtualHub
from scanner.topology import Topology

MOST_NODES = 1_500
"""In a larger estate, networks in which nothing grave is wrong are summed up."""
MOST_GRAVE = 60
"""Of a hub's networks in such an estate; more of them nobody reads."""

Peering: TypeAlias = tuple[ResourceId, ResourceId, bool]
"""Two VNets, and whether both halves of what joins them are connected."""

_NOWHERE = ResourceId("")
_LONGEST_LIST = 12


@dataclass(frozen=True, slots=True)
class Spoke:
    """A network of a hub, and how it hangs on it."""

    card: Card
    trunk: str = ""
    """`connected` or `broken`; empty where there is no hub."""


@dataclass(frozen=True, slots=True)
class Block:
    """A hub with what stands below it, and its spokes; or cards without a hub."""

    title: str
    kind: str
    hub: tuple[Card, ...] = ()
    spokes: tuple[Spoke, ...] = ()
    rank: int = len(Severity)


@dataclass(slots=True)
class _Drawing:
    topology: Topology
    marks: Marks
    exposures: Mapping[ResourceId, str]
    neighbours: dict[ResourceId, dict[ResourceId, bool]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """Of each network its peers, and whether both sides are connected."""


def blocks(
    topology: Topology, marks: Marks, exposures: Mapping[ResourceId, str]
) -> tuple[Block, ...]:
    """Return the whole picture: accounts without an endpoint, hubs the gravest first, the rest."""
    drawing = _Drawing(topology, marks, exposures)
    _join(drawing)
    found = list(_hubs(drawing))
    found += _alone(drawing, _shown(found))
    found += _left_over(topology, _shown(found))
    found = _named_apart(_summed(drawing, found))
    return (
        *_without_endpoint(drawing),
        *sorted(found, key=lambda b: (b.kind != "hub", b.rank, b.title)),
    )


def peerings(topology: Topology) -> Iterator[Peering]:
    """Yield each pair of peered VNets once."""
    halves: dict[tuple[ResourceId, ResourceId], bool] = {}
    for half in topology.all(VirtualNetworkPeering):
        for near in topology.targets(half.id, Relation.PART_OF):
            for far in topology.targets(half.id, Relation.PEERS_WITH):
                halves[near, far] = half.state == "connected"
    for (near, far), is_connected in halves.items():
        if near < far or (far, near) not in halves:
            back = halves.get((far, near), not topology.get(VirtualNetwork, far))
            yield near, far, is_connected and back


def _join(drawing: _Drawing) -> None:
    for near, far, is_connected in peerings(drawing.topology):
        drawing.neighbours[near][far] = is_connected
        drawing.neighbours[far][near] = is_connected


def _hubs(drawing: _Drawing) -> Iterator[Block]:
    """Yield a block for each virtual hub, and for each VNet that others gather around."""
    topology, taken = drawing.topology, set[ResourceId]()
    for hub in topology.all(VirtualHub):
        joined = topology.predecessors(HubVirtualNetworkConnection, hub.id, Relation.PART_OF)
        ids = [i for one in joined for i in topology.targets(one.id, Relation.CONNECTS)]
        spokes = [(i, True) for i in ids if i not in taken]
        taken.update(ids)
        card = Card(Node(hub.id, "hub", f"virtual hub {names(hub.id)}"), _gear_of(hub))
        yield _block(drawing, card, spokes)
    centres = [i for i in drawing.neighbours if topology.get(VirtualNetwork, i)]
    ranked = sorted(sorted(centres), key=lambda i: _centrality(drawing, i), reverse=True)
    likely = {i for i in ranked if _gathers(drawing, i)}
    for centre in ranked:
        near = drawing.neighbours[centre]
        spokes = [(i, near[i]) for i in sorted(near) if i not in taken and i not in likely]
        if centre in taken or (not spokes and centre not in likely):
            continue
        taken |= {centre, *(i for i, _ in spokes)}
        yield _block(drawing, _card(drawing, centre), spokes)


def _gear_of(hub: VirtualHub) -> tuple[Row, ...]:
    properties = hub.properties
    said = (
        ("firewall", properties.azure_firewall),
        ("gateway", properties.vpn_gateway),
        ("gateway", properties.p2s_vpn_gateway),
        ("gateway", properties.express_route_gateway),
    )
    found = ((word, ResourceId(named.id)) for word, named in said if named and named.id)
    return tuple(Row((Node(i, word, f"{word} {names(i)}"),)) for word, i in found)


def _centrality(drawing: _Drawing, item: ResourceId) -> tuple[int, bool]:
    """Return how likely a VNet is a hub: by its peers, twice with a firewall; by its endpoints."""
    weight = 2 if cards.has_gear(drawing.topology, item) else 1
    return len(drawing.neighbours[item]) * weight, cards.has_endpoint(drawing.topology, item)


def _gathers(drawing: _Drawing, item: ResourceId) -> bool:
    """Tell whether a VNet has two neighbours at least that have fewer than it."""
    near = drawing.neighbours[item]
    return sum(len(drawing.neighbours[other]) < len(near) for other in near) > 1


def _shown(found: Iterable[Block]) -> frozenset[ResourceId]:
    """Return what stands in the left columns of blocks."""
    return frozenset(node.id for block in found for card in block.hub for node in card.nodes)


def _left_over(topology: Topology, drawn: Container[ResourceId]) -> Iterator[Block]:
    """Yield the zones that stand beside no network."""
    for card in zones.left_over(topology, drawn):
        yield Block("Private DNS", "alone", (), (Spoke(card),))


def _alone(drawing: _Drawing, drawn: Container[ResourceId]) -> Iterator[Block]:
    """Yield the networks that nothing connects, with their zones that are not drawn yet."""
    topology = drawing.topology
    joined = {
        i
        for one in topology.all(HubVirtualNetworkConnection)
        for i in topology.targets(one.id, Relation.CONNECTS)
    }
    loose = [
        _card(drawing, one.id)
        for one in topology.all(VirtualNetwork)
        if one.id not in joined and not drawing.neighbours.get(one.id)
    ]
    if loose:
        loose.sort(key=lambda card: (drawing.marks.of(card), card.title.label))
        rank = drawing.marks.of(loose[0])
        title = f"Peered with nothing: {len(loose)} network{'s'[: len(loose) != 1]}"
        asked = tuple(zones.linked_to(topology, [card.title.id for card in loose], drawn))
        yield Block(title, "alone", asked, tuple(map(Spoke, loose)), rank)


def _without_endpoint(drawing: _Drawing) -> Iterator[Block]:
    """Yield the accounts that no endpoint in the estate leads to."""
    topology = drawing.topology
    loose = [
        cards.account(one.id, drawing.exposures)
        for one in topology.all(CognitiveServicesAccount)
        if one.id in drawing.exposures and not topology.sources(one.id, Relation.TARGETS)
    ]
    if loose:
        loose.sort(key=lambda n: (_rank(drawing.marks, n), n.label))
        spokes = tuple(Spoke(Card(node)) for node in loose)
        title = f"Accounts without a private endpoint ({len(loose)})"
        yield Block(title, "loose", (), spokes, _rank(drawing.marks, loose[0]))


def _rank(marks: Marks, node: Node) -> int:
    return marks.of(Card(node))


def _card(drawing: _Drawing, item: ResourceId) -> Card:
    network = drawing.topology.get(VirtualNetwork, item)
    if network is None:
        return cards.absent(item)
    return cards.network(drawing.topology, network, drawing.marks, drawing.exposures)


def _block(drawing: _Drawing, hub: Card, joined: Iterable[tuple[ResourceId, bool]]) -> Block:
    spokes = [
        Spoke(_card(drawing, item), "connected" if is_connected else "broken")
        for item, is_connected in joined
    ]
    spokes.sort(
        key=lambda s: (drawing.marks.of(s.card), s.trunk == "connected", s.card.title.label)
    )
    hub = replace(hub, title=replace(hub.title, kind="hub"))
    left = (hub, *_below(drawing, hub, [s.card.title.id for s in spokes]))
    rank = min(drawing.marks.of(card) for card in (*left, *(s.card for s in spokes)))
    count = f"{len(spokes)} network{'s'[: len(spokes) != 1]}"
    return Block(f"{hub.title.label} and {count}", "hub", left, tuple(spokes), rank)


def _below(drawing: _Drawing, hub: Card, spokes: Sequence[ResourceId]) -> Iterator[Card]:
    """Yield what stands below a hub: the zones that are asked here, and the premises."""
    topology = drawing.topology
    yield from zones.linked_to(topology, (hub.title.id, *spokes))
    gateways = [node.id for node in hub.nodes if node.kind == "gateway"]
    if gateways:
        pools = (topology.get(VirtualNetworkGateway, gateway) for gateway in gateways)
        clients = [p for pool in pools if pool for p in pool.client_address_prefixes]
        said = f"VPN clients {', '.join(clients[:2])}" if clients else "On the premises"
        yield Card(Node(gateways[0], "premises", said, note=names(gateways[0])))


def _named_apart(found: Iterable[Block]) -> list[Block]:
    """Return blocks of which those with the same title tell their hub's resource group."""
    blocks = list(found)
    titles = Counter(block.title for block in blocks)
    return [
        replace(block, title=f"{block.hub[0].title.id.resource_group}: {block.title}")
        if block.hub and titles[block.title] > 1
        else block
        for block in blocks
    ]


def _summed(drawing: _Drawing, found: list[Block]) -> list[Block]:
    """Sum up networks in which nothing grave is wrong, where there is too much to see."""
    if len(drawing.topology.inventory.resources) <= MOST_NODES:
        return found
    return [replace(block, spokes=tuple(_few(block, drawing.marks))) for block in found]


def _few(block: Block, marks: Marks) -> Iterator[Spoke]:
    """Yield the gravest networks of a block, then one card for those beyond, one for the rest."""
    harmless = [
        spoke
        for spoke in block.spokes
        if marks.of(spoke.card) > Severity.HIGH.rank and spoke.trunk != "broken"
    ]
    calm = {spoke.card.title.id for spoke in harmless}
    grave = [spoke for spoke in block.spokes if spoke.card.title.id not in calm]
    yield from grave[:MOST_GRAVE]
    yield from _sum(grave[MOST_GRAVE:], "networks, grave as well")
    yield from _sum(harmless, "networks, nothing grave")


def _sum(spokes: Sequence[Spoke], said: str) -> Iterator[Spoke]:
    """Yield a card for several networks; one sums up nothing."""
    if len(spokes) < 2:  # noqa: PLR2004 - one
        yield from spokes
        return
    networks = [spoke.card.title for spoke in spokes]
    title = Node(_NOWHERE, "clean", f"+ {len(networks)} {said}")
    listed = [replace(network, kind="member", note="") for network in networks[:_LONGEST_LIST]]
    rows = [Row(tuple(listed[place : place + 2])) for place in range(0, len(listed), 2)]
    if len(networks) > _LONGEST_LIST:
        more = f"and {len(networks) - _LONGEST_LIST} more"
        rows.append(Row((Node(_NOWHERE, "quiet", more),)))
    within = tuple(dict.fromkeys(node.id for spoke in spokes for node in spoke.card.nodes))
    yield Spoke(Card(title, tuple(rows), within), spokes[0].trunk)
