from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from threading import Event
from types import SimpleNamespace

import pytest
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)

from scanner.collect.attempts import LONGEST_WAITS, Attempts, RefusedError
from scanner.collect.clock import Clock
from scanner.snapshot import GapReason

NOW = datetime(2026, 11, 1, 3, 0, 0, tzinfo=UTC)


def answered(status: int, **headers: str) -> HttpResponseError:
    error = HttpResponseError("no")
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    error.status_code = status
    error.response = SimpleNamespace(status_code=status, headers=named)
    return error


def waits_after(*errors: Exception, chance: float = 0.0) -> list[float]:
    """Fail in each of these ways in turn, then succeed; return the waits between."""
    waits: list[float] = []
    left = list(errors)

    def ask() -> str:
        if left:
            raise left.pop(0)
        return "answer"

    def wait(stopped: Event, seconds: float) -> bool:
        waits.append(seconds)
        return stopped.is_set()

    clock = Clock(now=lambda: NOW, wait=wait, chance=lambda: chance)
    assert Attempts(clock, lambda _: None).of(ask) == "answer"
    return waits


def test_retry_after_comes_before_the_quota() -> None:
    error = answered(429, Retry_After="7", x_ms_user_quota_resets_after="00:00:05")
    assert waits_after(error) == [7.0]


def test_retry_after_may_be_a_date() -> None:
    later = format_datetime(datetime(2026, 11, 1, 3, 0, 42, tzinfo=UTC), usegmt=True)
    assert waits_after(answered(503, Retry_After=later)) == [42.0]


def test_the_quota_is_hours_minutes_seconds() -> None:
    assert waits_after(answered(429, x_ms_user_quota_resets_after="00:01:05")) == [65.0]


@pytest.mark.parametrize("nonsense", ["", "soon", "5", "1:2:3:4"])
def test_without_a_hint_the_waits_grow(nonsense: str) -> None:
    error = answered(500, Retry_After="soon", x_ms_user_quota_resets_after=nonsense)
    assert waits_after(error, error, error) == [0.5, 1.0, 2.0]
    assert waits_after(error, error, error, chance=1.0) == [1.5, 3.0, 6.0]


def test_those_turned_away_together_do_not_come_back_together() -> None:
    assert waits_after(answered(429, Retry_After="7"), chance=0.25) == [7.25]
    assert waits_after(answered(429, x_ms_user_quota_resets_after="00:00:05"), chance=0.5) == [5.5]


@pytest.mark.parametrize(
    "error",
    [
        *(answered(status) for status in (408, 429, 500, 502, 503, 504)),
        ServiceRequestError("reset"),
        ServiceResponseError("cut off"),
        IncompleteReadError("half"),
        ValueError("not JSON"),
    ],
)
def test_what_may_pass_is_asked_again(error: AzureError | ValueError) -> None:
    assert len(waits_after(error)) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (answered(401), GapReason.DENIED),
        (answered(403), GapReason.DENIED),
        (answered(400), GapReason.NOT_READ),
        (answered(429, Retry_After="601"), GapReason.THROTTLED),
    ],
)
def test_what_is_final_is_refused_at_once(error: HttpResponseError, reason: GapReason) -> None:
    with pytest.raises(RefusedError) as caught:
        waits_after(error)
    assert (caught.value.reason, caught.value.__cause__) == (reason, error)


def test_a_scan_does_not_wait_for_ever() -> None:
    def ask() -> None:
        raise answered(429, Retry_After="600")

    waits: list[float] = []

    def wait(_: Event, seconds: float) -> bool:
        waits.append(seconds)
        return False

    clock = Clock(wait=wait, chance=lambda: 0.0)
    attempts = Attempts(clock, lambda _: None)
    for _ in range(10):
        with pytest.raises(RefusedError, match="HTTP 429"):
            attempts.of(ask)
    assert sum(waits) == LONGEST_WAITS


def test_an_expired_token_is_renewed_once_and_at_once() -> None:
    renewed: list[str] = []
    left = [answered(401)]

    def ask() -> str:
        if left:
            raise left.pop()
        return "answer"

    clock = Clock(wait=lambda *_: pytest.fail("waited"))
    attempts = Attempts(clock, lambda _: None, renew=lambda: renewed.append("token"))
    assert attempts.of(ask) == "answer"
    left = [answered(401), answered(401)]
    with pytest.raises(RefusedError, match="HTTP 401"):
        attempts.of(ask)
    assert renewed == ["token", "token"]


def test_a_fourth_failure_is_the_last() -> None:
    with pytest.raises(RefusedError, match="HTTP 503 no"):
        waits_after(*[answered(503)] * 4)


def test_a_wait_ends_when_the_scan_does() -> None:
    def ask() -> None:
        raise answered(503, Retry_After="500")

    attempts = Attempts(Clock(), lambda _: None)
    attempts.stopped.set()
    with pytest.raises(RefusedError, match="interrupted"):
        attempts.of(ask)
