"""Whether the connection of a private endpoint was approved, and who says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest

from scanner.analysis.checks.remaking import remade
from scanner.analysis.dns.dangling import was_read
from scanner.analysis.soundness import is_cut_off
from scanner.findings import NOT_APPLICABLE, Evidence, Judgement, Verdict, every
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
    Judge whether the connections of an endpoint to Azure OpenAI accounts are in one of `states`.

    The account's own list is the truth: an endpoint it does not list is
    disconnected, whatever the endpoint was told; of several connections of one
    endpoint, the best carries the traffic. One that it approved and that was told it is cut
    off is open: one of the two words is old. Where the account does not give its
    list, the endpoint's bad word counts. An account of another kind does not
    apply; of one that is not in the snapshot nothing is known, not even its
    kind: every kind connects by the sub-resource `account`.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    """
    targets = topology.targets(endpoint.id, Relation.TARGETS)
    accounts = [t for t in targets if t.type == CognitiveServicesAccount.ARM_TYPE]
    said = every(_connected(topology, endpoint, target, states) for target in accounts)
    if said.verdict is not Verdict.FAIL:
        return said
    nothing: Mapping[str, str] = {}
    cases = zip_longest(said.cases, remade(topology, endpoint), fillvalue=nothing)
    return replace(said, cases=tuple({**known, **means} for known, means in cases))


def made(topology: Topology, endpoint: PrivateEndpoint) -> Judgement:
    """
    Judge whether an endpoint of an account was made to the end, for the right part of it.

    An endpoint that was refused is Failed too: that is told of its connection.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    """
    properties = endpoint.properties
    failed = (properties.provisioning_state or "").lower() == "failed"
    parts = [part for one in endpoint.connections for part in one.properties.group_ids or ()]
    if not failed and all(part.lower() == "account" for part in parts):
        return Judgement(Verdict.PASS, (Evidence(endpoint.id),))
    pointer = "/properties/provisioningState"
    because = (Evidence(endpoint.id, "", pointer, properties.provisioning_state),)
    if all(part.lower() == "account" for part in parts):
        refused = connected(topology, endpoint, frozenset(STATES) - {"approved"})
        if refused.verdict is not Verdict.FAIL:
            return replace(refused, because=because, cases=())
    return Judgement(Verdict.FAIL, because, remade(topology, endpoint))


def _connected(
    topology: Topology, endpoint: PrivateEndpoint, target: ResourceId, states: frozenset[str]
) -> Judgement:
    account = topology.get(CognitiveServicesAccount, target)
    if account is None:
        return _unknown(topology, endpoint, target)
    if not account.is_subject:
        return NOT_APPLICABLE
    if account.properties.private_endpoint_connections is not None:
        return _by_account(topology, endpoint, account, states)
    said = _by_endpoint(endpoint, target, states)
    if said.verdict is not Verdict.PASS:
        return said
    # An endpoint is not told that its connection was removed: its good word is not enough.
    told = Evidence(account.id, Relation.TARGETS, "/properties/privateEndpointConnections")
    unread = f"{account.id.path} does not say which endpoints it knows"
    return Judgement(Verdict.OPEN, (Evidence(endpoint.id), told), unread=unread)


def _unknown(topology: Topology, endpoint: PrivateEndpoint, target: ResourceId) -> Judgement:
    """Say why nothing is known of a connection to an account that the snapshot does not hold."""
    for gap in topology.unread(CognitiveServicesAccount, target):
        unread = f"{CognitiveServicesAccount.ARM_TYPE} in {gap.scope}: {gap.reason}"
        return Judgement(Verdict.OPEN, (Evidence(endpoint.id),), unread=unread)
    told = _told(endpoint, target)
    unread = (
        f"{target.path} is outside the snapshot, so neither whether it hosts Azure OpenAI models "
        f"nor what it says of {endpoint.id.path} was read; "
        f"the endpoint was told {told.value or 'nothing'}"
    )
    # That an account does not exist is told of the endpoint by itself.
    is_gone = was_read(topology, target)
    return Judgement(Verdict.OPEN, (told,), unread=unread, is_told=is_gone)


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
    said = _judged(best.status, states, because, f"{best.id.path} does not say its state", best.id)
    is_same = ("approved" in states) == ("disconnected" in states)
    if best.status != "approved" or is_same or not is_cut_off(endpoint, account):
        return said
    unread = f"{account.id.path} approved {endpoint.id.path}, which was told it is disconnected"
    return Judgement(Verdict.OPEN, because, unread=unread)


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
    _, best = _best(endpoint, target)
    unread = f"{endpoint.id.path} does not say the state of its connection"
    return _judged(best.status, states, (_told(endpoint, target),), unread)


def _told(endpoint: PrivateEndpoint, target: ResourceId) -> Evidence:
    """Return what an endpoint was told of its connection to a service."""
    pointer, best = _best(endpoint, target)
    state = best.properties.private_link_service_connection_state
    return Evidence(endpoint.id, "", pointer, state.status if state else None)


def _best(endpoint: PrivateEndpoint, target: ResourceId) -> tuple[str, ServiceConnection]:
    """Return the best of an endpoint's requests to a service, and the pointer to its state."""
    requests = [(p, c) for p, c in _requests(endpoint) if c.target == target]
    return min(requests, key=lambda request: _rank(request[1].status))


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
