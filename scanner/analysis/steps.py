"""What happens on the way from a consumer to an account, one step at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scanner.findings import Evidence
from scanner.resources import ResourceId


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: a sentence for people, and what it rests on."""

    said: str
    """Without a full stop: `snet-app asks Azure-provided DNS in vnet-app`."""
    evidence: tuple[Evidence, ...] = ()

    def told(self, place: ResourceId) -> tuple[Evidence, ...]:
        """Return the evidence with the sentence; of a step without any, the place it starts at."""
        first, *rest = self.evidence or (Evidence(place),)
        return (replace(first, said=self.said), *rest)
