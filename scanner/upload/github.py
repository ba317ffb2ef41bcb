"""GitHub's code scanning: take this, and tell how it went."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from scanner import __version__
from scanner.errors import UploadError
from scanner.upload.destination import Destination
from scanner.upload.log import Log

ATTEMPTS = 5
LONGEST_WAIT = 60.0
PAUSE = 5.0
PATIENCE = 120.0
"""Seconds between two questions about an upload, and until nobody waits any longer."""

TIMEOUT = 60.0
MOST_BYTES = 1 << 20
"""Of an answer. GitHub's are a few hundred."""

_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_EXPLAINED: Mapping[int, str] = {
    400: "GitHub cannot read the file or the request",
    401: "the token is wrong or has expired",
    403: (
        "the token may not write code scanning alerts (permission security-events: write), the "
        "repository is archived, or GitHub Code Security is off for it"
    ),
    404: "there is no such repository, or the token may not see it",
    413: "the file is too large",
    422: "GitHub does not know this commit or ref: push it first",
}
"""
What each answer means.

Source: https://docs.github.com/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
"""


class Outcome(StrEnum):
    """How an upload came out."""

    COMPLETE = "complete"
    PENDING = "pending"
    """GitHub took it, and was not done when patience ended."""


class _Stay(HTTPRedirectHandler):
    """Follows nobody: the token is for the host that was named."""

    def redirect_request(self, *_: object) -> None:
        """Return that no request is to follow."""


@dataclass(frozen=True, slots=True)
class GitHub:
    """One destination, and the right to write there."""

    destination: Destination
    token: str = field(repr=False)
    sleep: Callable[[float], None] = time.sleep

    def upload(self, log: Log) -> str:
        """
        Hand over a log; return the id by which to ask for it.

        The same log twice is one analysis: it is safe to send it again when no
        answer came. Raises UploadError for an answer that asking again does not change.
        """
        body = {
            "commit_sha": self.destination.commit,
            "ref": self.destination.ref,
            "sarif": log.packed(),
            "tool_name": "aoai-scan",
        }
        answer = self._asked(Request(self.destination.sarifs, json.dumps(body).encode()))  # noqa: S310 - https, or the loopback
        said = answer.get("id")
        if not isinstance(said, str):
            raise UploadError(f"{self.destination.api}: an answer without an id: not GitHub?")
        return said

    def outcome(self, upload: str) -> Outcome:
        """
        Wait until GitHub has read an upload. Raises UploadError with its reasons if it refuses it.

        Right after an upload, GitHub may not know of it yet.
        """
        asked = 0.0
        while True:
            answer = self._asked(
                self._get(f"{self.destination.sarifs}/{quote(upload, safe='')}"), absent=True
            )
            match answer.get("processing_status"):
                case "complete":
                    return Outcome.COMPLETE
                case "failed":
                    reasons = "; ".join(map(str, answer.get("errors") or ["no reason given"]))
                    raise UploadError(f"GitHub took the file and refused what is in it: {reasons}")
                case _ if asked >= PATIENCE:
                    return Outcome.PENDING
            self.sleep(PAUSE)
            asked += PAUSE

    def stale(self, categories: Iterable[str]) -> tuple[str, ...]:
        """
        Return the parts of categories that were uploaded once and are no more.

        One that was divided and fits into one again leaves parts behind, whose alerts
        would stay open for ever.

        Source: https://docs.github.com/rest/code-scanning/code-scanning#list-code-scanning-analyses-for-a-repository
        """
        query = {"tool_name": "aoai-scan", "ref": self.destination.ref, "per_page": "100"}
        answer = self._asked(self._get(f"{self.destination.analyses}?{urlencode(query)}"))
        listed = answer.get("items", [])
        latest: dict[str, int] = {}
        for one in listed:  # the newest first
            latest.setdefault(str(one.get("category")).rstrip("/"), one.get("results_count", 0))
        sent = set(categories)
        return tuple(
            name
            for name, count in sorted(latest.items())
            if count and name not in sent and _is_part(name, sent)
        )

    def _get(self, url: str) -> Request:
        return Request(url)  # noqa: S310 - as above

    def _asked(self, request: Request, *, absent: bool = False) -> Mapping[str, Any]:
        """Return the answer, asking again where that may help; `absent` makes 404 an empty one."""
        wait = 1.0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(request)
            except HTTPError as error:
                if error.code == http.HTTPStatus.NOT_FOUND and absent:
                    return {}
                passing = error.code in _PASSING or _is_throttled(error)
                if not passing or attempt == ATTEMPTS:
                    raise _explained(self.destination, error) from error
                wait = max(wait, _asked_to_wait(error))
            except (URLError, http.client.HTTPException, OSError) as error:
                if attempt == ATTEMPTS or _is_for_good(error):
                    raise UploadError(f"{self.destination.api}: no answer: {error}") from error
            self.sleep(min(wait, LONGEST_WAIT))
            wait *= 2
        raise AssertionError  # the last attempt returns or raises

    def _once(self, request: Request) -> Mapping[str, Any]:
        for name, value in (
            ("Accept", "application/vnd.github+json"),
            ("Authorization", f"Bearer {self.token}"),
            ("Content-Type", "application/json"),
            ("User-Agent", f"aoai-scan/{__version__}"),
            ("X-GitHub-Api-Version", "2022-11-28"),
        ):
            request.add_unredirected_header(name, value)
        opener = build_opener(_Stay, HTTPSHandler(context=_trust()))
        with opener.open(request, timeout=TIMEOUT) as answer:
            content = answer.read(MOST_BYTES)
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {"items": said}


def _is_part(name: str, whole: Iterable[str]) -> bool:
    return any(name.startswith(f"{one}/") and name[len(one) + 1 :].isdecimal() for one in whole)


def _trust() -> ssl.SSLContext:
    """Return whom to believe: who the system believes, and who the reader of Azure does."""
    trusted = ssl.create_default_context()
    bundle = os.environ.get("REQUESTS_CA_BUNDLE")
    if bundle:
        trusted.load_verify_locations(bundle)
    return trusted


def _is_for_good(error: Exception) -> bool:
    reason = getattr(error, "reason", error)
    return isinstance(reason, ssl.SSLCertVerificationError)


def _is_throttled(error: HTTPError) -> bool:
    """
    Tell whether GitHub refuses for now: of the rate, not of the right.

    Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    said = error.headers
    if error.code != http.HTTPStatus.FORBIDDEN or said is None:
        return False
    return "retry-after" in said or said.get("x-ratelimit-remaining") == "0"


def _asked_to_wait(error: HTTPError) -> float:
    said: str = error.headers.get("retry-after", "") if error.headers else ""
    return float(said) if said.isdecimal() else 0.0


def _explained(destination: Destination, error: HTTPError) -> UploadError:
    """Return what an answer means, with GitHub's own words."""
    try:
        said = json.loads(error.read(MOST_BYTES)).get("message", "")
    except (ValueError, AttributeError, OSError, RecursionError):
        said = ""
    known = _EXPLAINED.get(error.code)
    if known is None and 300 <= error.code < 400:  # noqa: PLR2004 - redirections
        known = "it has moved; name the repository and the API as they are called now"
    known = known or ("GitHub does not answer; try again later" if error.code in _PASSING else "")
    own = f" ({' '.join(str(said).split())})" if said else ""
    return UploadError(f"{destination.repository}: HTTP {error.code}: {known or 'refused'}{own}")
