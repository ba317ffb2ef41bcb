"""How each type is read of Resource Manager: which call, in which version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote, urlsplit

import msgspec
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest

from scanner.collect.attempts import RefusedError
from scanner.collect.queries import (
    ACCOUNTS,
    FORWARDING_RULES,
    HUB_CONNECTIONS,
    HUB_ROUTE_TABLES,
    RECORD_SETS,
    ROUTING_INTENT,
    RULE_COLLECTION_GROUPS,
    RULESET_LINKS,
    ZONE_GROUPS,
    ZONE_LINKS,
    ZONES,
)
from scanner.resources.resource import ResourceId
from scanner.snapshot import GapReason

if TYPE_CHECKING:
    from azure.mgmt.network import NetworkManagementClient

Document: TypeAlias = Mapping[str, Any]
Reader: TypeAlias = "Callable[[NetworkManagementClient, ResourceId], list[Document]]"

MOST_PAGES = 100
"""For one parent. Only a server that turns in circles has more."""

_OK = 200

_RESOLVER, _PRIVATE_DNS, _ACCOUNTS = "2022-07-01", "2024-06-01", "2025-06-01"
"""
Versions of what azure-mgmt-network has no client for.

Source: https://learn.microsoft.com/rest/api/dns/dnsresolver
Source: https://learn.microsoft.com/rest/api/dns/privatedns
Source: https://learn.microsoft.com/rest/api/aiservices/accountmanagement/accounts/get
"""

# By keyword: the SDK's methods do not agree on the order of these.
READERS: Mapping[str, Reader] = {
    ZONE_GROUPS: lambda client, parent: _listed(
        client.private_dns_zone_groups.list(
            resource_group_name=parent.resource_group, private_endpoint_name=parent.name
        )
    ),
    HUB_CONNECTIONS: lambda client, parent: _listed(
        client.hub_virtual_network_connections.list(
            resource_group_name=parent.resource_group, virtual_hub_name=parent.name
        )
    ),
    HUB_ROUTE_TABLES: lambda client, parent: _listed(
        client.hub_route_tables.list(
            resource_group_name=parent.resource_group, virtual_hub_name=parent.name
        )
    ),
    ROUTING_INTENT: lambda client, parent: _listed(
        client.routing_intent.list(
            resource_group_name=parent.resource_group, virtual_hub_name=parent.name
        )
    ),
    RULE_COLLECTION_GROUPS: lambda client, parent: _listed(
        client.firewall_policy_rule_collection_groups.list(
            resource_group_name=parent.resource_group, firewall_policy_name=parent.name
        )
    ),
    FORWARDING_RULES: lambda client, parent: _found(client, parent, "/forwardingRules", _RESOLVER),
    RULESET_LINKS: lambda client, parent: _found(client, parent, "/virtualNetworkLinks", _RESOLVER),
    ZONES: lambda client, zone: _found(client, zone, "", _PRIVATE_DNS),
    ZONE_LINKS: lambda client, zone: _found(client, zone, "/virtualNetworkLinks", _PRIVATE_DNS),
    RECORD_SETS: lambda client, zone: _found(client, zone, "/ALL", _PRIVATE_DNS),
    ACCOUNTS: lambda client, account: _found(client, account, "", _ACCOUNTS),
}
"""
Source: https://learn.microsoft.com/rest/api/virtualnetwork/private-dns-zone-groups/list
Source: https://learn.microsoft.com/rest/api/virtualwan/hub-virtual-network-connections/list
Source: https://learn.microsoft.com/rest/api/virtualwan/hub-route-tables/list
Source: https://learn.microsoft.com/rest/api/virtualwan/routing-intent/list
Source: https://learn.microsoft.com/rest/api/firewall/firewall-policy-rule-collection-groups/list
"""


def _listed(pager: Any) -> list[Document]:  # noqa: ANN401 - the SDK's own word
    """Return every page's models as the JSON they came from."""
    pages = list(islice(pager.by_page(), MOST_PAGES + 1))
    if len(pages) > MOST_PAGES:
        raise _endless()
    return [model.as_dict() for page in pages for model in page]


def _found(
    client: NetworkManagementClient, resource: ResourceId, path: str, version: str
) -> list[Document]:
    """Return a resource, or every page of a list below it, as Azure wrote it."""
    found: list[Document] = []
    request = HttpRequest("GET", quote(f"{resource}{path}"), params={"api-version": version})
    for _ in range(MOST_PAGES):
        response = client.send_request(request)
        if response.status_code != _OK:
            raise HttpResponseError(response=response)
        answer = msgspec.json.decode(response.content, type=dict[str, Any])
        if not path:
            return [answer]
        found += answer["value"]
        following = answer.get("nextLink")
        if not following:
            return found
        if urlsplit(following)[:2] != urlsplit(response.request.url)[:2]:
            raise RefusedError(GapReason.NOT_READ, "the next page is said to be at another host")
        request = HttpRequest("GET", following)
    raise _endless()


def _endless() -> RefusedError:
    return RefusedError(GapReason.TRUNCATED, f"over {MOST_PAGES} pages of children")
