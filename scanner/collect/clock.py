"""The time, waiting for it to pass, and chance: what tests replace."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """`wait` returns early, and True, when the event is set: a wait must not outlive Ctrl-C."""

    now: Callable[[], datetime] = _now
    elapsed: Callable[[], float] = time.monotonic
    """Seconds since some moment; it never goes back."""
    wait: Callable[[Event, float], bool] = Event.wait
    chance: Callable[[], float] = random.SystemRandom().random
    """From 0 to 1: those who were turned away together must not come back together."""


SYSTEM = Clock()
