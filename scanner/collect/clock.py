"""The time, and waiting for it to pass: the one thing tests replace."""

from __future__ import annotations

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
    wait: Callable[[Event, float], bool] = Event.wait


SYSTEM = Clock()
