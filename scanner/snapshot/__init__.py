"""What Azure said, word for word: the boundary between the network and everything else."""

from __future__ import annotations

from scanner.snapshot.coverage import Coverage, EffectiveCounts, QueryCounts
from scanner.snapshot.gap import ANY_TYPE, EVERYWHERE, Gap, GapReason, placed
from scanner.snapshot.load import load, parse
from scanner.snapshot.record import FORMAT, Row, Snapshot, Subscription
from scanner.snapshot.save import encode, save

__all__ = [
    "ANY_TYPE",
    "EVERYWHERE",
    "FORMAT",
    "Coverage",
    "EffectiveCounts",
    "Gap",
    "GapReason",
    "QueryCounts",
    "Row",
    "Snapshot",
    "Subscription",
    "encode",
    "load",
    "parse",
    "placed",
    "save",
]
