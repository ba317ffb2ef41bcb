"""The pace of questions to Resource Graph: as fast as it allows, and no faster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Lock

from scanner.collect.clock import Clock

MOST, PERIOD = 15, 5.0
"""
Questions of one user in so many seconds.

Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
"""

_TOLD = 1.0
"""Seconds. A shorter wait is not worth a word."""


@dataclass(slots=True)
class Pace:
    """One queue for all threads. Who asks takes a turn; what Azure says of the quota moves it."""

    clock: Clock
    progress: Callable[[str], None]
    stopped: Event
    _turns: deque[float] = field(default_factory=lambda: deque(maxlen=MOST))
    _closed_until: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def take_turn(self) -> bool:
        """Wait for a turn. False when the scan was stopped before it came."""
        with self._lock:
            now = self.clock.elapsed()
            turn = max(now, self._closed_until)
            if len(self._turns) == MOST:
                turn = max(turn, self._turns[0] + PERIOD)
            self._turns.append(turn)
        wait = turn - now
        if wait <= 0:
            return not self.stopped.is_set()
        if wait >= _TOLD:
            self.progress(f"waiting {wait:.0f} s for the quota of Resource Graph")
        return not self.clock.wait(self.stopped, wait)

    def heed(self, headers: Mapping[str, str]) -> None:
        """Close the counter until Azure grants a new quota, if none is left of this one."""
        reset = quota_reset(headers)
        if headers.get("x-ms-user-quota-remaining", "").strip() != "0" or reset is None:
            return
        with self._lock:
            opens = self.clock.elapsed() + reset + self.clock.chance()
            self._closed_until = max(self._closed_until, opens)


def quota_reset(headers: Mapping[str, str]) -> float | None:
    """Read the `hh:mm:ss` after which Resource Graph grants a new quota."""
    parts = headers.get("x-ms-user-quota-resets-after", "").strip().split(":")
    try:
        hours, minutes, seconds = map(int, parts)
        reset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (ValueError, OverflowError):
        return None
    return max(1.0, reset.total_seconds())
