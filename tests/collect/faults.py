"""What the network and Azure do to an answer: every fault by its name."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from azure_stand_in import QUOTA, THROTTLED, Reply, error

HTML = "<html><title>Sign in</title><p>The proxy wants a word with you.</p></html>"
CLAIMS = base64.urlsafe_b64encode(b'{"access_token":{"nbf":{"essential":true}}}').decode()
CHALLENGE = f'Bearer error="insufficient_claims", claims="{CLAIMS}"'

Fault = Callable[[Reply], Reply]


def instead(reply: Reply) -> Fault:
    """Answer this, whatever the answer was."""
    return lambda _: reply


def page(**changes: Any) -> Fault:
    """Change what a page of Resource Graph says of itself; other answers pass."""

    def spoiled(reply: Reply) -> Reply:
        return replace(reply, body=reply.body | changes) if _is_page(reply) else reply

    return spoiled


def rows(change: Callable[[list[Any]], list[Any]]) -> Fault:
    """Change the rows of a page, and leave what it says of itself."""

    def spoiled(reply: Reply) -> Reply:
        if not (_is_page(reply) and reply.body["data"]):
            return reply
        return replace(reply, body=reply.body | {"data": change(reply.body["data"])})

    return spoiled


def recounted(change: Callable[[list[Any]], list[Any]]) -> Fault:
    """Change the rows of a page, and count them anew."""

    def spoiled(reply: Reply) -> Reply:
        changed = rows(change)(reply)
        if not _is_page(changed):
            return reply
        return replace(changed, body=changed.body | {"count": len(changed.body["data"])})

    return spoiled


def _is_page(reply: Reply) -> bool:
    return isinstance(reply.body, dict) and "totalRecords" in reply.body


def _nameless(found: list[Any]) -> list[Any]:
    return [{key: value for key, value in found[0].items() if key != "id"}, *found[1:]]


def _on_the_way(how: str) -> Fault:
    return lambda reply: replace(reply, wire=how)


FAULTS: Mapping[str, Fault] = {
    "throttled, the quota tells how long": instead(THROTTLED),
    "throttled, Retry-After tells how long": instead(error(429, "Busy", Retry_After="3")),
    "throttled for longer than we wait": instead(error(429, "Busy", Retry_After="9999")),
    "throttled without a word": instead(Reply("[]", 429)),
    "throttled with a nonsensical hint": instead(
        Reply("{}", 429, {"Retry-After": "soon", "x-ms-user-quota-resets-after": "1:2"})
    ),
    "no quota left": lambda reply: replace(reply, headers=QUOTA),
    "408": instead(error(408, "Timeout")),
    "500": instead(error(500, "InternalServerError")),
    "502 of a proxy": instead(Reply(HTML, 502, content_type="text/html")),
    "503 with Retry-After": instead(error(503, "Unavailable", Retry_After="2")),
    "504": instead(error(504, "GatewayTimeout")),
    "400": instead(error(400, "BadRequest")),
    "too large": instead(error(400, "ResponsePayloadTooLarge")),
    "expired token": instead(error(401, "ExpiredAuthenticationToken")),
    "claims challenge": instead(
        Reply({"error": {"code": "Claims"}}, 401, {"WWW-Authenticate": CHALLENGE})
    ),
    "denied": instead(error(403, "AuthorizationFailed")),
    "not found": instead(error(404, "ResourceNotFound")),
    "redirected": instead(Reply("", 302, {"Location": "/sign-in"})),
    "HTML in place of JSON": instead(Reply(HTML, content_type="text/html")),
    "HTML that is called JSON": instead(Reply(HTML)),
    "half a document": instead(Reply('{"totalRecords": 1, "data": [')),
    "nothing at all": instead(Reply("")),
    "null": instead(Reply("null")),
    "a list": instead(Reply("[]")),
    "no text": instead(Reply(b"\xff\xfe\x00{")),
    "gzip that is none": lambda reply: replace(reply, headers={"Content-Encoding": "gzip"}),
    "reset": _on_the_way("reset"),
    "broken off": _on_the_way("cut"),
    "byte by byte": _on_the_way("trickle"),
    "said to be cut short": page(resultTruncated="true"),
    "one more in all": lambda reply: (
        page(totalRecords=reply.body["totalRecords"] + 1)(reply) if _is_page(reply) else reply
    ),
    "nobody knows how many": page(totalRecords=None),
    "words for numbers": page(count="many"),
    "a page after the last": page(**{"$skipToken": "more"}),
    "a table": page(data={"columns": [], "rows": []}),
    "too many subscriptions": lambda reply: replace(
        reply, headers={"x-ms-tenant-subscription-limit-hit": "true"}
    ),
    "a row lost": rows(lambda found: found[1:]),
    "a row lost and not counted": recounted(lambda found: found[:-1]),
    "a row twice": rows(lambda found: [*found[:-1], found[0]]),
    "a row without an id": rows(_nameless),
    "a row that is none": rows(lambda found: ["row", *found[1:]]),
    "rows in another order": rows(lambda found: found[::-1]),
}
