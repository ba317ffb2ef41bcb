"""Whether the records named after accounts answer with their endpoints' addresses."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analysis.addresses import is_public
from scanner.analysis.dns.hostnames import Hostname
from scanner.analysis.dns.record_addresses import doubt
from scanner.analysis.dns.wanted import (
    bearer,
    full_name,
    undocumented,
    zone_names,
)
from scanner.analysis.dns.zone_records import told
from scanner.analysis.endpoints import Approved, addresses, addresses_of, approved
from scanner.analysis.exposure import is_closed
from scanner.findings import NOT_APPLICABLE, Affected, Evidence, Judgement, Verdict
from scanner.resources import Relation
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.private_dns_zone import VirtualNetworkLink
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.record_set import RecordSet
from scanner.topology import Topology


def current(topology: Topology, record: RecordSet) -> Judgement:
    """
    Judge whether a record named after an account answers with its endpoints' addresses only.

    A record of a name that no account in the snapshot bears does not apply.
    While the account has no approved endpoint, its other endpoints' addresses do.
    A public address may be the account's own, put there for who cannot reach an endpoint; where
    the account is closed to the Internet, it is of no use to anybody.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    found = bearer(topology, record.id.parent.name, record.name)
    if found:
        return _is_current(topology, record, *found)
    hidden = topology.unread(CognitiveServicesAccount)
    for gap in hidden if hidden and _may_be_named(topology, record) else ():
        unread = f"{CognitiveServicesAccount.ARM_TYPE} in {gap.scope}: {gap.reason}"
        return Judgement(Verdict.OPEN, (Evidence(record.id),), unread=unread)
    return NOT_APPLICABLE


def _may_be_named(topology: Topology, record: RecordSet) -> bool:
    """Tell whether a record answers a name that some account may have."""
    name = full_name(record.id.parent.name, record.name)
    return any(name.endswith(f".{zone}") for zone in zone_names(topology))


def _is_current(
    topology: Topology, record: RecordSet, account: CognitiveServicesAccount, hostname: Hostname
) -> Judgement:
    found = approved(topology, account)
    serving = [item.endpoint for item in found if item.endpoint is not None]
    waiting = topology.predecessors(PrivateEndpoint, account.id, Relation.TARGETS)
    endpoints = serving if found else list(waiting)
    meant = {a for endpoint in endpoints for a in addresses_of(topology, endpoint, hostname.name)}
    known = {a for endpoint in endpoints for a in addresses(topology, endpoint)}
    strange = sorted(set(record.addresses) - known)
    is_shut = is_closed(topology, account)
    stale = [address for address in strange if is_shut or not is_public(address)]
    because = (
        Evidence(account.id, "", "/properties/customSubDomainName", account.subdomain),
        told(record),
        *(
            Evidence(
                endpoint.id,
                Relation.TARGETS.inverse,
                "",
                sorted(addresses(topology, endpoint)) or None,
            )
            for endpoint in endpoints
        ),
    )
    if not record.addresses:
        return NOT_APPLICABLE
    if meant.issuperset(record.addresses):
        return Judgement(Verdict.PASS, because)
    unread = _unknown_addresses(topology, account, endpoints, found)
    if not stale:
        unread = unread or doubt(hostname, strange)
    unread = unread or undocumented(hostname)
    if unread:
        return Judgement(Verdict.OPEN, because, unread=unread)
    cases = tuple(
        _stale_cases(record, account, stale, meant or known, has_endpoints=bool(endpoints))
    )
    links = topology.predecessors(VirtualNetworkLink, record.id.parent, Relation.PART_OF)
    affected = tuple(
        Affected(asker, account.id, hostname.name)
        for link in links
        for asker in topology.targets(link.id, Relation.LINKED_TO)
    )
    return Judgement(Verdict.FAIL, because, cases, affected)


def _stale_cases(
    record: RecordSet,
    account: CognitiveServicesAccount,
    stale: list[str],
    current: set[str],
    *,
    has_endpoints: bool,
) -> Iterator[dict[str, str]]:
    """Yield a case for each wrong address; with what to add, if that is one address."""
    names = {
        "record": record.name,
        "zoneName": record.id.parent.name,
        "current": ", ".join(sorted(current)),
        "account": str(account.id),
        "add": "".join(current - set(record.addresses)) if len(current) == 1 else "",
    }
    case = {key: value for key, value in names.items() if value}
    # The last address takes the record with it, and the name: of use when nobody needs it.
    is_left = "add" in case or set(record.addresses) & current or not has_endpoints
    for address in stale:
        yield case | {"stale": address} | ({"remove": address} if is_left else {})


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
