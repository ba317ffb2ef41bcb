"""Whose addresses a record answers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scanner.analysis.addresses import is_public
from scanner.analysis.causes import Break, Cause
from scanner.analysis.dns.hostnames import Hostname
from scanner.analysis.dns.lookup import Answer, Question, Resolution, unknown
from scanner.analysis.dns.missing_records import lacking, not_held
from scanner.analysis.dns.zone_records import told
from scanner.analysis.endpoints import Approved, addresses, addresses_of, approved
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation
from scanner.resources.cognitive_services_account import PrivateEndpointConnection
from scanner.resources.private_dns_zone import VirtualNetworkLink
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.record_set import RecordSet
from scanner.topology import Topology


def judged(
    topology: Topology, question: Question, link: VirtualNetworkLink, record: RecordSet
) -> Resolution:
    """
    Return a record's answer, by whether its addresses are those of the account's endpoints.

    All must be: a client takes any of them. An address of another member of the
    same endpoint may or may not serve this name. A public address may be the
    account's own, put there for who cannot reach an endpoint; of use where its public side is open.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    found = approved(topology, question.account)
    step = _step(topology, record, found)
    meant = {a for item in found for a in _meant(topology, item, question.hostname.name)}
    if meant.issuperset(record.addresses):
        return Resolution(Answer.PRIVATE, record.addresses, (step,))
    unread = _unread(topology, question, found)
    known = {a for item in found for a in _every(topology, item)}
    strange = [address for address in record.addresses if address not in known]
    private = [address for address in strange if not is_public(address)]
    if unread or not private:
        suspect = _stale(question, record) or lacking(question)
        found_out = unknown(unread or doubt(question.hostname, strange), step, suspect=suspect)
        is_own = not unread and strange and suspect is Cause.RECORD_STALE
        return replace(
            found_out, if_closed=Break(Cause.RECORD_STALE, record.id) if is_own else None
        )
    cause = _stale(question, record)
    if not found:
        broken = Break(Cause.NO_ENDPOINT, question.account.id)
    elif cause is not None:
        broken = _broken(cause, record, private, sorted(meant or known))
    else:
        broken = not_held(topology, question, link)
    return Resolution(Answer.PRIVATE_WRONG, record.addresses, (step,), broken)


def _stale(question: Question, record: RecordSet) -> Cause | None:
    """Return what a wrong record is that is there for the account; None for all or public names."""
    if question.name not in {question.hostname.name, question.private_name}:
        return Cause.ALIAS_STALE
    is_own = question.is_alias and not record.name.startswith("*")
    return Cause.RECORD_STALE if is_own else None


def _meant(topology: Topology, item: Approved, hostname: str) -> frozenset[str]:
    return addresses_of(topology, item.endpoint, hostname) if item.endpoint else frozenset()


def _every(topology: Topology, item: Approved) -> frozenset[str]:
    return addresses(topology, item.endpoint) if item.endpoint else frozenset()


def doubt(hostname: Hostname, strange: Sequence[str]) -> str:
    """Say why addresses of no endpoint, or of an endpoint's other names, may be right."""
    if strange:
        return f"whether {', '.join(strange)} is a public address of the account is not in Azure"
    return f"which address is for {hostname.name} is not told"


def _unread(topology: Topology, question: Question, found: tuple[Approved, ...]) -> str:
    """Say what may hide an endpoint that has the address; empty when nothing may."""
    for item in found:
        if item.endpoint is None:
            return f"the private endpoint {item.id.path} is outside the snapshot"
        if not addresses(topology, item.endpoint):
            return f"the addresses of {item.id.path} were not read"
    account = question.account
    gaps = topology.unread(PrivateEndpointConnection, account.id)
    if account.properties.private_endpoint_connections is None:
        gaps = (*gaps, *topology.unread(PrivateEndpoint))
    for gap in gaps:
        return f"the private endpoints of {account.id.path}: {gap.reason}"
    return ""


def _broken(cause: Cause, record: RecordSet, answers: list[str], current: list[str]) -> Break:
    """Blame the record; of one behind an alias, name what it answers, and what it should."""
    if cause is not Cause.ALIAS_STALE:
        return Break(cause, record.id)
    address = {"address": current[0]} if len(current) == 1 else {}
    return Break(cause, record.id, {"answers": ", ".join(answers), **address})


def _step(topology: Topology, record: RecordSet, found: tuple[Approved, ...]) -> Step:
    """Say what a record answers, and whose addresses these are."""
    because = [told(record)]
    names = []
    for item in found:
        held = _every(topology, item).intersection(record.addresses)
        if held:
            evidence = Evidence(item.id, Relation.SERVES.inverse, "", sorted(held))
            because += [Evidence(item.account.id), evidence]
            names.append(item.id.name)
    whose = f", the address of {' and '.join(names)}" if names else ""
    return Step(f"it holds {record.name} -> {', '.join(record.addresses)}{whose}", tuple(because))
