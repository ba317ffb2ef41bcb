"""The role in docs/role.json allows what is read, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure_stand_in import ONE, Azure, Reply, resource, stand_in

from scanner.collect import Scope
from scanner.collect.permissions import ON_REQUEST, permissions
from scanner.collect.queries import asked_types
from scanner.collect.readers import READERS
from scanner.resources.resource import ResourceId

ROLE = json.loads((Path(__file__).parents[2] / "docs" / "role.json").read_text())


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    with stand_in(monkeypatch, tmp_path) as azure:
        yield azure


def test_the_role_is_the_list_that_the_collector_keeps() -> None:
    assert ROLE["Actions"] == list(permissions())
    assert ROLE["DataActions"] == []


def test_nothing_is_allowed_but_to_read_and_the_actions_on_request() -> None:
    assert {one for one in permissions() if not one.endswith("/read")} == set(ON_REQUEST.values())


def test_every_path_of_resource_manager_that_is_asked_is_allowed(azure: Azure) -> None:
    paths: list[str] = []

    def seen(asked: str, reply: Reply) -> Reply:
        paths.append(asked)
        return reply

    azure.spoil = seen
    held = {kind for kind in READERS if kind in asked_types()}
    parents = {kind.rpartition("/")[0] for kind in held} - {"microsoft.cognitiveservices"}
    azure.tables["resources"] = [_row(kind) for kind in sorted(parents)]
    account = resource("Microsoft.CognitiveServices/accounts", "aoai") | {"kind": "OpenAI"}
    zone = resource("Microsoft.Network/privateDnsZones", "z", numberOfRecordSets=9)
    zone["properties"]["numberOfVirtualNetworkLinks"] = 9
    azure.tables["resources"] += [account, zone]
    azure.read(Scope(subscriptions=(ONE,)))
    asked = {_permission(path) for path in paths if "/providers/" in path and ONE in path}
    assert len(asked) >= 8
    assert asked <= set(permissions())


def _row(kind: str) -> dict[str, object]:
    return resource(kind, "parent")


def _permission(path: str) -> str:
    """Return what it takes to read what is at a path, or in the list there."""
    parts = ResourceId(path).rpartition("/providers/")[2].split("/")
    return "/".join((*parts[:1], *parts[1::2], "read"))
