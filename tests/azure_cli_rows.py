"""The resources that commands of the Azure CLI change, and how a command names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]
Rows = dict[str, Document]
"""Resources as ARM returns them, by lower-case ID."""
Options = Mapping[str, str]
Command = Callable[[Rows, Options], None]

NETWORK = "Microsoft.Network"
ACCOUNTS = "Microsoft.CognitiveServices/accounts"


def named(options: Options, kind: str, *parents: str) -> str:
    """Return the ID of what -n names, in its group and below the parents that options name."""
    provider, *types = kind.split("/")
    names = [*(options[parent] for parent in parents), options.get("-n") or options["--name"]]
    path = "/".join(part for pair in zip(types, names, strict=True) for part in pair)
    scope = f"/subscriptions/{options['--subscription']}/resourceGroups/{options['-g']}"
    return f"{scope}/providers/{provider}/{path}"


def found(rows: Rows, arm_id: str) -> Document:
    """Return a resource, on its own or inside its parent."""
    if arm_id.lower() in rows:
        return rows[arm_id.lower()]
    parent, kind, name = arm_id.rsplit("/", 2)
    return next(c for c in children(rows, parent, kind) if c["name"].lower() == name.lower())


def children(rows: Rows, parent: str, kind: str) -> list[Document]:
    """Return the list of a parent's properties that holds its children of a kind."""
    properties = found(rows, parent).setdefault("properties", {})
    held: list[Document] = properties.setdefault(kind, [])
    return held


def properties(rows: Rows, arm_id: str) -> Document:
    said: Document = found(rows, arm_id).setdefault("properties", {})
    return said


def put(rows: Rows, arm_id: str, kind: str, said: Document) -> None:
    """Make a resource of its own."""
    name = arm_id.rpartition("/")[2]
    rows[arm_id.lower()] = {"id": arm_id, "name": name, "type": kind, "properties": said}


def put_child(rows: Rows, parent: str, kind: str, name: str, said: Document) -> None:
    """Make a child inside its parent, in place of one of that name."""
    held = children(rows, parent, kind)
    held[:] = [child for child in held if child["name"].lower() != name.lower()]
    held.append({"name": name, "id": f"{parent}/{kind}/{name}", "properties": said})


def drop_child(rows: Rows, arm_id: str) -> None:
    parent, kind, name = arm_id.rsplit("/", 2)
    held = children(rows, parent, kind)
    held[:] = [child for child in held if child["name"].lower() != name.lower()]


def value(text: str) -> Any:
    return {"true": True, "false": False}.get(text.lower(), text)
