"""Resources by number: the page names each by its ID once."""

from __future__ import annotations

from scanner.printable import printable
from scanner.resources import ResourceId

_MARKER = "/providers/"


class Numbers:
    """Numbers in the order in which they are asked for."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._numbers: dict[ResourceId, int] = {}
        self._scopes: dict[str, int] = {}

    def __call__(self, resource: ResourceId) -> int:
        """Return the number of a resource."""
        return self._numbers.setdefault(resource, len(self._numbers))

    def document(self) -> dict[str, object]:
        """Return the scopes, and of each resource its scope's number and the rest of its ID."""
        listed = [self._split(resource) for resource in self._numbers]
        return {"scopes": [*self._scopes], "ids": listed}

    def _split(self, resource: ResourceId) -> tuple[int, str]:
        text = printable(str(resource))
        start = text.lower().rfind(_MARKER)
        scope = text[:start] if start > 0 else ""
        return self._scopes.setdefault(scope, len(self._scopes)), text[len(scope) :]
