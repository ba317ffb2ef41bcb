"""The parts every Azure resource shares: an ID, a name, properties, and references to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar

import msgspec

from scanner.errors import SnapshotError
from scanner.snapshot import Row


class ResourceId(str):
    """
    An ARM resource ID. Two IDs that differ only in case are the same resource.

    It *is* the lower-case form, so that hashing and comparing cost what they
    cost a `str`; it *prints* as it was first seen.

    Source: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    """

    __slots__ = ("_parent", "text")
    text: str
    _parent: ResourceId

    def __new__(cls, text: str) -> Self:
        """Keep the text as seen beside the form it is compared in."""
        text = text.rstrip("/")
        self = super().__new__(cls, text.lower())
        self.text = text
        return self

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"ResourceId({self.text!r})"

    def __format__(self, spec: str) -> str:
        return format(self.text, spec)

    @property
    def type(self) -> str:
        """The ARM type that the ID itself states, lower case; empty if it states none."""
        _, found, provided = self.rpartition("/providers/")
        parts = provided.split("/") if found else []
        return "/".join([*parts[:1], *parts[1::2]])

    @property
    def name(self) -> str:
        """The last part of the ID: the name of the resource itself."""
        return self.text.rpartition("/")[2]

    @property
    def path(self) -> str:
        """The names from the outermost resource to this one: `hub/endpoints` for a subnet."""
        provided = self.text.lower().rpartition("/providers/")[2]
        return "/".join(self.text[len(self.text) - len(provided) :].split("/")[2::2])

    @property
    def parent(self) -> ResourceId:
        """The resource this one is a child of; for a top-level resource, its provider."""
        try:
            return self._parent
        except AttributeError:
            self._parent = ResourceId(self.text.rpartition("/")[0].rpartition("/")[0])
            return self._parent

    @property
    def subscription(self) -> str:
        """The GUID of the subscription, lower case; empty outside one."""
        return self._after("/subscriptions/").lower()

    @property
    def resource_group(self) -> str:
        """The name of the resource group; empty outside one."""
        return self._after("/resourcegroups/")

    def _after(self, marker: str) -> str:
        start = self.find(marker)
        return "" if start < 0 else self.text[start + len(marker) :].partition("/")[0]

    def lies_in(self, scope: str) -> bool:
        """Tell whether this is `scope` (an ID) or something below it."""
        scope = scope.lower().rstrip("/")
        return self == scope or self.startswith(scope + "/")


class Relation(StrEnum):
    """
    What an edge of the topology means, read from source to target.

    The inverse is how a rule says the same edge read from target to source.
    """

    inverse: str

    ALLOWS = "allows", "allowedBy"
    """A network rule of an account admits a subnet by its service endpoint."""
    ASSOCIATES = "associates", "associatedBy"
    """A perimeter's association and the resource it governs."""
    ATTACHED_TO = "attachedTo", "hasInterface"
    """A network interface and the virtual machine, or the private endpoint, it belongs to."""
    CONNECTS = "connects", "connectedBy"
    """A connection and the ends it joins: gateways, a hub's VNet, an account's private endpoint."""
    FORWARDS_FOR = "forwardsFor", "forwardedBy"
    """A link of a forwarding ruleset and the VNet that asks by it."""
    GUARDED_BY = "guardedBy", "guards"
    """A subnet or network interface and its network security group."""
    INHERITS = "inherits", "inheritedBy"
    """A firewall policy and its base policy."""
    LEAVES_BY = "leavesBy", "exitOf"
    """A DNS forwarding ruleset and the outbound endpoint its queries leave by."""
    LINKED_TO = "linkedTo", "linkedBy"
    """A virtual network link of a private DNS zone and the VNet that asks the zone."""
    MEMBER_OF = "memberOf", "hasMember"
    """A network interface or private endpoint and its application security group."""
    PART_OF = "partOf", "has"
    """A child resource and its parent."""
    PEERS_WITH = "peersWith", "peeredBy"
    """One side of a peering and the remote VNet, whatever the state."""
    PLACED_IN = "placedIn", "holds"
    """A resource with an address of its own and the subnet (or VNet) it sits in."""
    REGISTERS_IN = "registersIn", "registeredBy"
    """A private endpoint's zone group and the private DNS zone it keeps records in."""
    ROUTED_BY = "routedBy", "routes"
    """A subnet, or a hub connection, and its route table."""
    RULED_BY = "ruledBy", "rules"
    """An Azure Firewall and its policy; a rule association and its profile."""
    SERVES = "serves", "servedBy"
    """A private endpoint and a service it has an *approved* connection to."""
    TARGETS = "targets", "targetedBy"
    """A private endpoint and a service it asked to connect to, whatever the answer."""
    TRANSLATED_BY = "translatedBy", "translates"
    """A subnet and the NAT gateway its outbound traffic leaves by."""
    USES_ADDRESS = "usesAddress", "addressOf"
    """A resource and a public IP address of its own."""

    def __new__(cls, name: str, inverse: str) -> Self:
        """Make the member, its inverse beside it."""
        self = str.__new__(cls, name)
        self._value_ = name
        self.inverse = inverse
        return self


