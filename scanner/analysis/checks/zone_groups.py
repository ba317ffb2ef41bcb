"""Whether zone groups keep the records that an account's names need, and get along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scanner.analysis.causes import Family
from scanner.analysis.checks.accounts_of import hidden, served
from scanner.analysis.connections import intended
from scanner.analysis.dns.dangling import dangling, is_gone
from scanner.analysis.dns.hostnames import Hostname
from scanner.analysis.dns.missing_records import has_room
from scanner.analysis.dns.wanted import Wanted, beyond, doubted, undocumented, zones_named
from scanner.analysis.dns.zone_records import records
from scanner.analysis.endpoints import Approved, addresses, approved
from scanner.findings import Affected, Evidence, Judgement, Verdict, every, not_read
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.private_dns_zone import PrivateDnsZone
from scanner.resources.private_endpoint import PrivateDnsZoneGroup, PrivateEndpoint
from scanner.resources.record_set import RecordSet
from scanner.topology import Topology

MADE_BY_ENDPOINT = "created by private endpoint"
"""What Azure writes into the metadata of a record that a zone group keeps."""


def kept(topology: Topology, endpoint: PrivateEndpoint) -> Judgement:
    """
    Judge whether zone groups keep the records that answer with an endpoint's addresses.

    A record that is missing or answers with another address is another matter.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
    """
    unread = hidden(topology, endpoint)
    if unread:
        return _not_known(endpoint, unread, is_told=True)
    names = tuple(served(topology, endpoint))
    found = every(
        _is_kept(topology, endpoint, account, record)
        for account, hostname in names
        for record in _records(topology, endpoint, account, hostname)
    )
    unread = _unread_records(topology, names)
    if unread and found.verdict is not Verdict.FAIL:
        return _not_known(endpoint, unread)
    return created_once(found)


def created_once(said: Judgement) -> Judgement:
    """
    Return the same, with a zone group that is made for the first zone only.

    Creating it once more would replace its zones: the others are added to it.
    """
    made: set[tuple[str, str]] = set()
    cases: list[Mapping[str, str]] = []
    for case in said.cases:
        key = (case.get("endpoint", ""), case.get("newGroup", ""))
        if key in made and key[1]:
            kept = {name: value for name, value in case.items() if name != "newGroup"}
            cases.append({**kept, "group": key[1]})
        else:
            cases.append(case)
        made.add(key)
    return replace(said, cases=tuple(cases))


def _records(
    topology: Topology,
    endpoint: PrivateEndpoint,
    account: CognitiveServicesAccount,
    hostname: Hostname,
) -> Iterator[RecordSet]:
    """Yield the records of an account's name that answer with an address of an endpoint."""
    held = addresses(topology, endpoint)
    for zone in zones_named(topology, hostname.zone):
        record = records(topology, zone.id).get(account.subdomain)
        if isinstance(record, RecordSet) and held & set(record.addresses):
            yield record


def _is_kept(
    topology: Topology,
    endpoint: PrivateEndpoint,
    account: CognitiveServicesAccount,
    record: RecordSet,
) -> Judgement:
    zone = record.id.parent
    here = Evidence(record.id)
    groups = _groups(topology, endpoint.id)
    for group in groups:
        if zone in group.zones:
            told = Evidence(group.id, Relation.PART_OF.inverse)
            return Judgement(Verdict.PASS, (Evidence(endpoint.id), told, here))
    unread = _unread_groups(topology, endpoint.id)
    if unread:
        return _not_known(endpoint, unread)
    made_by = " ".join(str(value) for value in (record.properties.metadata or {}).values())
    if MADE_BY_ENDPOINT in made_by.lower():
        unread = f"{record.id.path} says that an endpoint made it, and no zone group names the zone"
        return _not_known(endpoint, unread)
    case = {"record": record.name, "zone": str(zone), "zoneName": zone.name}
    case |= group_for(groups, zone)
    affected = (Affected(endpoint.network, account.id, f"{record.name}.{zone.name}"),)
    return Judgement(Verdict.FAIL, (Evidence(endpoint.id), here), (case,), affected)


def group_for(groups: tuple[PrivateDnsZoneGroup, ...], zone: ResourceId) -> dict[str, str]:
    """Name the group that a zone can be added to, or that there is none yet."""
    if not groups:
        return {"newGroup": "default"}
    return {"group": groups[0].name} if has_room(groups[0], zone) else {}


