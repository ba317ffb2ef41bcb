"""A GitHub on the loopback that takes and refuses SARIF as GitHub's documentation says."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
from report.github_rules import complaints

SCHEMA = Path(__file__).parents[1] / "report" / "sarif-schema-2.1.0.json"
OASIS = jsonschema_rs.Draft4Validator(json.loads(SCHEMA.read_text("utf-8")))

REPOSITORY = "octo-org/estate"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "ghs_secret"  # noqa: S105 - of nobody


@dataclass
class StandIn:
    """What it was told, and how it is to misbehave."""

    faults: list[tuple[int, Mapping[str, str], Any]] = field(default_factory=list)
    """Answers to give before any other: status, headers, body."""
    pending: int = 0
    """How often an upload is asked for in vain: first it is unknown, then pending."""
    refused: list[str] = field(default_factory=list)
    """What is found wrong with a file once it was taken."""
    analyses: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    api: str = ""

    @property
    def runs(self) -> list[Any]:
        return [run for log in self.uploads for run in log["runs"]]

    def take(self, headers: Mapping[str, str], body: Mapping[str, Any]) -> tuple[int, Any]:
        if headers.get("Content-Type") != "application/json":
            return 400, {"message": "Problems parsing JSON"}
        if body.keys() - {"commit_sha", "ref", "sarif", "tool_name", "started_at", "checkout_uri"}:
            return 422, {"message": "Invalid request."}
        if body["commit_sha"] != COMMIT or not re.fullmatch(r"refs/(heads|tags)/.+", body["ref"]):
            return 422, {"message": "Commit not found"}
        packed = base64.b64decode(body["sarif"], validate=True)
        if len(packed) > 10 * 2**20:
            return 413, {"message": "too large"}
        text = gzip.decompress(packed).decode()
        wrong = [error.message for error in OASIS.iter_errors(json.loads(text))]
        if wrong or (wrong := complaints(text)):
            return 400, {"message": wrong[0]}
        self.uploads.append(json.loads(text))
        return 202, {"id": f"{len(self.uploads):08}-dead-beef", "url": "https://example.invalid"}

    def state(self) -> tuple[int, Any]:
        if self.pending > 0:
            self.pending -= 1
            return (404, {"message": "Not Found"}) if self.pending else (200, _status("pending"))
        if self.refused:
            return 200, _status("failed") | {"errors": self.refused}
        return 200, _status("complete")


def _status(said: str) -> dict[str, Any]:
    return {"processing_status": said, "analyses_url": None}


class Handler(BaseHTTPRequestHandler):
    """Gives the stand-in what comes."""

    stand_in: StandIn

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self.answer(b"")

    def answer(self, body: bytes) -> None:
        url = urlsplit(self.path)
        self.stand_in.asked.append(f"{self.command} {url.path}")
        headers: Mapping[str, str] = {}
        if self.stand_in.faults:
            status, headers, said = self.stand_in.faults.pop(0)
        else:
            status, said = self.wrong() or self.told(url.path, parse_qs(url.query), body)
        content = json.dumps(said).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def wrong(self) -> tuple[int, Any] | None:
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}
        if self.headers["Accept"] != "application/vnd.github+json":
            return 415, {"message": "Unsupported 'Accept' header"}
        if self.headers["X-GitHub-Api-Version"] != "2022-11-28":
            return 400, {"message": "no such version"}
        return None

    def told(self, path: str, query: Mapping[str, list[str]], body: bytes) -> tuple[int, Any]:
        home = f"/repos/{REPOSITORY}/code-scanning"
        if self.command == "POST" and path == f"{home}/sarifs":
            return self.stand_in.take(dict(self.headers), json.loads(body))
        if path.startswith(f"{home}/sarifs/"):
            return self.stand_in.state()
        if path == f"{home}/analyses" and query["tool_name"] == ["aoai-scan"]:
            return 200, self.stand_in.analyses
        return 404, {"message": "Not Found"}

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def github() -> Iterator[StandIn]:
    stand_in = StandIn()
    handler = type("Bound", (Handler,), {"stand_in": stand_in})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    stand_in.api = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
