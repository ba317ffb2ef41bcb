"""Which accounts a private endpoint was made for, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analysis.dns.dangling import was_read
from scanner.analysis.dns.hostnames import Hostname, hostnames_in
from scanner.analysis.endpoints import approved
from scanner.findings import Evidence, Judgement, Verdict, every, not_read
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.topology import Topology


def existing(topology: Topology, endpoint: PrivateEndpoint) -> Judgement:
    """
    Judge whether the accounts that an endpoint asked to connect to exist.

    One that the snapshot does not hold does not exist if its subscription was
    read, and every account in it.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    """
    return every(_exists(topology, endpoint, target) for target in _targets(topology, endpoint))


def _exists(topology: Topology, endpoint: PrivateEndpoint, target: ResourceId) -> Judgement:
    because = (Evidence(endpoint.id), Evidence(target, Relation.TARGETS))
    if topology.get(CognitiveServicesAccount, target) is not None:
        return Judgement(Verdict.PASS, because)
    unread = _unread(topology, target)
    if unread:
        # Whether such a connection was approved is open too, and that is told.
        return Judgement(Verdict.OPEN, because, unread=unread, is_told=True)
    case = {"account": str(target), "accountName": target.name}
    return Judgement(Verdict.FAIL, because, (case,))


def _unread(topology: Topology, target: ResourceId) -> str:
    for gap in topology.unread(CognitiveServicesAccount, target):
        return not_read(CognitiveServicesAccount, gap)
    if was_read(topology, target):
        return ""
    return f"{target.path} is outside the snapshot"


def hidden(topology: Topology, endpoint: PrivateEndpoint) -> str:
    """Say why it is not known which accounts an endpoint leads to; empty when it is."""
    for target in _targets(topology, endpoint):
        if topology.get(CognitiveServicesAccount, target) is None:
            return f"{target.path}, which {endpoint.id.path} leads to, is outside the snapshot"
        for gap in topology.unread(PrivateEndpointConnection, target):
            return not_read(PrivateEndpointConnection, gap)
    return ""


def served(
    topology: Topology, endpoint: PrivateEndpoint
) -> Iterator[tuple[CognitiveServicesAccount, Hostname]]:
    """Yield the names that an endpoint should answer, each with the account that approved it."""
    for target in _targets(topology, endpoint):
        account = topology.get(CognitiveServicesAccount, target)
        if account is None or not account.is_subject:
            continue
        if any(item.id == endpoint.id for item in approved(topology, account)):
            for hostname in hostnames_in(topology, account):
                yield account, hostname


def _targets(topology: Topology, endpoint: PrivateEndpoint) -> Iterator[ResourceId]:
    for target in topology.targets(endpoint.id, Relation.TARGETS):
        if target.type == CognitiveServicesAccount.ARM_TYPE:
            yield target
