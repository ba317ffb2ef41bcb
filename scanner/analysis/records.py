"""Whether the records that an account's names need are there, and whether they are right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.analysis.dns import asked
from scanner.analysis.endpoints import Approved, addresses, approved
from scanner.analysis.hostnames import Hostname
from scanner.analysis.peering import peers
from scanner.analysis.wanted import (
    NOT_APPLICABLE,
    Wanted,
    bearer,
    none_wanted,
    wanted,
    zone_names,
    zones_named,
)
from scanner.findings import Affected, Evidence, Judgement, Verdict, every
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.resources.private_endpoint import PrivateDnsZoneGroup, PrivateEndpoint
from scanner.resources.record_set import CnameRecordSet, RecordSet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.topology import Topology


def recorded(topology: Topology, account: CognitiveServicesAccount) -> Judgement:
    """
    Judge whether the zones that are asked for an account's names hold them.

    Only zones linked to the VNet of an endpoint, or to one directly peered with
    it, are asked. A link that falls back to the Internet gives a public answer
    instead of none, which is another matter.

    Source: https://learn.microsoft.com/azure/dns/private-dns-fallback
    """
    found = wanted(topology, account)
    return every(_is_recorded(topology, item) for item in found) if found else none_wanted(topology)


def current(topology: Topology, record: RecordSet) -> Judgement:
    """
    Judge whether a record named after an account answers with its endpoints' addresses only.

    A record of a name that no account in the snapshot bears does not apply.
    While the account has no approved endpoint, its other endpoints' addresses do.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    found = bearer(topology, record.id.parent.name, record.name)
    if found:
        return _is_current(topology, record, *found)
    named = record.id.parent.name.lower() in zone_names(topology)
    hidden = topology.unread(CognitiveServicesAccount) if named else ()
    for gap in hidden:
        unread = f"{CognitiveServicesAccount.ARM_TYPE} in {gap.scope}: {gap.reason}"
        return Judgement(Verdict.OPEN, (Evidence(record.id),), unread=unread)
    return NOT_APPLICABLE


def linked_names(topology: Topology, network: ResourceId) -> Iterator[tuple[Approved, RecordSet]]:
    """Yield the endpoints whose accounts a VNet could ask by name: its links show it wants them."""
    for link in topology.predecessors(VirtualNetworkLink, network, Relation.LINKED_TO):
        for record in topology.predecessors(RecordSet, link.id.parent, Relation.PART_OF):
            found = bearer(topology, record.id.parent.name, record.name)
            if found is not None:
                yield from ((item, record) for item in approved(topology, found[0]))


def unread_names(topology: Topology, network: ResourceId) -> str:
    """Say what may hide names that a VNet could ask for; empty when nothing does."""
    known = zone_names(topology)
    for gap in topology.unread(VirtualNetworkLink):
        scope = ResourceId(gap.scope)
        if scope.type != PrivateDnsZone.ARM_TYPE or scope.name.lower() in known:
            return f"{VirtualNetworkLink.ARM_TYPE} in {gap.scope}: {gap.reason}"
    links = topology.predecessors(VirtualNetworkLink, network, Relation.LINKED_TO)
    zones = [link.id.parent for link in links if link.id.parent.name.lower() in known]
    for zone in zones:
        if topology.unread(RecordSet, zone):
            return f"the records of {zone.name} were not read"
    for kind in (CognitiveServicesAccount, PrivateEndpointConnection) if zones else ():
        for gap in topology.unread(kind):
            return f"{kind.ARM_TYPE} in {gap.scope}: {gap.reason}"
    return ""


