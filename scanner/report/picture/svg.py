"""The picture as SVG: shapes and text by class, so that a style sheet gives the colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from unicodedata import east_asian_width

from scanner.report.markup import attribute, escaped
from scanner.report.picture.blocks import Peering
from scanner.report.picture.cards import Marks, Node, Row
from scanner.report.picture.layout import HEAD, PAD, ROW, TRUNK, Box, Frame, Layout, Placed
from scanner.resources import ResourceId


@dataclass(frozen=True, slots=True)
class _Line:
    """How a name is written; sizes go with those of the style sheet."""

    name: str
    letter: float
    """The width of a letter, about."""
    base: float
    pill: float
    radius: int


_TITLE = _Line("c", 8.0, 19.5, 8, 7)
_ROW = _Line("n", 6.4, 12.5, 2, 4)
_LETTER, _SMALL, _BETWEEN = 17, 5.8, 4
_CHIP = ROW - 4
_MARGIN = 16
_SKY, _EACH = 38, 900
_INDENT = 14


_HEADS = "".join(
    f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5"'
    ' orient="auto"><path d="M0 0L8 4L0 8z"/></marker>'
    for name in ("head", "head-name", "head-broken")
)


def draw(
    found: Layout,
    marks: Marks,
    peered: Iterable[Peering],
    number: Callable[[ResourceId], int],
) -> str:
    """Return the picture; `number` says by which number the page knows a resource."""
    width, height = max(found.width, 1), max(found.height, 1)
    said = "Picture of the estate. Arrow keys move it, plus and minus zoom, 0 shows all."
    top = _MARGIN + _SKY
    area = f"-{_MARGIN} -{top} {width + 2 * _MARGIN:g} {height + _MARGIN + top:g}"
    opened = f'viewBox="{area}" tabindex="0" role="group" aria-label="{said}"'
    parts = [f'<svg id="picture" {opened}>', f"<defs>{_HEADS}</defs>", *_internet(found)]
    for frame in found.frames:
        parts += _frame(frame)
    parts += _others(found, peered)
    for frame in found.frames:
        for placed in frame.cards:
            parts += _card(placed, marks, number)
    return "\n".join((*parts, '<g id="way" aria-hidden="true"></g></svg>'))


def _internet(found: Layout) -> Iterator[str]:
    """Yield the Internet: a bar above all, from which and to which calls may go."""
    if found.frames:
        box = Box(0, -_SKY, found.width, _SKY - 12)
        count = max(1, round(found.width / _EACH))
        middles = (found.width * (2 * place + 1) / (2 * count) for place in range(count))
        texts = (f'<text x="{x:g}" y="{17.5 - _SKY:g}">Internet</text>' for x in middles)
        name = "<title>Internet</title>"
        yield f'<g class="i" id="internet">{name}{_rect(box, 8)}{"".join(texts)}</g>'


def _frame(frame: Frame) -> Iterator[str]:
    box = frame.box
    yield f'<g class="b b-{frame.block.kind}">{_rect(box, 10)}'
    yield f'<text x="{box.x + 14:g}" y="{box.y + 24:g}">{escaped(frame.block.title)}</text></g>'
    yield from _trunks(frame)


def _trunks(frame: Frame) -> Iterator[str]:
    """Yield the lines from a hub to its spokes: along the top, then down beside each column."""
    spokes = tuple(frame.spokes)
    if not spokes or not frame.block.hub:
        return
    hub = frame.cards[0].box
    top, out = hub.y + HEAD / 2, hub.x + hub.width
    bus = hub.y - 7
    for column in sorted({placed.column for placed in spokes}):
        own = [placed.box for placed in spokes if placed.column == column]
        line = own[0].x - TRUNK / 2
        low = own[-1].y + HEAD / 2
        way = f"V{bus:g}H{line:g}" if column else f"H{line:g}"
        yield f'<path class="t" d="M{out:g} {top:g}h{TRUNK / 2:g}{way}V{low:g}"/>'
    for placed in spokes:
        y, x = placed.box.y + HEAD / 2, placed.box.x
        yield f'<path class="t t-{placed.trunk}" d="M{x - TRUNK / 2:g} {y:g}H{x:g}"/>'
        if placed.trunk == "broken":
            yield _cross(x - TRUNK / 4, y)


def _others(found: Layout, peered: Iterable[Peering]) -> Iterator[str]:
    """Yield the peerings that are no trunk: between spokes, and between hubs."""
    boxes = {p.card.title.id: p.box for frame in found.frames for p in frame.cards}
    trunks = {
        frozenset((frame.cards[0].card.title.id, placed.card.title.id))
        for frame in found.frames
        for placed in frame.spokes
    }
    for near, far, is_connected in peered:
        if near not in boxes or far not in boxes or frozenset((near, far)) in trunks:
            continue
        (x1, y1), (x2, y2), bend = _ends(boxes[near], boxes[far])
        way = f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 + bend:g} {y2:g} {x2:g} {y2:g}"
        yield f'<path class="t t-{"connected" if is_connected else "broken"}" d="{way}"/>'
        if not is_connected:
            yield _cross((x1 + x2) / 2 + bend * 0.75, (y1 + y2) / 2)


def _ends(near: Box, far: Box) -> tuple[tuple[float, float], tuple[float, float], float]:
    """Return where a line leaves and arrives, both at the same side, and how far it bends out."""
    side = near.width if near.x >= far.x else 0
    bend = 26 if side else -26
    first = near.x + side, near.y + HEAD * 0.75
    return first, (far.x + side, far.y + HEAD * 0.75), bend


def _cross(x: float, y: float) -> str:
    shape = f"M{x - 5:g} {y - 5:g}l10 10m0-10l-10 10"
    return f'<path class="t-cross" d="{shape}"><title>not connected</title></path>'


def _card(placed: Placed, marks: Marks, number: Callable[[ResourceId], int]) -> Iterator[str]:
    card, box = placed.card, placed.box
    if card.stands_for:
        yield f'<g data-of="{" ".join(str(number(one)) for one in card.stands_for)}">'
    yield _node(card.title, box, marks, number, _TITLE)
    if card.stands_for:
        yield "</g>"
    y = box.y + HEAD
    for row in card.rows:
        left = box.x + PAD + row.indent * _INDENT
        wide = box.x + box.width - PAD - left
        for node, start, end in _shared(row, wide):
            yield _node(node, Box(left + start, y, end - start, _CHIP), marks, number, _ROW)
        if [node.kind for node in row.nodes] == ["endpoint", "account"]:
            middle = left + _shared(row, wide)[0][2]
            yield f'<path class="s" d="M{middle - 2:g} {y + _CHIP / 2:g}h8"/>'
        y += ROW


def _shared(row: Row, wide: float) -> list[tuple[Node, float, float]]:
    """Return where each node of a row begins and ends; of two, the more telling is wider."""
    if len(row.nodes) != 2:  # noqa: PLR2004 - a pair
        each = (wide + _BETWEEN) / len(row.nodes)
        return [(n, i * each, (i + 1) * each - _BETWEEN) for i, n in enumerate(row.nodes)]
    first, second = row.nodes
    cut = wide * (0.56 if first.kind != "endpoint" else 0.4 if second.badge else 0.46)
    return [(row.nodes[0], 0, cut), (row.nodes[1], cut + _BETWEEN, wide)]


def _node(
    node: Node, box: Box, marks: Marks, number: Callable[[ResourceId], int], line: _Line
) -> str:
    """Return a rectangle with its name, its severity as a letter and its exposure as a word."""
    shown = bool(node.id) and node.kind not in {"quiet", "heading"}
    own = marks.own.get(node.id) if shown else None
    grave = own or (marks.worst.get(node.id) if shown else None)
    right, extra = box.x + box.width - 4, ""
    if grave:
        right -= _LETTER
        extra += _pill(right, box.y + line.pill, _LETTER - 3, grave[0].upper(), f"p p-{grave}")
    elif shown and node.id in marks.unknown:
        right -= _LETTER
        extra += _pill(right, box.y + line.pill, _LETTER - 3, "?", "p p-open")
    if node.badge:
        wide = len(node.badge) * 6.4 + 7
        right -= wide + 3
        extra += _pill(right, box.y + line.pill, wide, node.badge, "e")
    room = right - box.x - 9
    label = _fitted(node.label, int(room / line.letter))
    y = box.y + line.base
    if node.note and room - _width(label) * line.letter > len(node.note) * _SMALL + 4:
        extra += f'<text class="m" x="{right - 3:g}" y="{y:g}">{escaped(node.note)}</text>'
    told = ", ".join(filter(None, (node.label, node.note, node.badge.lower())))
    said = f"{told}, worst: {grave}" if grave else told
    if shown and node.id in marks.unknown:
        said = f"{said}, not all known"
    opened = f'<g class="{line.name} k-{node.kind}{f" s-{own}" if own else ""}"'
    if shown:
        opened += f' data-n="{number(node.id)}"'
        if own or node.kind == "account":
            opened += f' tabindex="0" role="button" aria-label={attribute(said)}'
    text = f'<text x="{box.x + 7:g}" y="{y:g}">{escaped(label)}</text>'
    return f"{opened}><title>{escaped(said)}</title>{_rect(box, line.radius)}{text}{extra}</g>"


def _pill(x: float, y: float, width: float, text: str, kind: str) -> str:
    rect = _rect(Box(x, y, width, 13), 4)
    return f'<g class="{kind}">{rect}<text x="{x + width / 2:g}" y="{y + 10:g}">{text}</text></g>'


def _rect(box: Box, radius: int) -> str:
    size = f'width="{box.width:g}" height="{box.height:g}"'
    return f'<rect x="{box.x:g}" y="{box.y:g}" {size} rx="{radius}"/>'


def _fitted(label: str, most: int) -> str:
    """Return as much of a name as there is room for, its end, which tells it, in any case."""
    most = max(most, 3)
    if _width(label) <= most:
        return label
    most = int(most * len(label) / _width(label))
    tail = (most - 1) // 2
    return f"{label[: most - 1 - tail]}\u2026{label[len(label) - tail :]}"


def _width(text: str) -> float:
    """Return how many letters wide a text is."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
