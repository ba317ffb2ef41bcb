from __future__ import annotations

from threading import Event

import pytest

from scanner.collect.clock import Clock
from scanner.collect.pace import MOST, PERIOD, Pace, quota_reset


class Time:
    """A clock on which only waiting takes time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.words: list[str] = []

    def wait(self, stopped: Event, seconds: float) -> bool:
        self.now += seconds
        return stopped.is_set()

    def pace(self) -> Pace:
        clock = Clock(elapsed=lambda: self.now, wait=self.wait, chance=lambda: 0.25)
        return Pace(clock, self.words.append, Event())


@pytest.fixture
def time() -> Time:
    return Time()


def test_fifteen_go_at_once_and_then_fifteen_in_five_seconds(time: Time) -> None:
    pace = time.pace()
    turns = []
    for _ in range(4 * MOST):
        assert pace.take_turn()
        turns.append(time.now - 1000)
    assert turns[MOST - 1] == 0
    assert turns[MOST] == PERIOD
    assert all(late - early >= PERIOD for early, late in zip(turns, turns[MOST:], strict=False))
    assert time.words == ["waiting 5 s for the quota of Resource Graph"] * 3


def test_who_is_slow_waits_for_nothing(time: Time) -> None:
    pace = time.pace()
    for _ in range(100):
        assert pace.take_turn()
        time.now += 0.5
    assert time.now == 1050
    assert time.words == []


def test_an_empty_quota_closes_the_counter_until_it_resets(time: Time) -> None:
    pace = time.pace()
    pace.heed({"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:04"})
    pace.take_turn()
    assert time.now == 1004.25
    pace.heed({"x-ms-user-quota-remaining": "1", "x-ms-user-quota-resets-after": "00:00:04"})
    pace.take_turn()
    assert time.now == 1004.25


def test_nobody_gets_a_turn_once_the_scan_is_stopped(time: Time) -> None:
    pace = time.pace()
    pace.stopped.set()
    assert not pace.take_turn()
    pace.heed({"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:04"})
    assert not pace.take_turn()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:01:05", 65.0), ("00:00:00", 1.0), ("soon", None), ("", None), ("99999999999:0:0", None)],
)
def test_the_quota_resets_after_hours_minutes_seconds(text: str, seconds: float | None) -> None:
    assert quota_reset({"x-ms-user-quota-resets-after": text}) == seconds
