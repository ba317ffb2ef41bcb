"""What was not read, in the picture: what is not drawn for that is not taken for absent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from scanner.report.picture.blocks import Block, Spoke
from scanner.report.picture.cards import Card, Node
from scanner.resources import ResourceId
from scanner.snapshot import ANY_TYPE, Gap

_MOST = 8


def unread(gaps: Iterable[Gap]) -> Iterator[Block]:
    """Yield a block with a card for each type that was not read somewhere, the most gaps first."""
    counts = Counter((gap.type, gap.reason.value) for gap in gaps)
    if not counts:
        return
    found = sorted(counts, key=lambda each: (-counts[each], each))
    cards = [_card(*each) for each in found[:_MOST]]
    if len(found) > _MOST:
        cards.append(Card(Node(ResourceId(""), "gap", f"and {len(found) - _MOST} more")))
    yield Block(f"Not read ({len(found)})", "unread", (), tuple(map(Spoke, cards)))


def _card(kind: str, reason: str) -> Card:
    said = "resources of any type" if kind == ANY_TYPE else kind.partition("/")[2] or kind
    return Card(Node(ResourceId(""), "gap", said, note=reason))
