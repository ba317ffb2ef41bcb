"""What was asked and what came: the proof that a snapshot is whole, or how far it is not."""

from __future__ import annotations

import msgspec


class QueryCounts(msgspec.Struct, frozen=True, kw_only=True, order=True, rename="camel"):
    """One question to Resource Graph, as it was answered in the end."""

    table: str
    subscriptions: int = 0
    """How many it named; 0 for all, or for those of a management group."""
    rows: int = 0
    pages: int = 0
    total_records: int | None = None
    """How many rows there are, as Azure counts."""
    duplicates: int = 0
    result_truncated: bool = False
    rereads: int = 0
    """How often the estate moved while it was read, so that it was read anew."""


class EffectiveCounts(msgspec.Struct, frozen=True, kw_only=True, order=True, rename="camel"):
    """Of how much Azure was asked what it computes for it."""

    running: int = 0
    """Interfaces of machines that run, or may."""
    stopped: int = 0
    """Interfaces of machines that do not: for these Azure computes nothing."""
    asked: int = 0
    answered: int = 0
    """Those of which it told routes and security groups."""
    networks: int = 0
    """VNets of which Azure was asked what network managers deployed there."""
    managed: int = 0
    """Those of which it told."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The account of a collection. What is missing is not here but among the gaps."""

    asked: int = 0
    """Subscriptions in scope."""
    visible: int = 0
    """Those of them that Azure shows to whoever asks."""
    queries: tuple[QueryCounts, ...] = ()
    requests: int = 0
    """Questions to Resource Manager, for what Resource Graph does not hold."""
    refused: int = 0
    """Those of them that were not answered."""
    effective: EffectiveCounts | None = None
    """None when nobody wanted it."""
