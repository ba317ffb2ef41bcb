"""When a name ends in public DNS, and why no private zone took it."""

from __future__ import annotations

from dataclasses import replace

from scanner.analysis.causes import Break, Cause
from scanner.analysis.dns.dangling import elsewhere
from scanner.analysis.dns.lookup import Answer, Question, Resolution, failed, unknown
from scanner.analysis.dns.stand_ins import stand_in
from scanner.analysis.dns.wanted import Wanted, beyond, beyond_peers, zones_named
from scanner.analysis.dns.zone_records import records
from scanner.analysis.endpoints import approved
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.private_dns_zone import PrivateDnsZone
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology

LED = frozenset({"approved", "pending"})
"""States of a connection in which public DNS leads the name on for certain."""


def public_answer(topology: Topology, question: Question, network: ResourceId) -> Resolution:
    """
    Return the public answer to a name that no private zone of a VNet takes.

    A zone that lies beyond the snapshot may be linked all the same.

    Source: https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links
    """
    step = Step(
        f"no zone {question.hostname.zone} is linked to {network.name}:"
        " public DNS returns the public address",
        (Evidence(network),),
    )
    unread = _hidden(topology, question, network)
    if unread:
        return unknown(unread, step)
    if not approved(topology, question.account) and not _unread_connections(topology, question):
        return failed(Answer.PUBLIC, Cause.NO_ENDPOINT, question.account.id, step)
    case = _case(topology, question, network)
    if "zone" not in case:
        if elsewhere(topology):
            return unknown(elsewhere(topology), step)
        return failed(Answer.PUBLIC, Cause.ZONE_MISSING, question.account.id, step, case)
    return failed(Answer.PUBLIC, Cause.ZONE_NOT_LINKED, network, step, case)


def aliased(topology: Topology, question: Question, led: Resolution) -> Resolution:
    """
    Return what a host name resolves to, given what its private name does.

    Public DNS leads the one to the other once the account has a private
    endpoint. Whether it does before is told both ways: then only what both ways
    lead to is certain.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    if _is_led(topology, question.account):
        step = Step(f"public DNS leads {question.hostname.name} to {question.private_name}")
        return led.after(step)
    if led.outcome in {Answer.PUBLIC, Answer.UNKNOWN}:
        return _without_endpoint(topology, question, led)
    name = question.hostname.name
    return led.doubted(f"whether public DNS leads {name} to {question.private_name} is not known")


def _without_endpoint(topology: Topology, question: Question, led: Resolution) -> Resolution:
    if led.outcome is Answer.PUBLIC and not _unread_connections(topology, question):
        return replace(led, broken=Break(Cause.NO_ENDPOINT, question.account.id))
    return led


def _is_led(topology: Topology, account: CognitiveServicesAccount) -> bool:
    if account.properties.private_endpoint_connections is None:
        return bool(topology.sources(account.id, Relation.SERVES))
    own = topology.predecessors(PrivateEndpointConnection, account.id, Relation.PART_OF)
    return any(connection.status in LED for connection in own)


def _unread_connections(topology: Topology, question: Question) -> bool:
    account = question.account
    if account.properties.private_endpoint_connections is None:
        return bool(topology.unread(PrivateEndpoint))
    return bool(topology.unread(PrivateEndpointConnection, account.id))


def _hidden(topology: Topology, question: Question, network: ResourceId) -> str:
    """Say what may hide a zone that is linked to a VNet; empty when nothing may."""
    for gap in topology.unread(PrivateDnsZone):
        return f"private DNS zones in {gap.scope}: {gap.reason}"
    if topology.get(VirtualNetwork, network) is None:
        return f"what is linked to {network.path}, outside the snapshot, was not read"
    found = approved(topology, question.account)
    apart = (beyond(topology, Wanted(question.hostname, item)) for item in found)
    return beyond_peers(topology, network) or next(filter(None, apart), "")


def _case(topology: Topology, question: Question, network: ResourceId) -> dict[str, str]:
    """Return the zone to link, of several the one that holds the record, and where."""
    zones = zones_named(topology, question.hostname.zone)
    holding = (z for z in zones if question.label in records(topology, z.id))
    zone = next(holding, zones[0] if zones else None)
    zone = zone or stand_in(topology, question.account, question.hostname)
    case = {
        "zone": str(zone.id) if zone else "",
        "zoneName": zone.domain if zone else question.hostname.zone,
        "hostname": question.hostname.name,
        "network": str(network),
        "networkName": network.name,
    }
    return {key: value for key, value in case.items() if value}
