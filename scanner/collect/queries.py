"""What Resource Graph is asked: one query a table, whatever the number of types in it."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.resources.resource import Table
from scanner.resources.types import RESOURCE_TYPES

ZONE_GROUPS = "microsoft.network/privateendpoints/privatednszonegroups"
HUB_CONNECTIONS = "microsoft.network/virtualhubs/hubvirtualnetworkconnections"
FORWARDING_RULES = "microsoft.network/dnsforwardingrulesets/forwardingrules"
RULESET_LINKS = "microsoft.network/dnsforwardingrulesets/virtualnetworklinks"
HUB_ROUTE_TABLES = "microsoft.network/virtualhubs/hubroutetables"
ROUTING_INTENT = "microsoft.network/virtualhubs/routingintent"

INTERFACES = "microsoft.network/networkinterfaces"
EFFECTIVE_ROUTES = f"{INTERFACES}/effectiveroutetable"
EFFECTIVE_GROUPS = f"{INTERFACES}/effectivenetworksecuritygroups"
NETWORKS = "microsoft.network/virtualnetworks"
DEPLOYED_RULES = f"{NETWORKS}/listnetworkmanagereffectivesecurityadminrules"
DEPLOYED_CONNECTIVITY = f"{NETWORKS}/listnetworkmanagereffectiveconnectivityconfigurations"
NETWORK_MANAGERS = "microsoft.network/networkmanagers"
MACHINES = "microsoft.compute/virtualmachines"

ACCOUNTS = "microsoft.cognitiveservices/accounts"
FIREWALL_POLICIES = "microsoft.network/firewallpolicies"
RULE_COLLECTION_GROUPS = f"{FIREWALL_POLICIES}/rulecollectiongroups"
ZONES = "microsoft.network/privatednszones"
ZONE_LINKS = f"{ZONES}/virtualnetworklinks"
RECORD_SETS = f"{ZONES}/a"
"""Stands for the record sets of every type: Resource Manager gives them in one list."""
CNAME_RECORD_SETS = f"{ZONES}/cname"

UNREAD_RECORDS = frozenset(f"{ZONES}/{kind}" for kind in ("aaaa", "mx", "ptr", "soa", "srv", "txt"))
"""
Record sets that no rule reads. They are counted, for their zone counts them, and not kept."""

SUBSCRIPTIONS = (
    "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' "
    "| project id, name, type, subscriptionId, tenantId | order by id asc"
)

SHARDS = 4

_SHARED = ("id", "name", "type", "location", "resourceGroup", "subscriptionId", "tenantId")

_COLUMNS: Mapping[Table, tuple[str, ...]] = {
    Table.RESOURCES: (
        *_SHARED,
        *("kind", "managedBy", "sku", "identity", "tags", "zones", "properties"),
    ),
    # A column that a table lacks fails the whole query, and Microsoft does not list those of
    # these two; the samples and other tools use no more than these.
    Table.DNS_RESOURCES: (*_SHARED, "properties"),
    Table.NETWORK_RESOURCES: (*_SHARED, "properties"),
}


def queries() -> Mapping[Table, str]:
    """
    Return the query for each table that holds a type we know.

    `id` must be among the columns and order the rows: without either, pages
    are lost or repeated. `limit` and `take` would turn paging off. `properties`
    come whole: an mv-expand in the query is cut short without a word.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data
    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/query-language
    """
    return {table: _query(table) for table in _COLUMNS if types_of(table)}


def types_of(table: Table) -> tuple[str, ...]:
    """Return the types asked of a table: those we know, and the parents that ARM is asked about."""
    types = {kind.ARM_TYPE for kind in RESOURCE_TYPES if kind.TABLE is table}
    if table is Table.ARM:
        types |= {ZONE_GROUPS, HUB_CONNECTIONS, FORWARDING_RULES, RULESET_LINKS}
    if table is Table.RESOURCES:
        types |= {parent_of(kind) for kind in types_of(Table.ARM)}
    return tuple(sorted(types))


def asked_types(*requested: str) -> tuple[str, ...]:
    """Return every type that a snapshot is asked for, those requested among them, lower case."""
    always = (kind for table in (*_COLUMNS, Table.ARM) for kind in types_of(table))
    return tuple(sorted((*always, *requested)))


def types_hidden_with(table: Table) -> tuple[str, ...]:
    """Return the types we do not see when a table does not answer: its own, and their children."""
    types = types_of(table)
    children = (kind for kind in types_of(Table.ARM) if parent_of(kind) in types)
    return (*types, *children)


def parent_of(arm_type: str) -> str:
    """Return the type of the resource that a child of `arm_type` is part of."""
    return arm_type.rpartition("/")[0]


def shards_of(table: Table) -> tuple[str, ...]:
    """
    Return the queries that together ask for what the query of a table does.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/paging-results
    """
    return tuple(
        _query(table, f"| where hash(tolower(id)) % {SHARDS} == {shard} ")
        for shard in range(SHARDS)
    )


def _query(table: Table, shard: str = "") -> str:
    counted = UNREAD_RECORDS if table is Table.DNS_RESOURCES else ()
    types = ", ".join(f"'{kind}'" for kind in sorted({*types_of(table), *counted}))
    columns = ", ".join(_COLUMNS[table])
    return f"{table} | where type in~ ({types}) {shard}| project {columns} | order by id asc"
