"""Which private endpoints lead to an account, where they sit, and at which addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.topology import Topology, once, once_each


@dataclass(frozen=True, slots=True)
class Approved:
    """A private endpoint with an approved connection to an account."""

    id: ResourceId
    account: CognitiveServicesAccount
    endpoint: PrivateEndpoint | None
    """None when it lies outside the snapshot."""

    @property
    def network(self) -> ResourceId | None:
        """The VNet it sits in; None when it lies outside the snapshot."""
        return self.endpoint.network if self.endpoint else None


@once
def accounts(topology: Topology) -> tuple[CognitiveServicesAccount, ...]:
    """Return the accounts that host Azure OpenAI models, by ID."""
    return tuple(a for a in topology.all(CognitiveServicesAccount) if a.is_subject)


@once_each
def approved(topology: Topology, account: CognitiveServicesAccount) -> tuple[Approved, ...]:
    """
    Return the endpoints through which an account can be reached, by ID.

    The account's own list decides; only where Azure did not give it does the
    endpoint's word count.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    """
    if account.properties.private_endpoint_connections is None:
        serving = topology.sources(account.id, Relation.SERVES)
    else:
        serving = tuple(_listed(topology, account))
    return tuple(Approved(i, account, topology.get(PrivateEndpoint, i)) for i in serving)


@once_each
def addresses(topology: Topology, endpoint: PrivateEndpoint) -> frozenset[str]:
    """
    Return the private addresses of an endpoint; empty when they are not known.

    Its interface knows them always; `customDnsConfigs` is empty when a zone
    group manages the names.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    return frozenset(address for address, _ in _attributed(topology, endpoint))


def addresses_of(topology: Topology, endpoint: PrivateEndpoint, hostname: str) -> frozenset[str]:
    """
    Return those of an endpoint's addresses that are for one name; empty when nobody says.

    An account with several names has an address for each. The only address of
    an endpoint is for every name.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    held = _attributed(topology, endpoint)
    if len({address for address, _ in held}) == 1:
        return frozenset(address for address, _ in held)
    return frozenset(address for address, names in held if hostname in names)


@once_each
def serving_at(
    topology: Topology, account: CognitiveServicesAccount, address: str
) -> PrivateEndpoint | None:
    """Return the approved endpoint of an account that has an address; None when none has."""
    served = (item.endpoint for item in approved(topology, account))
    return next((e for e in served if e is not None and address in addresses(topology, e)), None)


def _attributed(
    topology: Topology, endpoint: PrivateEndpoint
) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return an endpoint's addresses, each with the names that Azure says it is for."""
    return tuple(_held(topology, endpoint)) or tuple(_told(endpoint))


def _held(topology: Topology, endpoint: PrivateEndpoint) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the addresses of an endpoint's interfaces, each with the names it is for."""
    for interface in topology.predecessors(NetworkInterface, endpoint.id, Relation.ATTACHED_TO):
        for configuration in interface.configurations:
            connection = configuration.private_link_connection_properties
            names = (connection.fqdns or ()) if connection else ()
            if configuration.private_ip_address:
                folded = frozenset(name.lower().rstrip(".") for name in names)
                yield configuration.private_ip_address, folded


def _told(endpoint: PrivateEndpoint) -> Iterator[tuple[str, frozenset[str]]]:
    for config in endpoint.properties.custom_dns_configs or ():
        names = frozenset({(config.fqdn or "").lower().rstrip(".")})
        yield from ((address, names) for address in config.ip_addresses or ())


def _listed(topology: Topology, account: CognitiveServicesAccount) -> Iterator[ResourceId]:
    connections = topology.predecessors(PrivateEndpointConnection, account.id, Relation.PART_OF)
    for connection in connections:
        if connection.status == "approved":
            yield from topology.targets(connection.id, Relation.CONNECTS)
