"""A small Azure on the loopback interface: sign-in, Resource Graph, and what ARM has besides."""

from __future__ import annotations

import functools
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from typing import Any

import kql
import pytest
import trustme

from scanner.collect import Cloud, Scope, collect
from scanner.collect.clock import Clock
from scanner.snapshot import Snapshot

JSON = "application/json"
TABLES = ("resourcecontainers", "resources", "dnsresources", "networkresources")
TENANT = "00000000-0000-0000-0000-0000000000aa"
ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"
TAKEN_AT = datetime(2026, 11, 1, 3, 0, 0, tzinfo=UTC)
SPARE = {"x-ms-user-quota-remaining": "14", "x-ms-user-quota-resets-after": "00:00:05"}
QUOTA = {"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:05"}


@dataclass(frozen=True)
class Reply:
    """An HTTP answer. A document is sent as JSON, text as it is."""

    body: Any
    """Bytes go as they are."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON
    wire: str = ""
    """What befalls it on the way: `reset`, `cut` in half, or a `trickle`."""


def error(status: int, code: str, **headers: str) -> Reply:
    body = {"error": {"code": code, "message": f"said\n {code}", "details": [{"code": code}]}}
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Reply(body, status, named)


THROTTLED = Reply({"error": {"code": "RateLimiting", "message": "slow down"}}, 429, QUOTA)


@dataclass
class Azure:
    """What the stand-in holds, and what it was asked."""

    subscriptions: dict[str, str] = field(default_factory=lambda: {ONE: "production"})
    """Readable ones: id to name."""
    groups: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    children: dict[str, Reply] = field(default_factory=dict)
    """By path, lower case."""
    computed: dict[str, Reply] = field(default_factory=dict)
    """By path, lower case: what is answered to a POST, a while after it."""
    told: dict[str, Reply] = field(default_factory=dict)
    """By path, lower case: what is answered to a POST at once."""
    looks: int = 1
    """How often one looks before it is there."""
    rows_a_page: int = 1000
    delay: float = 0.0
    """Seconds before a GET is answered."""
    busiest: int = 0
    """GETs that were under way at once."""
    interfere: Callable[[dict[str, Any]], Reply | None] = lambda _: None
    """Answer a question to Resource Graph in the stand-in's place."""
    spoil: Callable[[str, Reply], Reply] = lambda _, reply: reply
    """Change the answer to whatever is asked at a path or of a table."""
    token: Reply = field(
        default_factory=lambda: Reply(
            {"token_type": "Bearer", "expires_in": 3600, "access_token": "stand-in-token"}
        )
    )
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    _busy: int = 0
    _looked: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def cloud(self) -> Cloud:
        return Cloud(self.url, self.url, f"{self.url}/.default", self.url)

    @property
    def clock(self) -> Clock:
        """A clock on which only waiting takes time."""
        return Clock(
            now=lambda: TAKEN_AT + timedelta(seconds=sum(self.waits)),
            elapsed=lambda: sum(self.waits),
            wait=self._wait,
            chance=lambda: 0.0,
        )

    def _wait(self, stopped: Event, seconds: float) -> bool:
        self.waits.append(seconds)
        return stopped.is_set()

    def read(
        self, scope: Scope | None = None, progress: Callable[[str], None] | None = None
    ) -> Snapshot:
        """Collect what the stand-in holds, by default of the first subscription."""
        scope = scope or Scope(subscriptions=(ONE,))
        progress = progress or self.words.append
        return collect(scope, cloud=self.cloud, progress=progress, clock=self.clock)

    def table(self, name: str) -> list[dict[str, Any]]:
        """The questions that were asked of a table."""
        return [body for body in self.asked if body["query"].startswith(f"{name} ")]

    def get(self, path: str) -> Reply:
        if path.endswith("openid-configuration"):
            at = f"{self.url}/{TENANT}"
            return Reply(
                {
                    "issuer": f"{at}/v2.0",
                    "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{at}/oauth2/v2.0/token",
                }
            )
        asked = path.lower().removesuffix("/result")
        if asked in self._looked:
            self._looked[asked] += 1
            is_there = self._looked[asked] >= self.looks
            return self.computed[asked] if is_there else Reply("", 202, {"Retry-After": "1"})
        with self._counted():
            time.sleep(self.delay)
        return self.children.get(path.lower()) or self._resource(path.lower())

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        yield
        with self._lock:
            self._busy -= 1

    def _resource(self, path: str) -> Reply:
        """Answer a GET of a resource, or of a list below one, which is empty unless told."""
        held = {row["id"].lower(): row for rows in self.tables.values() for row in rows}
        if path in held:
            return Reply({key: value for key, value in held[path].items() if value})
        if path.rpartition("/")[0] in held:
            return Reply({"value": []})
        return error(404, "ResourceNotFound")

    def post(self, path: str, body: bytes) -> Reply:
        if path.endswith("/oauth2/v2.0/token"):
            return self.token
        if path.lower() in self.computed:
            self._looked[path.lower()] = 0
            at = f"{self.url}{path}/result"
            return Reply("", 202, {"Location": at, "Retry-After": "1"})
        if path.lower() in self.told:
            return self.told[path.lower()]
        if not path.lower().endswith("/providers/microsoft.resourcegraph/resources"):
            return error(404, "ResourceNotFound")
        question = json.loads(body)
        self.asked.append(question)
        return self.interfere(question) or self._rows(question)

    def _rows(self, question: dict[str, Any]) -> Reply:
        listed = question.get("subscriptions")
        for group in question.get("managementGroups", ()):
            if group not in self.groups:
                return error(403, "AuthorizationFailed")
            listed = [*(listed or ()), *self.groups[group]]
        readable = [one for one in self.subscriptions if listed is None or one in listed]
        if not readable:
            return error(400, "NoValidSubscriptionsInQueryRequest")
        containers = [container(one, self.subscriptions[one]) for one in readable]
        held = dict.fromkeys(TABLES, ()) | self.tables | {"resourcecontainers": containers}
        visible = {
            table: [row for row in rows if row["subscriptionId"] in readable]
            for table, rows in held.items()
        }
        try:
            rows = kql.run(question["query"], visible)
        except kql.ParserFailureError:
            return error(400, "InvalidQuery")
        start = question["options"].get("$skip", 0)
        size = min(self.rows_a_page, question["options"]["$top"])
        return page(rows[start : start + size], len(rows), start + size)


