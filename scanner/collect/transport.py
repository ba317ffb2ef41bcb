"""The wire: an answer has an end in time, and whoever wants all sees each request."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import IncompleteReadError, ServiceResponseTimeoutError
from azure.core.pipeline.transport import RequestsTransport
from urllib3.exceptions import HTTPError

logger = logging.getLogger(__name__)

TIMEOUTS: Mapping[str, Any] = {"connection_timeout": 10, "read_timeout": 60}
"""Seconds without a sign of life. A silent server must not outlive the patience for Ctrl-C."""

LONGEST = 180.0
"""Seconds for a whole answer: one that comes byte by byte shows signs of life for ever."""

_PIECE = 1 << 16


class Transport(RequestsTransport):  # type: ignore[misc] # the SDK imports it late, untyped
    """The SDK's transport; it reads bodies itself, for the SDK would read one for ever."""

    def __init__(self, pause: Callable[[float], None] = time.sleep) -> None:
        """Connect to nothing yet. `pause` is how the SDK waits for what takes Azure long."""
        super().__init__(**TIMEOUTS)
        self._pause = pause

    def sleep(self, duration: float) -> None:
        """Wait as everybody waits here: until the scan is stopped."""
        self._pause(duration)

    def open(self) -> None:
        """Open the connections, and read every answer by our clock."""
        is_new = self.session is None
        super().open()
        if is_new and self.session is not None:
            self.session.hooks["response"].append(_read)

    def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401 - the SDK's own words
        """Send a request. Of it, and of the answer, neither header nor query nor body is told."""
        began, answer = time.monotonic(), "no answer"
        try:
            response = super().send(request, **options)
            answer = str(response.status_code)
        finally:
            path = urlsplit(request.url).path
            logger.debug(
                "%s %s: %s in %.2f s", request.method, path, answer, time.monotonic() - began
            )
        return response


class SignInTransport(Transport):
    """The same for asking who we are, where it is the SDK that asks again."""

    def sleep(self, duration: float) -> None:
        """Wait between two attempts: not as long as a server likes, for nobody could stop it."""
        super().sleep(min(duration, LONGEST_WAIT))


LONGEST_WAIT = 5.0
"""Seconds."""


class _Body(io.BytesIO):
    """What was read. The SDK sets attributes on it."""


def _read(response: Any, **_: Any) -> None:  # noqa: ANN401 - requests' own words
    """Read the body whole; requests calls this when it has read the headers."""
    deadline, body = time.monotonic() + LONGEST, _Body()
    try:
        while piece := response.raw.read1(_PIECE, decode_content=True):
            body.write(piece)
            if time.monotonic() > deadline:
                response.close()
                raise ServiceResponseTimeoutError(f"no whole answer within {LONGEST:.0f} s")
    except HTTPError as error:
        response.close()
        raise IncompleteReadError(f"the answer broke off: {error}") from error
    body.seek(0)
    response.raw = body
