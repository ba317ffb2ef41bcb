"""Asking again: one request until it is answered, or until it is clear that it will not be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from threading import Event, Lock
from typing import TypeVar

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
)

from scanner.collect.clock import Clock
from scanner.collect.pace import quota_reset
from scanner.snapshot import GapReason

T = TypeVar("T")

RETRIES = 3
RETRIED = frozenset({408, 429, 500, 502, 503, 504})

LONGEST_WAIT = 600.0
"""Seconds. Resource Manager asks for up to some six minutes; more is a refusal."""

LONGEST_WAITS = 3600.0
"""Seconds of one scan, all waits of all its threads together; then each failure is the last."""

_MALFORMED = (ValueError, TypeError, AttributeError, KeyError)
"""What the SDK raises, besides its own errors, at an answer that is not of the promised form."""

_LONGEST_LINE = 240
_TOO_MANY = 429
_UNAUTHORIZED = 401
_DENIED = (_UNAUTHORIZED, 403)


class RefusedError(Exception):
    """Azure's last word on one request. It never leaves this room: it becomes gaps."""

    def __init__(self, reason: GapReason, detail: str, codes: frozenset[str] = frozenset()) -> None:
        """Keep the line for the reader, and Azure's own codes for us."""
        super().__init__(detail)
        self.reason, self.detail, self.codes = reason, detail, codes


@dataclass(slots=True)
class Attempts:
    """
    Makes requests, each up to four times. The SDK's own retries are off.

    They would leave a 429 without Retry-After, a 502 and a broken body at the
    first try, and never read the quota headers of Resource Graph.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
    """

    clock: Clock
    progress: Callable[[str], None]
    renew: Callable[[], None] | None = None
    """Forgets the token, so that the next request gets a fresh one."""
    stopped: Event = field(default_factory=Event)
    _waited: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def of(self, ask: Callable[[], T]) -> T:
        """Return the answer. Raises RefusedError when there is none."""
        renewals = 1 if self.renew else 0
        for attempt in range(RETRIES + 1):
            try:
                return ask()
            except (AzureError, *_MALFORMED) as error:
                if self.renew and renewals and _status(error) == _UNAUTHORIZED:
                    renewals = 0
                    self.renew()
                    continue
                wait = self._wait(error, attempt)
                if wait is None:
                    raise refused(error) from error
                self.progress(f"waiting {wait:.0f} s: {one_line(refused(error).detail)}")
            if self.clock.wait(self.stopped, wait):
                break
        raise interrupted()

    def pause(self, seconds: float) -> None:
        """Wait before it makes sense to look again. Raises RefusedError when the scan is over."""
        if self.stopped.is_set() or self.clock.wait(self.stopped, seconds):
            raise interrupted()

    def _wait(self, error: Exception, attempt: int) -> float | None:
        """Return the seconds before it makes sense to ask again; None when it never does."""
        if attempt == RETRIES or not _is_passing(error):
            return None
        headers = _headers(error)
        hinted = _retry_after(headers, self.clock.now())
        if hinted is None:
            hinted = quota_reset(headers)
        if hinted is None:
            wait = 2**attempt * (0.5 + self.clock.chance())
        elif hinted <= LONGEST_WAIT:
            wait = hinted + self.clock.chance()
        else:
            return None
        return wait if self._may_wait(wait) else None

    def _may_wait(self, seconds: float) -> bool:
        """Take the wait from what the scan may spend."""
        with self._lock:
            self._waited += seconds
            return self._waited <= LONGEST_WAITS


def interrupted() -> RefusedError:
    """Return what a request is told that was under way when the scan was stopped."""
    return RefusedError(GapReason.NOT_READ, "interrupted")


def refused(error: Exception) -> RefusedError:
    """Say in one line, and in a gap's words, what an error of the SDK means."""
    status = _status(error)
    if status in _DENIED or isinstance(error, ClientAuthenticationError):
        reason = GapReason.DENIED
    else:
        reason = GapReason.THROTTLED if status == _TOO_MANY else GapReason.NOT_READ
    inner = getattr(error, "error", None)
    codes = tuple(_codes(inner))
    if codes:
        text = f"{codes[0]}: {getattr(inner, 'message', '')}"
    else:
        text = str(getattr(error, "message", error))
    detail = f"HTTP {status} {text}" if status else f"{type(error).__name__}: {text}"
    return RefusedError(reason, one_line(detail), frozenset(codes))


def one_line(text: object) -> str:
    """Return the text on one line of bearable length."""
    line = " ".join(str(text).split())
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"


def _is_passing(error: Exception) -> bool:
    """Tell a failure that may pass. An HTTP error that is no decoding error has a final status."""
    if isinstance(error, DecodeError) or not isinstance(error, HttpResponseError):
        return True
    return _status(error) in RETRIED


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _codes(error: object) -> Iterator[str]:
    """Yield the code of an ARM error and those of its details, where the real one may be."""
    for part in (error, *(getattr(error, "details", None) or ())):
        code = getattr(part, "code", None)
        if isinstance(code, str) and code:
            yield code


def _headers(error: Exception) -> Mapping[str, str]:
    response = getattr(error, "response", None)
    headers: Mapping[str, str] = getattr(response, "headers", None) or {}
    return headers


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read Retry-After: seconds, or a date."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return None
