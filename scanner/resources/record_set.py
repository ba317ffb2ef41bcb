"""Microsoft.Network/privateDnsZones/A and /CNAME: what a private zone answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from scanner.resources.resource import (
    Properties,
    Reference,
    Relation,
    Resource,
    Table,
)
from scanner.resources.values import Address


class AddressRecord(Properties):
    """One address of an A record set."""

    ipv4_address: Address


class RecordSetProperties(Properties):
    """The part of an A record set we rely on, in ARM's spelling and in Resource Graph's."""

    a_records: tuple[AddressRecord, ...] | None = None
    records: tuple[AddressRecord, ...] | None = None
    ttl: int | None = None
    fqdn: str | None = None
    metadata: dict[str, str | None] | None = None

    def __post_init__(self) -> None:
        """Demand the records: a set whose addresses nobody told is not an empty one."""
        if self.a_records is None and self.records is None:
            raise ValueError("neither `aRecords` nor `records`")


class RecordSet(Resource[RecordSetProperties]):
    """An A record set of a private zone."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/privatednszones/a"
    TABLE: ClassVar[Table] = Table.DNS_RESOURCES
    PROPERTIES: ClassVar[type[Properties]] = RecordSetProperties

    def references(self) -> Iterator[Reference]:
        """Yield its zone."""
        yield Reference(Relation.PART_OF, self.id.parent)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses it answers with, in the order given, each once."""
        records = (*(self.properties.a_records or ()), *(self.properties.records or ()))
        return tuple(dict.fromkeys(record.ipv4_address for record in records))


class Alias(Properties):
    """The name that a CNAME record stands for."""

    cname: str


class CnameRecordSetProperties(Properties):
    """The part of a CNAME record we rely on, in ARM's spelling and in Resource Graph's."""

    cname_record: Alias | None = None
    records: tuple[Alias, ...] | None = None
    ttl: int | None = None
    fqdn: str | None = None

    def __post_init__(self) -> None:
        """Demand the name it stands for."""
        if self.cname_record is None and not self.records:
            raise ValueError("neither `cnameRecord` nor `records`")


class CnameRecordSet(Resource[CnameRecordSetProperties]):
    """A CNAME record of a private zone."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/privatednszones/cname"
    TABLE: ClassVar[Table] = Table.DNS_RESOURCES
    PROPERTIES: ClassVar[type[Properties]] = CnameRecordSetProperties

    def references(self) -> Iterator[Reference]:
        """Yield its zone."""
        yield Reference(Relation.PART_OF, self.id.parent)

    @property
    def cname(self) -> str:
        """The name it stands for, lower case, without a final dot."""
        properties = self.properties
        aliases = (properties.cname_record, *(properties.records or ()))
        return next((alias.cname.lower().rstrip(".") for alias in aliases if alias), "")