def named(topology: Topology, endpoint: PrivateEndpoint) -> Judgement:
    """
    Judge whether the zone group of an endpoint names a zone for each name of its account.

    An endpoint without a group does not apply, nor does a name whose record is
    kept by hand. Where callers are known that do not get at a name for it, or
    the zone exists nowhere, that is told of them.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    unread = hidden(topology, endpoint)
    if unread:
        return _not_known(endpoint, unread, is_told=True)
    unread = _unread_groups(topology, endpoint.id)
    if unread and any(True for _ in served(topology, endpoint)):
        return _not_known(endpoint, unread)
    groups = _groups(topology, endpoint.id)
    if not groups:
        return every(())
    return every(
        _is_named(topology, endpoint, account, hostname, groups)
        for account, hostname in served(topology, endpoint)
    )


def _is_named(
    topology: Topology,
    endpoint: PrivateEndpoint,
    account: CognitiveServicesAccount,
    hostname: Hostname,
    groups: tuple[PrivateDnsZoneGroup, ...],
) -> Judgement:
    because = (
        Evidence(endpoint.id),
        *(Evidence(group.id, Relation.PART_OF.inverse) for group in groups),
    )
    named = (zone for group in groups for zone in group.zones)
    zones = {zone.name.lower() for zone in named if not is_gone(topology, zone)}
    if hostname.zone in zones:
        return Judgement(Verdict.PASS, because)
    names = ((account, hostname),)
    unread = _unread_records(topology, names)
    if any(True for _ in _records(topology, endpoint, account, hostname)):
        return every(())
    item = Wanted(hostname, Approved(endpoint.id, account, endpoint))
    unread = unread or undocumented(hostname) or beyond(topology, item)
    found = zones_named(topology, hostname.zone)
    case = {"hostname": hostname.name, "zoneName": hostname.zone, "group": groups[0].name}
    case |= {"zone": str(found[0].id)} if len(found) == 1 else {}
    lost = dangling(topology, endpoint.id, hostname.zone)
    case = {**case, **lost, "group": ""} if lost else case
    missing = Judgement(
        Verdict.FAIL,
        because,
        (case,),
        (Affected(endpoint.network, account.id, hostname.name),),
        is_told=not found or _is_told(topology, account, hostname),
    )
    return doubted(missing, unread)


def _is_told(topology: Topology, account: CognitiveServicesAccount, hostname: Hostname) -> bool:
    """Tell whether a caller that does not get at a name is known, and reported."""
    return any(
        found.account.id == account.id
        and found.hostname.name == hostname.name
        and found.broken is not None
        and found.broken.cause.family is Family.DNS
        for found in intended(topology)
    )


def apart(topology: Topology, account: CognitiveServicesAccount) -> Judgement:
    """
    Judge whether each zone keeps records for one endpoint of an account only.

    Two that register in one zone write the same record, and who wrote last counts.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    serving = approved(topology, account)
    by_zone: dict[ResourceId, list[PrivateDnsZoneGroup]] = {}
    unread = ""
    for item in serving:
        for group in _groups(topology, item.id):
            for zone in dict.fromkeys(group.zones):
                by_zone.setdefault(zone, []).append(group)
        unread = unread or _unread_groups(topology, item.id)
        if item.endpoint is None:
            unread = unread or f"the zone group of {item.id.path} is outside the snapshot"
    shared = {zone: groups for zone, groups in sorted(by_zone.items()) if len(groups) > 1}
    if shared:
        return every(_shared(account, zone, groups) for zone, groups in shared.items())
    for gap in topology.unread(PrivateEndpointConnection, account.id):
        return _not_known(account, not_read(PrivateEndpointConnection, gap))
    if len(serving) <= 1:
        return every(())
    return (
        _not_known(account, unread) if unread else Judgement(Verdict.PASS, (Evidence(account.id),))
    )


def _shared(
    account: CognitiveServicesAccount, zone: ResourceId, groups: list[PrivateDnsZoneGroup]
) -> Judgement:
    told = (Evidence(group.id, Relation.REGISTERS_IN.inverse) for group in groups)
    endpoints = ", ".join(group.id.parent.name for group in groups)
    case = {"zone": str(zone), "zoneName": zone.name, "endpoints": endpoints}
    return Judgement(Verdict.FAIL, (Evidence(account.id), Evidence(zone), *told), (case,))


def _groups(topology: Topology, endpoint: ResourceId) -> tuple[PrivateDnsZoneGroup, ...]:
    return topology.predecessors(PrivateDnsZoneGroup, endpoint, Relation.PART_OF)


def _unread_groups(topology: Topology, endpoint: ResourceId) -> str:
    for gap in topology.unread(PrivateDnsZoneGroup, endpoint):
        return not_read(PrivateDnsZoneGroup, gap)
    return ""


def _unread_records(
    topology: Topology, names: tuple[tuple[CognitiveServicesAccount, Hostname], ...]
) -> str:
    """Say what may hide records of names, or whose address they hold; empty when nothing does."""
    if not topology.inventory.gaps or not names:
        return ""
    zones = [zone.id for _, name in names for zone in zones_named(topology, name.zone)]
    for gap in topology.unread(PrivateDnsZone):
        return not_read(PrivateDnsZone, gap)
    for zone in zones:
        for gap in topology.unread(RecordSet, zone):
            return not_read(RecordSet, gap)
    for gap in topology.unread(NetworkInterface):
        return not_read(NetworkInterface, gap)
    return ""


def _not_known(
    subject: PrivateEndpoint | CognitiveServicesAccount, unread: str, *, is_told: bool = False
) -> Judgement:
    return Judgement(Verdict.OPEN, (Evidence(subject.id),), unread=unread, is_told=is_told)
