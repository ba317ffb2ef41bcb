"""What a role must allow for everything to be read: the least that is enough."""

from __future__ import annotations

from scanner.collect.queries import (
    DEPLOYED_CONNECTIVITY,
    DEPLOYED_RULES,
    EFFECTIVE_GROUPS,
    EFFECTIVE_ROUTES,
    RECORD_SETS,
    UNREAD_RECORDS,
    ZONES,
    asked_types,
)

ON_REQUEST = {
    EFFECTIVE_ROUTES: "microsoft.network/networkinterfaces/effectiveroutetable/action",
    EFFECTIVE_GROUPS: "microsoft.network/networkinterfaces/effectivenetworksecuritygroups/action",
    DEPLOYED_RULES: f"{DEPLOYED_RULES}/action",
    DEPLOYED_CONNECTIVITY: f"{DEPLOYED_CONNECTIVITY}/action",
}
"""For `--effective`. What Azure computes is an action, which the role Reader lacks."""

_ALL_RECORD_SETS = f"{ZONES}/all/read"

_SCOPES = ("microsoft.management/managementgroups/read", "microsoft.resources/subscriptions/read")


def needed_for(arm_type: str) -> str:
    """
    Return the permission that it takes to list resources of a type.

    Source: https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
    """
    own = ON_REQUEST.get(arm_type, f"{arm_type}/read")
    return _ALL_RECORD_SETS if arm_type == RECORD_SETS else own


def permissions() -> tuple[str, ...]:
    """Return every permission, lower case, those that are needed on request among them."""
    types = {*asked_types(), *UNREAD_RECORDS}
    reads = {f"{kind}/read" for kind in types} | {_ALL_RECORD_SETS, *_SCOPES}
    return tuple(sorted(reads | set(ON_REQUEST.values())))
