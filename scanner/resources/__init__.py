"""Azure's nouns. One module per resource type; `RESOURCE_TYPES` is the whole list."""

from __future__ import annotations

from scanner.resources.inventory import BY_TYPE, Inventory, declared, parse
from scanner.resources.resource import (
    AnyResource,
    Properties,
    Reference,
    Relation,
    Resource,
    ResourceId,
    Table,
)
from scanner.resources.types import RESOURCE_TYPES

__all__ = [
    "BY_TYPE",
    "RESOURCE_TYPES",
    "AnyResource",
    "Inventory",
    "Properties",
    "Reference",
    "Relation",
    "Resource",
    "ResourceId",
    "Table",
    "declared",
    "parse",
]
