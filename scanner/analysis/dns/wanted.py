"""Which names should resolve privately, and what may hide the zones they need."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.analysis.dns.dangling import is_gone
from scanner.analysis.dns.hostnames import SUFFIXES, Hostname, hostnames_in
from scanner.analysis.endpoints import Approved, accounts, approved
from scanner.analysis.routing.peering import peers
from scanner.findings import NOT_APPLICABLE, Judgement, Verdict
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.private_dns_zone import PrivateDnsZone
from scanner.resources.private_endpoint import PrivateDnsZoneGroup, PrivateEndpoint
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology, once, once_each


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name that should resolve privately in and around the VNet of an endpoint."""

    hostname: Hostname
    approved: Approved


def wanted(topology: Topology, account: CognitiveServicesAccount) -> tuple[Wanted, ...]:
    """Return the names of an account that its approved endpoints should answer."""
    names = hostnames_in(topology, account)
    return tuple(Wanted(name, item) for item in approved(topology, account) for name in names)


@once
def _bearers(topology: Topology) -> dict[str, tuple[CognitiveServicesAccount, Hostname]]:
    return {
        f"{account.subdomain}.{hostname.zone}": (account, hostname)
        for account in accounts(topology)
        for hostname in hostnames_in(topology, account)
    }


def bearer(
    topology: Topology, zone: str, record: str
) -> tuple[CognitiveServicesAccount, Hostname] | None:
    """
    Return the account that a record in a zone is named after; None for no account of ours.

    The zone need not be the one that is made for such names: it may cover more of
    the name, or less.
    """
    return _bearers(topology).get(full_name(zone, record))


def full_name(zone: str, record: str) -> str:
    """Return the name that a record in a zone answers; that of the zone itself is `@`."""
    whole = zone if record == "@" else f"{record}.{zone}"
    return whole.lower().rstrip(".")


@once
def _zones(topology: Topology) -> dict[str, tuple[PrivateDnsZone, ...]]:
    zones: dict[str, tuple[PrivateDnsZone, ...]] = {}
    for zone in topology.all(PrivateDnsZone):
        zones[zone.domain] = (*zones.get(zone.domain, ()), zone)
    return zones


def zones_named(topology: Topology, name: str) -> tuple[PrivateDnsZone, ...]:
    """Return the private zones of that name, by ID: several are legal."""
    return _zones(topology).get(name, ())


def zone_names(topology: Topology) -> frozenset[str]:
    """Return the names of the private zones that accounts of any kind need in this cloud."""
    kinds = SUFFIXES.get(topology.inventory.cloud, {})
    return frozenset(f"privatelink.{s.domain}" for suffixes in kinds.values() for s in suffixes)


def none_wanted(topology: Topology) -> Judgement:
    """Judge that no account needs a zone here, unless one may not have been read."""
    for kind in (CognitiveServicesAccount, PrivateEndpointConnection, PrivateEndpoint):
        for gap in topology.unread(kind):
            return Judgement(Verdict.OPEN, unread=f"{kind.ARM_TYPE} in {gap.scope}: {gap.reason}")
    return NOT_APPLICABLE


@once_each
def beyond(topology: Topology, item: Wanted) -> str:
    """Say what may hide the zone of a name: a gap, or a part of the estate not in scope."""
    for gap in topology.unread(PrivateDnsZone):
        return f"private DNS zones in {gap.scope}: {gap.reason}"
    for group in topology.predecessors(PrivateDnsZoneGroup, item.approved.id, Relation.PART_OF):
        for zone in group.zones:
            is_here = topology.get(PrivateDnsZone, zone) is not None
            is_meant = zone.name.lower().rstrip(".") == item.hostname.zone
            if is_meant and not is_here and not is_gone(topology, zone):
                return (
                    f"the zone group of {item.approved.id.path} names {zone}, not in the snapshot"
                )
    for gap in topology.unread(PrivateDnsZoneGroup, item.approved.id):
        return f"the zone groups of {item.approved.id.path}: {gap.reason}"
    network = item.approved.network
    if network is None or topology.get(VirtualNetwork, network) is None:
        return f"the VNet of {item.approved.id.path} is outside the snapshot"
    return beyond_peers(topology, network)


@once_each
def beyond_peers(topology: Topology, network: ResourceId) -> str:
    """Say which peer of a VNet lies outside the snapshot, and may hide things; empty for none."""
    around = peers(topology, network)
    for peer in sorted(around.known | around.perhaps.keys()):
        if topology.get(VirtualNetwork, peer) is None:
            return f"{network.path} is peered with {peer}, which is outside the snapshot"
    return ""


def undocumented(hostname: Hostname) -> str:
    """Say that a zone's name is not documented for this cloud; empty when it is."""
    if hostname.documented:
        return ""
    return f"Azure's documentation does not name {hostname.zone} for this cloud"


def doubted(judged: Judgement, doubt: str) -> Judgement:
    """Return a `fail` as `open` when it may not matter, and say why."""
    if judged.verdict is Verdict.FAIL and doubt:
        return Judgement(Verdict.OPEN, judged.because, unread=doubt)
    return judged
