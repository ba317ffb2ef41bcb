"""Microsoft.CognitiveServices/accounts: the account an Azure OpenAI model is served from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, TypeAlias

from scanner.resources.resource import (
    Embedded,
    Named,
    Properties,
    Reference,
    Relation,
    Resource,
    ResourceId,
    Table,
    embedded_rows,
    refer,
)
from scanner.resources.values import ApprovalState, one_of
from scanner.snapshot import Row

MODEL_KINDS = frozenset({"openai", "aiservices"})
"""
Kinds that host Azure OpenAI models, lower case.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/create-resource
"""

KeySource: TypeAlias = Annotated[str, one_of("Microsoft.CognitiveServices", "Microsoft.KeyVault")]


class IpRule(Properties):
    """An admitted public address or prefix."""

    value: str


class SubnetRule(Properties):
    """An admitted subnet, recognised by its service endpoint."""

    id: str
    ignore_missing_vnet_service_endpoint: bool | None = None


class NetworkAcls(Properties):
    """The account's own firewall."""

    default_action: Annotated[str, one_of("Allow", "Deny")] | None = None
    bypass: Annotated[str, one_of("AzureServices", "None")] | None = None
    ip_rules: tuple[IpRule, ...] | None = None
    virtual_network_rules: tuple[SubnetRule, ...] | None = None


class Encryption(Properties):
    """Whose key data at rest is encrypted with."""

    key_source: KeySource | None = None


class AccountProperties(Properties):
    """The part of an account we rely on."""

    custom_sub_domain_name: str | None = None
    provisioning_state: str | None = None
    endpoint: str | None = None
    endpoints: dict[str, str | None] | None = None
    public_network_access: str | None = None
    network_acls: NetworkAcls | None = None
    disable_local_auth: bool | None = None
    restrict_outbound_network_access: bool | None = None
    allowed_fqdn_list: tuple[str, ...] | None = None
    encryption: Encryption | None = None
    private_endpoint_connections: tuple[Embedded, ...] | None = None


class CognitiveServicesAccount(Resource[AccountProperties]):
    """An Azure AI account. `kind` tells Azure OpenAI from its siblings."""

    ARM_TYPE: ClassVar[str] = "microsoft.cognitiveservices/accounts"
    PROPERTIES: ClassVar[type[Properties]] = AccountProperties

    def references(self) -> Iterator[Reference]:
        """Yield the subnets its network rules admit."""
        acls = self.properties.network_acls
        for rule in (acls.virtual_network_rules or ()) if acls else ():
            yield Reference(Relation.ALLOWS, ResourceId(rule.id))

    def children(self) -> Iterator[Row]:
        """Yield the connections of private endpoints, as the account knows them."""
        connections = self.properties.private_endpoint_connections
        yield from embedded_rows(self.ARM_TYPE, "privateendpointconnections", connections)

    @property
    def is_subject(self) -> bool:
        """Whether it hosts Azure OpenAI models. An account that does not say may."""
        return not self.row.kind or self.row.kind.lower() in MODEL_KINDS

    @property
    def subdomain(self) -> str:
        """The first label of its host names, lower case; empty for a regional endpoint."""
        return (self.properties.custom_sub_domain_name or "").lower()


class ConnectionState(Properties):
    """What the owner of the service answered."""

    status: ApprovalState | None = None


class ConnectionProperties(Properties):
    """The part of a private endpoint connection we rely on."""

    private_link_service_connection_state: ConnectionState
    private_endpoint: Named | None = None


class PrivateEndpointConnection(Resource[ConnectionProperties]):
    """A private endpoint as the account sees it: what it says of `status` is the truth."""

    ARM_TYPE: ClassVar[str] = "microsoft.cognitiveservices/accounts/privateendpointconnections"
    TABLE: ClassVar[Table] = Table.PARENT
    PROPERTIES: ClassVar[type[Properties]] = ConnectionProperties

    def references(self) -> Iterator[Reference]:
        """Yield the account it belongs to and the private endpoint that asked."""
        yield Reference(Relation.PART_OF, self.id.parent)
        yield from refer(Relation.CONNECTS, self.properties.private_endpoint)

    @property
    def status(self) -> str:
        """`approved`, `pending`, `rejected`, `disconnected`; empty when Azure does not say."""
        return (self.properties.private_link_service_connection_state.status or "").lower()