@dataclass(frozen=True, slots=True)
class Reference:
    """One resource naming another."""

    relation: Relation
    target: ResourceId


class Table(StrEnum):
    """Where Azure tells of resources of a type."""

    RESOURCES = "resources"
    DNS_RESOURCES = "dnsresources"
    NETWORK_RESOURCES = "networkresources"
    ARM = "ARM"
    """Not in Resource Graph: one ARM GET per parent."""
    PARENT = "parent"
    """Inside the properties of its parent."""
    ON_REQUEST = "on request"
    """Computed by Azure when somebody asks: who did not ask misses nothing."""


class Properties(msgspec.Struct, rename="camel", gc=False):
    """
    The `properties` of a resource: what we rely on, under ARM's names.

    Unknown keys are skipped. A field without a default is required: a row
    without it becomes a gap. Everything else may be absent or null.
    """


class Named(Properties):
    """A reference as ARM writes it: `{"id": ...}`."""

    id: str


class Embedded(Properties):
    """A child resource as its parent's properties hold it."""

    id: str
    name: str | None = None
    properties: msgspec.Raw = msgspec.Raw(b"{}")


class _Sku(Properties):
    """What was paid for."""

    name: str | None = None


_SKU = msgspec.json.Decoder(_Sku | None)

P = TypeVar("P", bound=Properties)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource(Generic[P]):
    """
    A resource as its row describes it. Subclasses say what their type refers to.

    They add no fields, so they are plain classes: forty more dataclasses would
    cost every start 50 ms.
    """

    ARM_TYPE: ClassVar[str]
    """Lower case."""
    TABLE: ClassVar[Table] = Table.RESOURCES
    PROPERTIES: ClassVar[type[Any]]

    id: ResourceId
    name: str
    row: Row = field(repr=False)
    properties: P = field(repr=False)

    @property
    def tags(self) -> Mapping[str, str]:
        """
        Its tags, names in lower case: Azure compares them in any, and values exactly.

        Source: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
        """
        try:
            held = msgspec.json.decode(self.row.tags)
        except (msgspec.DecodeError, RecursionError) as error:
            raise SnapshotError(f"{self.id}: tags cannot be read: {error}; mend it") from error
        pairs = held.items() if isinstance(held, dict) else ()
        return {name.lower(): value for name, value in pairs if isinstance(value, str)}

    @property
    def sku(self) -> str:
        """The name of what was paid for, in lower case; empty when the row does not say."""
        try:
            sku = _SKU.decode(self.row.sku)
        except (ValueError, RecursionError):
            return ""
        return (sku.name or "").lower() if sku else ""

    def references(self) -> Iterator[Reference]:
        """Yield the resources this one names."""
        yield from ()

    def children(self) -> Iterator[Row]:
        """Yield the resources that came inside this one's properties."""
        yield from ()

    @property
    def is_subject(self) -> bool:
        """Whether rules for this type speak of this resource."""
        return True


AnyResource: TypeAlias = Resource[Any]


def embedded_rows(parent_type: str, kind: str, items: tuple[Embedded, ...] | None) -> Iterator[Row]:
    """Yield the rows of child resources that stand inside their parent's properties."""
    for item in items or ():
        yield Row(
            id=item.id,
            type=f"{parent_type}/{kind}",
            name=item.name or ResourceId(item.id).name,
            properties=item.properties,
        )


def refer(relation: Relation, *targets: Named | None) -> Iterator[Reference]:
    """Yield a reference for each target that is there."""
    for target in targets:
        if target is not None and target.id:
            yield Reference(relation, ResourceId(target.id))
