"""Who asks: a token for the cloud's Resource Manager, from wherever there is one."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from threading import Lock
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError
from azure.identity import DefaultAzureCredential

from scanner.collect.attempts import one_line
from scanner.collect.clock import Clock
from scanner.collect.clouds import CLOUDS, Cloud
from scanner.collect.transport import SignInTransport
from scanner.errors import CollectionError

logger = logging.getLogger(__name__)

_RETRIES = 3

_FRESH = 60.0
"""Seconds. A token that is younger was not refused for its age."""


class Credential:
    """
    A credential that can forget its token.

    The SDK keeps a token for as long as it is said to hold; a resource that calls it
    expired gets the same one again.
    """

    def __init__(self, options: Mapping[str, object], clock: Clock) -> None:
        """Look for nothing yet. Raises ValueError for a wrong choice in the environment."""
        self._options, self._clock = options, clock
        self._inner = self._made()
        self._renewed_at = float("-inf")
        self._lock = Lock()

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401 - the SDK's
        """Return a token, as the SDK's protocol wants it."""
        return self._inner.get_token(*scopes, **options)

    def renew(self) -> None:
        """Forget every token; of many threads that learn that it expired, only the first does."""
        with self._lock:
            now = self._clock.elapsed()
            if now - self._renewed_at >= _FRESH:
                self._renewed_at = now
                self._inner.close()
                self._inner = self._made()

    def close(self) -> None:
        """Close its connections."""
        self._inner.close()

    def _made(self) -> DefaultAzureCredential:
        # A transport that was closed cannot be used again.
        patience = {"transport": SignInTransport(), "retry_total": _RETRIES}
        return DefaultAzureCredential(**self._options, **patience)


@contextmanager
def signed_in(cloud: Cloud, clock: Clock) -> Iterator[Credential]:
    """
    Yield a credential that has proved to have a token, and close it.

    Raises CollectionError, on one line, when nobody is signed in.

    Source: https://learn.microsoft.com/python/api/overview/azure/identity-readme
    """
    _hush()
    try:
        credential = Credential(_options(cloud), clock)
    except ValueError as error:
        raise CollectionError(f"no credential: {one_line(error)}; {_next_step(cloud)}") from error
    with closing(credential):
        try:
            credential.get_token(cloud.credential_scope)
        except (AzureError, ValueError) as error:
            said = _tried(str(error))
            raise CollectionError(
                f"no token for {cloud.resource_manager}: {said}; {_next_step(cloud)}"
            ) from error
        yield credential


def _hush() -> None:
    """
    Keep the SDK from telling stderr at length what we tell in one line.

    At debug level it would also tell of requests and tokens, whatever the level of ours.
    """
    for name in ("azure", "msal", "urllib3"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _options(cloud: Cloud) -> dict[str, object]:
    """
    Return what the credential must know of the cloud.

    Instance discovery asks a public host whether the authority is a real one; in a
    private or air-gapped cloud nobody answers.
    """
    options: dict[str, object] = {"authority": cloud.authority_host}
    if os.environ.get("AOAI_SCAN_INSTANCE_DISCOVERY", "").strip().lower() == "off":
        options["disable_instance_discovery"] = True
    return options


def _tried(message: str) -> str:
    """Turn the SDK's page of attempts into one line: who was asked, what the last one said."""
    attempts = [line.strip() for line in message.splitlines() if line.startswith("\t")]
    if not attempts:
        return one_line(message)
    for attempt in attempts:
        logger.info("tried %s", one_line(attempt))
    names = [attempt.partition(":")[0] for attempt in attempts]
    reason = attempts[-1].partition(":")[2]
    return f"tried {', '.join(names)}; the last said: {one_line(reason).rstrip('.')}"


def _next_step(cloud: Cloud) -> str:
    elsewhere = cloud.name in CLOUDS and cloud.name != "AzurePublic"
    named = {"AzureChina": "AzureChinaCloud"}.get(cloud.name, cloud.name)
    before = f"`az cloud set --name {named}` and " if elsewhere else ""
    return (
        f"sign in with {before}`az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and "
        "AZURE_CLIENT_SECRET (or AZURE_FEDERATED_TOKEN_FILE)"
    )
