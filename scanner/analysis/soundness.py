"""What Azure says of an endpoint or an account that is not well, though both are there."""

from __future__ import annotations

from scanner.analysis.endpoints import approved
from scanner.resources import Relation
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.topology import Topology, once_each

UNSOUND = frozenset({"failed", "deleting", "creating", "canceled"})
"""
Provisioning states in which a resource may not do its work, and may all the same.

Source: https://learn.microsoft.com/rest/api/resources/resources/get
"""


def is_unsound(state: str | None) -> bool:
    """Tell whether a provisioning state leaves in doubt that the resource works."""
    return (state or "").lower() in UNSOUND


def doubt(account: CognitiveServicesAccount, endpoint: PrivateEndpoint) -> str:
    """
    Say why an endpoint that its account approved may carry nothing; empty for no reason.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    """
    for one in (account, endpoint):
        state = one.properties.provisioning_state
        if is_unsound(state):
            return f"{one.id.path} is {state}: whether it works is not known"
    if is_cut_off(endpoint, account):
        return f"{account.id.path} approved {endpoint.id.path}, which was told it is disconnected"
    return ""


def is_cut_off(endpoint: PrivateEndpoint, account: CognitiveServicesAccount) -> bool:
    """
    Tell whether an endpoint was told of an account that it is disconnected.

    Where the account lists it as approved, one of the two words is old.
    """
    states = {one.status for one in endpoint.connections if one.target == account.id}
    return states == {"disconnected"}


_NOT_APPROVED = frozenset({"pending", "rejected", "disconnected"})


@once_each
def waiting(topology: Topology, account: CognitiveServicesAccount) -> tuple[PrivateEndpoint, ...]:
    """
    Return the endpoints that an account lists and has not approved, if it has approved none.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    """
    if approved(topology, account) or account.properties.private_endpoint_connections is None:
        return ()
    if topology.unread(PrivateEndpointConnection, account.id):
        return ()
    listed = topology.predecessors(PrivateEndpointConnection, account.id, Relation.PART_OF)
    if not all(one.status in _NOT_APPROVED for one in listed):
        return ()
    ends = (end for one in listed for end in topology.targets(one.id, Relation.CONNECTS))
    found = (topology.get(PrivateEndpoint, end) for end in dict.fromkeys(ends))
    return tuple(endpoint for endpoint in found if endpoint is not None)
