"""The parts of a snapshot: rows as Azure gave them, and who was asked for what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from scanner.errors import SnapshotError
from scanner.printable import printable
from scanner.snapshot.coverage import Coverage
from scanner.snapshot.gap import Gap

FORMAT = "aoai-scan/snapshot/1"

NULL = msgspec.Raw(b"null")


class Row(msgspec.Struct, kw_only=True, rename="camel", gc=False):
    """
    One resource: a Resource Graph record or the body of an ARM GET.

    Only the envelope is read; `properties` stay the bytes Azure sent until a
    resource or a rule asks for them. `id` and `type` are empty when Azure, or
    whoever wrote the snapshot, left them out.
    """

    id: str = ""
    type: str = ""
    name: str | None = None
    kind: str | None = None
    location: str | None = None
    resource_group: str | None = None
    subscription_id: str | None = None
    tenant_id: str | None = None
    managed_by: str | None = None
    sku: msgspec.Raw = NULL
    identity: msgspec.Raw = NULL
    tags: msgspec.Raw = NULL
    zones: msgspec.Raw = NULL
    properties: msgspec.Raw = NULL

    def document(self) -> Mapping[str, Any]:
        """
        Return the row as the JSON object it was; what is absent or null is left out.

        Raises SnapshotError for what JSON can write and nobody can hold: 1e999.
        """
        try:
            nested = {key: msgspec.json.decode(getattr(self, key)) for key in _NESTED}
        except (ValueError, RecursionError) as error:
            raise SnapshotError(
                f"{printable(self.id)}: cannot be read: {error}; mend it"
            ) from error
        plain = {key: getattr(self, attribute) for attribute, key in _PLAIN}
        return {key: value for key, value in (plain | nested).items() if value is not None}


_NESTED = ("sku", "identity", "tags", "zones", "properties")
_PLAIN = tuple(
    (field.name, field.encode_name)
    for field in msgspec.structs.fields(Row)
    if field.name not in _NESTED
)


class Subscription(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A subscription that was asked for. `id` is its GUID."""

    id: str
    name: str = ""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """
    Every row a scan is about. Saved and loaded, it replays the scan without Azure.

    `types` are the ARM types (lower case) that were asked for; None claims all
    of them. A type that the scanner knows and the snapshot was never asked for
    is a gap, so that an old snapshot does not vouch for what it could not know.
    """

    rows: tuple[Row, ...]
    taken_at: str | None = None
    cloud: str = "AzurePublic"
    subscriptions: tuple[Subscription, ...] = ()
    gaps: tuple[Gap, ...] = ()
    types: tuple[str, ...] | None = None
    coverage: Coverage | None = None
    """How the reading went; None when the snapshot does not say."""
    vouches: bool = True
    """False for bare rows, which make no claim that everything was read."""
    doubts: tuple[Gap, ...] = ()
    """Gaps that bare rows seem to have, unless somebody vouches for the rows."""
