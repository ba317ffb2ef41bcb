"""Whether the connection of a private endpoint was approved, and who says so."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.findings import Evidence, Judgement, Verdict, every
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.private_endpoint import PrivateEndpoint, ServiceConnection
from scanner.topology import Topology

STATES = ("approved", "pending", "rejected", "disconnected")
"""What a connection can be, best first."""


def connected(topology: Topology, endpoint: PrivateEndpoint, states: frozenset[str]) -> Judgement:
    """
    Judge whether the connections of an endpoint to accounts are in one of `states`.

    The account's own list is the truth: an endpoint it does not list is
    disconnected, whatever the endpoint was told; of several connections of one
    endpoint, the best carries the traffic. Where the account is outside the
    snapshot, or does not say, the endpoint's own word counts. Of an account
    that was not read nothing is known.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    """
    targets = topology.targets(endpoint.id, Relation.TARGETS)
    accounts = [t for t in targets if t.type == CognitiveServicesAccount.ARM_TYPE]
    return every(_connected(topology, endpoint, target, states) for target in accounts)


def _connected(
    topology: Topology, endpoint: PrivateEndpoint, target: ResourceId, states: frozenset[str]
) -> Judgement:
    account = topology.get(CognitiveServicesAccount, target)
    for gap in topology.unread(CognitiveServicesAccount, target) if account is None else ():
        unread = f"{CognitiveServicesAccount.ARM_TYPE} in {gap.scope}: {gap.reason}"
        return Judgement(Verdict.OPEN, (Evidence(endpoint.id),), unread=unread)
    if account is not None and account.properties.private_endpoint_connections is not None:
        return _by_account(topology, endpoint, account, states)
    said = _by_endpoint(endpoint, target, states)
    if account is None or said.verdict is not Verdict.PASS:
        return said
    # An endpoint is not told that its connection was removed: its good word is not enough.
    told = Evidence(account.id, Relation.TARGETS, "/properties/privateEndpointConnections")
    unread = f"{account.id.path} does not say which endpoints it knows"
    return Judgement(Verdict.OPEN, (Evidence(endpoint.id), told), unread=unread)


def _by_account(
    topology: Topology,
    endpoint: PrivateEndpoint,
    account: CognitiveServicesAccount,
    states: frozenset[str],
) -> Judgement:
    connections = topology.predecessors(PrivateEndpointConnection, endpoint.id, Relation.CONNECTS)
    ours = [connection for connection in connections if connection.id.parent == account.id]
    if not ours:
        return _unlisted(topology, endpoint, account, states)
    best = min(ours, key=lambda connection: _rank(connection.status))
    state = best.properties.private_link_service_connection_state.status
    pointer = "/properties/privateLinkServiceConnectionState/status"
    because = (
        Evidence(endpoint.id),
        Evidence(best.id, Relation.CONNECTS.inverse, pointer, state),
    )
    return _judged(best.status, states, because, f"{best.id.path} does not say its state", best.id)


def _unlisted(
    topology: Topology,
    endpoint: PrivateEndpoint,
    account: CognitiveServicesAccount,
    states: frozenset[str],
) -> Judgement:
    told = Evidence(account.id, Relation.TARGETS, "/properties/privateEndpointConnections")
    for gap in topology.unread(PrivateEndpointConnection, account.id):
        unread = f"{PrivateEndpointConnection.ARM_TYPE} in {gap.scope}: {gap.reason}"
        return Judgement(Verdict.OPEN, (Evidence(endpoint.id), told), unread=unread)
    return _judged("disconnected", states, (Evidence(endpoint.id), told), "")


def _by_endpoint(
    endpoint: PrivateEndpoint, target: ResourceId, states: frozenset[str]
) -> Judgement:
    requests = [(p, c) for p, c in _requests(endpoint) if c.target == target]
    pointer, best = min(requests, key=lambda request: _rank(request[1].status))
    state = best.properties.private_link_service_connection_state
    because = (Evidence(endpoint.id, "", pointer, state.status if state else None),)
    unread = f"{endpoint.id.path} does not say the state of its connection"
    return _judged(best.status, states, because, unread)


def _requests(endpoint: PrivateEndpoint) -> Iterator[tuple[str, ServiceConnection]]:
    """Yield the requests of an endpoint, each with the pointer to its state."""
    properties = endpoint.properties
    for key, requests in (
        ("privateLinkServiceConnections", properties.private_link_service_connections),
        ("manualPrivateLinkServiceConnections", properties.manual_private_link_service_connections),
    ):
        for index, request in enumerate(requests or ()):
            state = "properties/privateLinkServiceConnectionState/status"
            yield f"/properties/{key}/{index}/{state}", request


def _rank(state: str) -> int:
    return STATES.index(state) if state in STATES else len(STATES)


def _judged(
    state: str,
    states: frozenset[str],
    because: tuple[Evidence, ...],
    unread: str,
    connection: ResourceId | None = None,
) -> Judgement:
    if state not in STATES:
        return Judgement(Verdict.OPEN, because, unread=unread)
    if state in states:
        return Judgement(Verdict.PASS, because)
    case = {"id": str(connection)} if connection else {}
    return Judgement(Verdict.FAIL, because, (case,))
