"""Where a packet goes no further, or nobody can tell whether it does."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.analysis.causes import Break
from scanner.analysis.steps import Step


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a way ends: it is broken, or something was not read."""

    steps: tuple[Step, ...] = ()
    broken: Break | None = None
    """None when nobody knows: `unread` says why."""
    unread: str = ""


def gravest(stops: tuple[Stop, ...]) -> Stop | None:
    """Return the first that is certain, else the first: a failure is no less for a doubt."""
    return next((stop for stop in stops if stop.broken), next(iter(stops), None))