def _is_current(
    topology: Topology, record: RecordSet, account: CognitiveServicesAccount, hostname: Hostname
) -> Judgement:
    found = approved(topology, account)
    serving = [item.endpoint for item in found if item.endpoint is not None]
    waiting = topology.predecessors(PrivateEndpoint, account.id, Relation.TARGETS)
    endpoints = serving if found else list(waiting)
    known = {a for endpoint in endpoints for a in addresses(topology, endpoint, hostname.name)}
    stale = sorted(set(record.addresses) - known)
    pointer = f"/properties/{'aRecords' if record.properties.a_records else 'records'}"
    because = [
        Evidence(account.id, "", "/properties/customSubDomainName", account.subdomain),
        Evidence(record.id, "", pointer, list(record.addresses)),
    ]
    for endpoint in endpoints:
        held = sorted(addresses(topology, endpoint, hostname.name)) or None
        because.append(Evidence(endpoint.id, Relation.TARGETS.inverse, "", held))
    if not stale:
        return Judgement(Verdict.PASS, tuple(because))
    unread = _unknown_addresses(topology, account, endpoints, found)
    if unread:
        return Judgement(Verdict.OPEN, tuple(because), unread=unread)
    names = {
        "record": record.name,
        "zoneName": record.id.parent.name,
        "stale": ", ".join(stale),
        "current": ", ".join(sorted(known)),
        "account": str(account.id),
        "add": "".join(known - set(record.addresses)) if len(known) == 1 else "",
    }
    case = {key: value for key, value in names.items() if value}
    # The last address takes the record with it, and the name: of use when nobody needs it.
    left = "add" in case or set(record.addresses) & known or not endpoints
    cases = tuple(
        case | {"stale": address} | ({"remove": address} if left else {}) for address in stale
    )
    links = topology.predecessors(VirtualNetworkLink, record.id.parent, Relation.PART_OF)
    affected = tuple(
        Affected(asker, account.id, hostname.name)
        for link in links
        for asker in topology.targets(link.id, Relation.LINKED_TO)
    )
    return Judgement(Verdict.FAIL, tuple(because), cases, affected)


def _unknown_addresses(
    topology: Topology,
    account: CognitiveServicesAccount,
    endpoints: list[PrivateEndpoint],
    found: tuple[Approved, ...],
) -> str:
    outside = [item.id.path for item in found if item.endpoint is None]
    silent = [e.id.path for e in endpoints if not addresses(topology, e)]
    if outside:
        return f"the private endpoint {', '.join(outside)} is outside the snapshot"
    if silent:
        return f"the addresses of {', '.join(silent)} were not read"
    if topology.unread(PrivateEndpointConnection, account.id) or topology.unread(PrivateEndpoint):
        return f"not all private endpoints of {account.id.path} were read"
    return ""


def _is_recorded(topology: Topology, item: Wanted) -> Judgement:
    account, network = item.approved.account, item.approved.network
    if network is None:
        unread = f"the private endpoint {item.approved.id.path} is outside the snapshot"
        return Judgement(Verdict.OPEN, (Evidence(account.id),), unread=unread)
    answers = []
    for asker, doubt in _askers(topology, {network} | peers(topology, network)).items():
        for link in topology.predecessors(VirtualNetworkLink, asker, Relation.LINKED_TO):
            zone = topology.get(PrivateDnsZone, link.id.parent)
            if zone is not None and zone.domain == item.hostname.zone:
                answers.append(_doubted(_holds(topology, zone, item, link), doubt))
    unread = _unread_zones(topology, item.hostname.zone, network)
    if unread:
        answers.append(Judgement(Verdict.OPEN, (Evidence(account.id),), unread=unread))
    return every(answers)


def _askers(topology: Topology, networks: Iterable[ResourceId]) -> dict[ResourceId, str]:
    """
    Return the VNets in which Azure is asked for others or for themselves.

    With each, what makes that uncertain: a VNet that asks a server of which
    nothing is known, or lies outside the snapshot, may ask Azure by itself.
    """
    askers: dict[ResourceId, str] = {}
    for network in sorted(networks):
        own = topology.get(VirtualNetwork, network)
        where = asked(topology, own) if own is not None else None
        if where is None:
            askers.setdefault(network, f"whom {network.path} asks is outside the snapshot")
        elif where.unknown:
            servers = ", ".join(where.unknown)
            doubt = f"what the DNS servers {servers} of {network.path} answer is not in Azure"
            askers.setdefault(network, doubt)
        for known in where.networks if where and not where.unknown else ():
            askers[known] = ""
    return askers


