"""What a private zone holds under a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from scanner.findings import Evidence
from scanner.resources import ResourceId
from scanner.resources.record_set import CnameRecordSet, RecordSet
from scanner.topology import Topology, once

ZoneRecord: TypeAlias = RecordSet | CnameRecordSet


def held(topology: Topology, zone: ResourceId, label: str) -> ZoneRecord | None:
    """
    Return the record by which a zone answers for a name; None when it has none.

    Of wildcards, which stand for every name that a zone does not hold, the
    nearest one: `*.b` before `*` for `a.b`.

    Source: https://learn.microsoft.com/azure/dns/dns-zones-records#wildcard-records
    """
    own = records(topology, zone)
    found = own.get(label)
    while found is None and label not in {"@", ""}:
        label = label.partition(".")[2]
        found = own.get(f"*.{label}" if label else "*")
    return found


def relative(name: str, zone: ResourceId) -> str:
    """
    Return a name as its record in a zone is called; `@` is the zone itself.

    Source: https://learn.microsoft.com/azure/dns/dns-zones-records#record-names
    """
    return name.removesuffix(zone.name.lower().rstrip(".")).rstrip(".") or "@"


def records(topology: Topology, zone: ResourceId) -> Mapping[str, ZoneRecord]:
    """Return the records of a zone by name, in lower case. An alias stands alone."""
    return _records(topology).get(zone, {})


def told(record: RecordSet) -> Evidence:
    """Return the addresses of a record as evidence."""
    pointer = f"/properties/{'records' if record.properties.a_records is None else 'aRecords'}"
    return Evidence(record.id, "", pointer, list(record.addresses))


def unread_records(topology: Topology, zone: ResourceId) -> str:
    """Say why records of a zone may be hidden; empty when none is."""
    for kind in (RecordSet, CnameRecordSet):
        for gap in topology.unread(kind, zone):
            return f"the records of {zone.name}: {gap.reason}"
    return ""


@once
def _records(topology: Topology) -> dict[ResourceId, dict[str, ZoneRecord]]:
    found: dict[ResourceId, dict[str, ZoneRecord]] = {}
    every: tuple[ZoneRecord, ...] = (*topology.all(CnameRecordSet), *topology.all(RecordSet))
    for record in every:
        found.setdefault(record.id.parent, {})[record.id.name.lower()] = record
    return found
