"""Rows, snapshots and rules for the command line to chew on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SUBSCRIPTION = "0a1b2c3d-0000-4000-8000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
ACCOUNT = "microsoft.cognitiveservices/accounts"
NETWORK = "microsoft.network/virtualnetworks"

HOSTILE = "\x1b[2J\x1b]0;pwned\x07one\ntwo\rthree\x00\x7f\x9b\u202eexe\u2066\u200b\u2028end"
STEERING = {*range(0x20), *range(0x7F, 0xA0), 0x200B, 0x2028, 0x202E, 0x2066} - {ord("\n")}


def row(kind: str, name: str, properties: Any = None) -> dict[str, Any]:
    return {
        "id": f"{GROUP}/providers/{kind}/{name}",
        "type": kind,
        "name": name,
        "location": "swedencentral",
        "properties": {} if properties is None else properties,
    }


def account(name: str = "aoai", access: str = "Disabled") -> dict[str, Any]:
    """Return an account's row: private unless it is told to be `Enabled`."""
    properties = {
        "publicNetworkAccess": access,
        "endpoint": f"https://{name}.openai.azure.com/",
        "privateEndpointConnections": [],
    }
    return {**row(ACCOUNT, name, properties), "kind": "OpenAI", "sku": {"name": "S0"}}


PRIVATE, PUBLIC = account(), account(access="Enabled")


def snapshot(*rows: Any, **changes: Any) -> str:
    """Return the text of a saved snapshot that claims to be complete."""
    document = {
        "format": "aoai-scan/snapshot/1",
        "takenAt": "2026-11-01T03:00:00Z",
        "subscriptions": [{"id": SUBSCRIPTION, "name": "prod"}],
        "gaps": [],
        "rows": rows,
    }
    return json.dumps(document | changes)


def saved(name: str, *rows: Any, **changes: Any) -> str:
    """Write a snapshot into the current folder; return its name."""
    Path(name).write_text(snapshot(*rows, **changes), "utf-8")
    return name


RULE = """\
id: {id}
name: {name}
summary: The account lies in Sweden.
severity: {severity}
for: Microsoft.CognitiveServices/accounts
assert: {{field: location, notEquals: swedencentral}}
message: "{{name}} lies in Sweden."
rationale: Somebody has to be first.
remediation: {{text: Move it.}}
references: [https://learn.microsoft.com/azure/]
examples:
  - {{name: it does, given: hub-and-spoke, expect: {{aoai-prod: {expected}}}}}
"""


def rules(  # noqa: PLR0913 - each has a default
    folder: str = "mine",
    file: str = "in-sweden.yaml",
    *,
    id: str = "AOAI190",  # noqa: A002 - as in the file
    name: str = "in-sweden",
    severity: str = "low",
    expected: str = "fail",
) -> str:
    """Write a folder with one rule, which the demo violates; return the folder's name."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    text = RULE.format(id=id, name=name, severity=severity, expected=expected)
    Path(folder, file).write_text(text, "utf-8")
    return folder