def page(rows: list[Any], total: int, token: int | str | None = None, **more: Any) -> Reply:
    """One page of Resource Graph; the last one when its token points past the end."""
    document: dict[str, Any] = {
        "totalRecords": total,
        "count": len(rows),
        "data": rows,
        "facets": [],
        "resultTruncated": "false",
    }
    if isinstance(token, str) or (token is not None and token < total):
        document["$skipToken"] = str(token)
    return Reply(document | more, headers=SPARE)


def container(subscription: str, name: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{subscription}",
        "name": name,
        "type": "microsoft.resources/subscriptions",
        "subscriptionId": subscription,
        "tenantId": TENANT,
    }


def resource(kind: str, name: str, subscription: str = ONE, **properties: Any) -> dict[str, Any]:
    """A row as Resource Graph writes it, empty things and all."""
    return {
        "id": f"/subscriptions/{subscription}/resourceGroups/rg/providers/{kind}/{name}",
        "name": name,
        "type": kind.lower(),
        "kind": "",
        "location": "westeurope",
        "resourceGroup": "rg",
        "subscriptionId": subscription,
        "tenantId": TENANT,
        "managedBy": "",
        "sku": None,
        "identity": None,
        "tags": {},
        "zones": None,
        "properties": properties,
    }


@functools.cache
def _certified() -> tuple[bytes, ssl.SSLContext]:
    """Return an authority to trust, and the stand-in's side of the encryption."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    return authority.cert_pem.bytes(), tls


class _Server(ThreadingHTTPServer):
    azure: Azure

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of callers that hung up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 5

    def do_GET(self) -> None:
        azure = self.server.azure
        path = self.path.partition("?")[0]
        self._send(azure.spoil(path, azure.get(path)))

    def do_POST(self) -> None:
        azure = self.server.azure
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.partition("?")[0]
        reply = azure.post(path, body)
        is_query = path.lower().endswith("/providers/microsoft.resourcegraph/resources")
        asked = azure.asked[-1]["query"].partition(" ")[0] if is_query else path
        self._send(azure.spoil(asked, reply))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's word
        pass

    def _send(self, reply: Reply) -> None:
        if reply.wire == "reset":
            self._hang_up()
            return
        body = reply.body
        if not isinstance(body, bytes):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.wire == "trickle":
            self._trickle(body)
        self.wfile.write(body[: len(body) // 2] if reply.wire == "cut" else body)
        if reply.wire:
            self._hang_up()

    def _trickle(self, body: bytes) -> None:
        for place in range(min(len(body), 100)):
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            time.sleep(0.01)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Azure]:
    """Serve an Azure on a free port, and point the environment at it."""
    azure = Azure()
    certificate = folder / "ca.pem"
    trusted, tls = _certified()
    certificate.write_bytes(trusted)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.azure = azure
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    azure.url = f"https://localhost:{server.server_port}"
    environment = {
        "REQUESTS_CA_BUNDLE": str(certificate),
        "NO_PROXY": "localhost,127.0.0.1",
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": "stand-in",
        "AZURE_CLIENT_SECRET": "not-a-secret",
        "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential",
        "AOAI_SCAN_INSTANCE_DISCOVERY": "off",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield azure
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
