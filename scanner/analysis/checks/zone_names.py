"""Whether a private DNS zone has a name that Azure leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scanner.analysis.dns.hostnames import SUFFIXES, Suffix, hostnames_in
from scanner.analysis.dns.wanted import zones_named
from scanner.analysis.endpoints import accounts
from scanner.findings import Evidence, Judgement, Verdict, every
from scanner.resources import Relation
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.private_dns_zone import PrivateDnsZone
from scanner.resources.record_set import RecordSet
from scanner.topology import Topology

SLIPS = 2
"""How many letters wrong, missing or too many make a slip of the pen."""

_SPOKEN = re.compile(r"(?<=^privatelink\.)azure-?(?=[a-z])")
"""What people say before a service's name, and no name of a zone does."""


def spelled(topology: Topology, zone: PrivateDnsZone) -> Judgement:
    """
    Judge whether a zone that was meant for an account's names has the name Azure leads them to.

    One that is a slip of the pen away from such a name was meant to be it, as was
    one that leaves out a part or calls the service what people do: Azure OpenAI. One of
    another cloud was if it holds an account's name.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    here = (Evidence(zone.id, "", "/name", zone.name),)
    kinds = SUFFIXES.get(topology.inventory.cloud)
    if kinds is None:
        return every(())
    ours = _zones(kinds.values())
    if zone.domain in ours:
        return Judgement(Verdict.PASS, here)
    if zone.domain in _zones(kind for cloud in SUFFIXES.values() for kind in cloud.values()):
        return _of_another_cloud(topology, zone, here)
    meant = next((name for name in sorted(ours) if _is_slip(zone.domain, name)), "")
    return Judgement(Verdict.FAIL, here, (_case(topology, meant),)) if meant else every(())


def _of_another_cloud(
    topology: Topology, zone: PrivateDnsZone, here: tuple[Evidence, ...]
) -> Judgement:
    """Judge a zone by whether it holds the name of an account that does not answer there."""
    domain = zone.domain.removeprefix("privatelink.")
    for account in accounts(topology):
        said = {account.properties.endpoint or "", *(account.properties.endpoints or {}).values()}
        if said == {""} or any(f".{domain}" in (url or "").lower() for url in said):
            continue
        for record in topology.predecessors(RecordSet, zone.id, Relation.PART_OF):
            if account.subdomain and record.name.lower() == account.subdomain:
                told = (*here, Evidence(record.id, Relation.PART_OF.inverse), Evidence(account.id))
                case = _case(topology, _for(topology, account, domain))
                return Judgement(Verdict.FAIL, told, (case,))
    for kind in (RecordSet, CognitiveServicesAccount):
        for gap in topology.unread(kind, zone.id if kind is RecordSet else None):
            unread = f"{kind.ARM_TYPE} in {gap.scope}: {gap.reason}"
            return Judgement(Verdict.OPEN, here, unread=unread)
    return every(())


def _for(topology: Topology, account: CognitiveServicesAccount, domain: str) -> str:
    """Return the zone of this cloud that does for an account what another does elsewhere."""
    names = hostnames_in(topology, account)
    service = domain.partition(".")[0]
    zones = [name.zone for name in names]
    return next((zone for zone in zones if f".{service}." in zone), zones[0] if zones else "")


def _case(topology: Topology, meant: str) -> dict[str, str]:
    """Name the right zone, and that it is to be made where there is none."""
    return {"zoneName": meant} | ({} if zones_named(topology, meant) else {"missing": meant})


def _zones(kinds: Iterable[tuple[Suffix, ...]]) -> frozenset[str]:
    return frozenset(f"privatelink.{one.domain}" for suffixes in kinds for one in suffixes)


def _is_slip(domain: str, meant: str) -> bool:
    plain = _SPOKEN.sub("", domain)
    if domain.rpartition(".")[0] == meant.rpartition(".")[0]:
        return True
    return plain in set(_shortened(meant)) or _is_near(domain, meant) or plain == meant


def _shortened(meant: str) -> Iterator[str]:
    """
    Yield a zone's name without one of the parts after the service.

    Without the service itself it would be Azure Resource Manager's.
    """
    parts = meant.split(".")
    for index in range(2, len(parts)):
        yield ".".join((*parts[:index], *parts[index + 1 :]))


def _is_near(one: str, other: str) -> bool:
    """Tell whether few letters make one name of the other (Levenshtein)."""
    if abs(len(one) - len(other)) > SLIPS:
        return False
    before = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        row = [index]
        for place, wanted in enumerate(other, 1):
            row.append(min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != wanted)))
        before = row
    return before[-1] <= SLIPS