def _doubted(judged: Judgement, doubt: str) -> Judgement:
    """Return a `fail` as `open` when it may not matter."""
    if judged.verdict is Verdict.FAIL and doubt:
        return Judgement(Verdict.OPEN, judged.because, unread=doubt)
    return judged


def _unread_zones(topology: Topology, name: str, network: ResourceId) -> str:
    """Say what may hide a zone that is asked in or around a VNet; empty when nothing does."""
    if not topology.inventory.gaps:
        return ""
    gaps = (
        *topology.unread(PrivateDnsZone),
        *(
            gap
            for zone in zones_named(topology, name)
            for gap in topology.unread(VirtualNetworkLink, zone.id)
        ),
        *topology.unread(VirtualNetworkPeering, network),
    )
    return f"{gaps[0].type} in {gaps[0].scope}: {gaps[0].reason}" if gaps else ""


def _holds(
    topology: Topology, zone: PrivateDnsZone, item: Wanted, link: VirtualNetworkLink
) -> Judgement:
    account = item.approved.account
    because: tuple[Evidence, ...] = (
        Evidence(account.id, "", "/properties/customSubDomainName", account.subdomain),
        Evidence(zone.id, "", "/name", zone.name),
        Evidence(link.id, Relation.PART_OF.inverse),
    )
    for record in topology.predecessors(RecordSet, zone.id, Relation.PART_OF):
        if record.name.lower() in {account.subdomain, "*"}:
            return Judgement(Verdict.PASS, (*because, Evidence(record.id, "has")))
    aliases = topology.predecessors(CnameRecordSet, zone.id, Relation.PART_OF)
    if any(alias.name.lower() in {account.subdomain, "*"} for alias in aliases):
        unread = f"where the alias {account.subdomain} of {zone.name} leads is not followed"
        return Judgement(Verdict.OPEN, because, unread=unread)
    if link.falls_back_to_internet:
        return NOT_APPLICABLE
    if topology.unread(RecordSet, zone.id) or topology.unread(CnameRecordSet, zone.id):
        return Judgement(Verdict.OPEN, because, unread=f"the records of {zone.name} were not read")
    case = {
        "zone": str(zone.id),
        "zoneName": zone.name,
        "record": account.subdomain,
        "hostname": item.hostname.name,
        "endpoint": str(item.approved.id),
    } | _means(topology, zone, item)
    asker = ResourceId(link.properties.virtual_network.id)
    affected = (Affected(asker, account.id, item.hostname.name),)
    return Judgement(Verdict.FAIL, because, (case,), affected)


def _means(topology: Topology, zone: PrivateDnsZone, item: Wanted) -> dict[str, str]:
    """
    Name the zone group that a zone can be added to, else the address to write into it.

    An endpoint has one group at most, and a group one zone of a name and five in
    all. Which of several endpoints around a zone it should answer with is for
    people to choose.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
    """
    linked = {
        network
        for link in topology.predecessors(VirtualNetworkLink, zone.id, Relation.PART_OF)
        for network in topology.targets(link.id, Relation.LINKED_TO)
    }
    near = [
        other.endpoint
        for other in approved(topology, item.approved.account)
        if other.network and linked & {other.network, *peers(topology, other.network)}
    ]
    endpoint = item.approved.endpoint
    if endpoint is None or any(other is not endpoint for other in near):
        return {}
    for group in topology.predecessors(PrivateDnsZoneGroup, endpoint.id, Relation.PART_OF):
        configs = group.properties.private_dns_zone_configs or ()
        taken = {(config.name or "").lower() for config in configs}
        taken |= {other.name.lower() for other in group.zones}
        if len(configs) < ZONES_IN_GROUP and zone.domain not in taken:
            return {"group": group.name}
    held = addresses(topology, endpoint, item.hostname.name)
    return {"address": "".join(held)} if len(held) == 1 else {}


ZONES_IN_GROUP = 5
"""
How many zones a zone group can hold.

Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
"""
