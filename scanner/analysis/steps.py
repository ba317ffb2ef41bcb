"""What happens on the way from a consumer to an account, one step at a time."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.findings import Evidence


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: a sentence for people, and what it rests on."""

    said: str
    """Without a full stop: `snet-app asks Azure-provided DNS in vnet-app`."""
    evidence: tuple[Evidence, ...] = ()
