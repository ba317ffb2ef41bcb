"""Where everything stands: cards in columns beside their hub, blocks packed to fill a screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanner.report.picture.blocks import Block
from scanner.report.picture.cards import Card, Node

WIDTH = 320
"""Of a card."""
HEAD, ROW, PAD = 30, 21, 8
GAP, TRUNK = 16, 30
TITLE, MARGIN = 26, 14
SCREEN = (1_100, 780)
_STRIP = 4


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A card in its place; `trunk` as in Spoke, empty for what is no spoke."""

    card: Card
    box: Box
    trunk: str = ""
    column: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """A block in its place."""

    block: Block
    box: Box
    cards: tuple[Placed, ...]

    @property
    def spokes(self) -> Iterator[Placed]:
        """Its cards that are spokes."""
        return (placed for placed in self.cards if placed.trunk)


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture."""

    width: float
    height: float
    frames: tuple[Frame, ...]

    @property
    def nodes(self) -> Iterator[Node]:
        """Everything drawn."""
        return (n for frame in self.frames for placed in frame.cards for n in placed.card.nodes)


def layout(blocks: Sequence[Block]) -> Layout:
    """Place blocks in rows, of the width at which a screen shows them largest."""
    frames = [_frame(block, _columns(block)) for block in blocks]
    if not frames:
        return Layout(WIDTH, HEAD, ())
    widest = max(frame.box.width for frame in frames)
    total = sum(frame.box.width + GAP for frame in frames)
    steps = (widest + (total - widest) * step / 40 for step in range(41))
    return max((_packed(frames, limit) for limit in steps), key=_scale)


def height(card: Card) -> float:
    """Return how tall a card is."""
    return HEAD + (len(card.rows) * ROW + PAD if card.rows else 0)


def _scale(found: Layout) -> float:
    return min(SCREEN[0] / found.width, SCREEN[1] / found.height)


def _columns(block: Block) -> int:
    """Return the number of columns that gives a block the shape of a screen; or of a strip."""
    if block.kind == "unread":
        return min(len(block.spokes), _STRIP)
    heights = [height(spoke.card) + GAP for spoke in block.spokes]
    left = sum(height(card) + GAP for card in block.hub)

    def shape(count: int) -> float:
        width = (count + bool(block.hub)) * (WIDTH + TRUNK)
        tall = max(left, max(_filled(heights, count), default=0)) + TITLE
        return abs(width / tall - SCREEN[0] / SCREEN[1])

    return min(range(1, max(2, min(len(heights), 12) + 1)), key=shape)


def _filled(heights: Sequence[float], count: int) -> list[float]:
    columns = [0.0] * count
    for one in heights:
        columns[columns.index(min(columns))] += one
    return columns


def _frame(block: Block, count: int) -> Frame:
    """Place a block's cards, each spoke in the shortest column, from the left."""
    placed: list[Placed] = []
    top = TITLE + MARGIN
    down = float(top)
    for card in block.hub:
        placed.append(Placed(card, Box(MARGIN, down, WIDTH, height(card))))
        down += height(card) + GAP
    columns = [float(top)] * count
    start = MARGIN + (WIDTH + TRUNK + GAP if block.hub else 0)
    for spoke in block.spokes:
        column = columns.index(min(columns))
        x = start + column * (WIDTH + TRUNK)
        tall = height(spoke.card)
        box = Box(x, columns[column], WIDTH, tall)
        placed.append(Placed(spoke.card, box, spoke.trunk, column))
        columns[column] += tall + GAP
    used = min(count, len(block.spokes))
    right = start + used * (WIDTH + TRUNK) - TRUNK if used else MARGIN + WIDTH
    bottom = max(down, *columns) - GAP
    return Frame(block, Box(0, 0, right + MARGIN, bottom + MARGIN), tuple(placed))


def _packed(frames: Sequence[Frame], limit: float) -> Layout:
    x = y = tall = wide = 0.0
    moved: list[Frame] = []
    for frame in frames:
        if x and x + frame.box.width > limit:
            x, y, tall = 0.0, y + tall + GAP, 0.0
        moved.append(_moved(frame, x, y))
        x += frame.box.width + GAP
        tall, wide = max(tall, frame.box.height), max(wide, x - GAP)
    return Layout(wide, y + tall, tuple(moved))


def _moved(frame: Frame, x: float, y: float) -> Frame:
    def shifted(box: Box) -> Box:
        return Box(box.x + x, box.y + y, box.width, box.height)

    cards = tuple(Placed(p.card, shifted(p.box), p.trunk, p.column) for p in frame.cards)
    return Frame(frame.block, shifted(frame.box), cards)
