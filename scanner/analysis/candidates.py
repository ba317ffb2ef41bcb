"""Which accounts a consumer may want: the few that are worth following a call to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.analysis.consumers import Consumer
from scanner.analysis.dns.firewall_dns import firewall_dns
from scanner.analysis.dns.forwarding import leaves_from, rules_of
from scanner.analysis.dns.hostnames import Hostname, hostnames_in
from scanner.analysis.dns.linked_zones import domains, links_of
from scanner.analysis.dns.servers import Role, who
from scanner.analysis.dns.wanted import zones_named
from scanner.analysis.dns.zone_records import records
from scanner.analysis.endpoints import accounts, approved
from scanner.analysis.routing.peering import beside
from scanner.analysis.soundness import waiting
from scanner.resources import ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.topology import Topology, once

Accounts = frozenset[CognitiveServicesAccount]


def candidates(topology: Topology, consumer: Consumer) -> tuple[CognitiveServicesAccount, ...]:
    """
    Return the accounts to which a consumer's calls may be intended, by ID.

    None that is intended is left out. One that has an endpoint beside the
    consumer may be, and one whose name a zone covers that is linked to a VNet in
    which the consumer's questions may end.
    """
    if topology.expectations:
        return accounts(topology)
    near = beside(topology, consumer.network)
    placed = _placed(topology)
    found = {account for network in near & placed.keys() for account in placed[network]}
    found |= _asked(topology, consumer.network, consumer.dns_servers)
    return tuple(sorted(found, key=lambda account: account.id))


def _asked(topology: Topology, network: ResourceId, servers: tuple[str, ...]) -> Accounts:
    known = _known(topology)
    if (network, servers) not in known:
        search = _Search(topology)
        search.ask(network, servers)
        # Servers that need not all answer alike leave in doubt what a zone lacks.
        is_single = len(servers) <= 1 and len(search.networks) == 1
        known[network, servers] = frozenset().union(
            *(one for at in search.networks for one in _covered(topology, at, is_single=is_single))
        )
    return known[network, servers]


@once
def _known(_: Topology) -> dict[tuple[ResourceId, tuple[str, ...]], Accounts]:
    return {}


@dataclass(slots=True)
class _Search:
    """Where questions may end, whatever their names."""

    topology: Topology
    networks: set[ResourceId] = field(default_factory=set)
    asked: set[tuple[ResourceId, tuple[str, ...]]] = field(default_factory=set)

    def ask(self, network: ResourceId, servers: tuple[str, ...]) -> None:
        """Follow a question asked of servers from a VNet."""
        if (network, servers) in self.asked:
            return
        self.asked.add((network, servers))
        if not servers:
            self._end(network)
        for address in servers:
            server = who(self.topology, network, address)
            if server.role is Role.FIREWALL and server.network and server.owner:
                firewall = self.topology.get(AzureFirewall, server.owner)
                own = firewall_dns(self.topology, firewall).servers if firewall else ()
                self.ask(server.network, own)
            elif server.role in {Role.AZURE, Role.RESOLVER} and server.network:
                self._end(server.network)

    def _end(self, network: ResourceId) -> None:
        self.networks.add(network)
        for rule in rules_of(self.topology, network):
            start = leaves_from(self.topology, rule)
            if start is not None:
                self.ask(start, rule.target_addresses)


def _covered(topology: Topology, network: ResourceId, *, is_single: bool) -> Iterator[Accounts]:
    """Yield the accounts whose names a zone covers that is linked to a VNet."""
    for domain, links in links_of(topology, network).items():
        if is_single and len(links) == 1 and _tells(topology, links[0]):
            yield _held(topology, links[0].id.parent, domain)
        else:
            yield _by_domain(topology).get(domain, frozenset())


def _tells(topology: Topology, link: VirtualNetworkLink) -> bool:
    """Tell whether a link works for certain and all that its zone holds was read."""
    is_read = topology.get(PrivateDnsZone, link.id.parent) is not None
    return link.is_completed and is_read and not topology.inventory.gaps


def _held(topology: Topology, zone: ResourceId, domain: str) -> Accounts:
    """Return the accounts whose names a zone covers, but for those that other zones keep."""
    known = _known_zones(topology)
    if zone not in known:
        own = records(topology, zone)
        is_open = any(label.startswith("*") for label in own)
        known[zone] = frozenset(
            account
            for account in _by_domain(topology).get(domain, frozenset())
            if is_open or account.subdomain in own or not _is_elsewhere(topology, account, domain)
        )
    return known[zone]


@once
def _known_zones(_: Topology) -> dict[ResourceId, Accounts]:
    return {}


def _is_elsewhere(topology: Topology, account: CognitiveServicesAccount, domain: str) -> bool:
    """Tell whether the zone of that name is just where a name of an account belongs, and kept."""
    for hostname in hostnames_in(topology, account):
        if hostname.zone != domain and _is_covered(hostname, domain):
            return False
        if hostname.zone == domain and not (
            hostname.documented and is_kept(topology, account, hostname)
        ):
            return False
    return True


def _is_covered(hostname: Hostname, domain: str) -> bool:
    return f".{hostname.name}".endswith(f".{domain}")


def is_kept(topology: Topology, account: CognitiveServicesAccount, hostname: Hostname) -> bool:
    """Tell whether some zone of the right name holds a record for a host name."""
    held = _labels(topology).get(hostname.zone)
    return held is not None and account.subdomain in held


@once
def _labels(topology: Topology) -> dict[str, frozenset[str]]:
    """Return all labels that zones of a name hold, for the zones that accounts need."""
    named = (hostnames_in(topology, account) for account in accounts(topology))
    wanted = {hostname.zone for several in named for hostname in several}
    return {
        zone: frozenset(
            label for one in zones_named(topology, zone) for label in records(topology, one.id)
        )
        for zone in wanted
    }


@once
def _by_domain(topology: Topology) -> dict[str, Accounts]:
    """Return the accounts by every zone that could cover one of their names."""
    found: dict[str, set[CognitiveServicesAccount]] = {}
    for account in accounts(topology):
        for hostname in hostnames_in(topology, account):
            private = f"{account.subdomain}.{hostname.zone}"
            for domain in {*domains(hostname.name), *domains(private)}:
                found.setdefault(domain, set()).add(account)
    return {domain: frozenset(named) for domain, named in found.items()}


@once
def _placed(topology: Topology) -> dict[ResourceId, list[CognitiveServicesAccount]]:
    """Return the accounts by the VNets of their endpoints."""
    placed: dict[ResourceId, list[CognitiveServicesAccount]] = {}
    for account in accounts(topology):
        for item in approved(topology, account):
            if item.network is not None:
                placed.setdefault(item.network, []).append(account)
        for endpoint in waiting(topology, account):
            placed.setdefault(endpoint.network, []).append(account)
    return placed
