"""How each type is read of Resource Manager: which call, in which version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote, urlsplit

import msgspec
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest
from azure.mgmt.core.polling.arm_polling import ARMPolling

from scanner.collect.attempts import RefusedError
from scanner.collect.queries import (
    ACCOUNTS,
    DEPLOYED_CONNECTIVITY,
    DEPLOYED_RULES,
    EFFECTIVE_GROUPS,
    EFFECTIVE_ROUTES,
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

POLL, LONGEST_OPERATION = 2.0, 300.0
"""Seconds between two looks at what takes Azure long, if it does not say; and for all of them."""

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
    EFFECTIVE_ROUTES: lambda client, interface: _computed(
        client.network_interfaces.begin_get_effective_route_table, interface
    ),
    EFFECTIVE_GROUPS: lambda client, interface: _computed(
        client.network_interfaces.begin_list_effective_network_security_groups, interface
    ),
    DEPLOYED_RULES: lambda client, network: _deployed(
        client.list_network_manager_effective_security_admin_rules, network
    ),
    DEPLOYED_CONNECTIVITY: lambda client, network: _deployed(
        client.list_network_manager_effective_connectivity_configurations, network
    ),
}
"""
Source: https://learn.microsoft.com/rest/api/virtualnetwork/network-interfaces/get-effective-route-table
Source: https://learn.microsoft.com/rest/api/networkmanager/list-network-manager-effective-security-admin-rules
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


class _Polling(ARMPolling):
    """The SDK's polling, which would go on for ever, and follow a link anywhere."""

    _waited = 0.0

    def _sleep(self, delay: float) -> None:
        self._waited += delay
        if self._waited > LONGEST_OPERATION:
            detail = f"no result within {LONGEST_OPERATION:.0f} s"
            raise RefusedError(GapReason.NOT_READ, detail)
        super()._sleep(delay)

    def request_status(self, status_link: str) -> Any:  # noqa: ANN401 - the SDK's own word
        """Ask how far it is, of whom it was begun with."""
        begun_at = self._initial_response.http_request.url
        if urlsplit(status_link)[:2] != urlsplit(begun_at)[:2]:
            raise RefusedError(GapReason.NOT_READ, "the result is said to be at another host")
        return super().request_status(status_link)


def _computed(begin: Any, interface: ResourceId) -> list[Document]:  # noqa: ANN401 - as above
    """Return what Azure computes for an interface, once it has: the whole list as one resource."""
    poller = begin(
        resource_group_name=interface.resource_group,
        network_interface_name=interface.name,
        polling=_Polling(POLL),
        cls=lambda response, _, __: response.http_response.content,
    )
    told = msgspec.json.decode(poller.result(), type=dict[str, Any])
    if told.get("nextLink"):
        raise RefusedError(GapReason.TRUNCATED, "Azure gave a part of the list")
    return [{"name": "current", "properties": {"value": told["value"]}}]


def _deployed(ask: Any, network: ResourceId) -> list[Document]:  # noqa: ANN401 - as above
    """Return what network managers deployed to a VNet: every page as one resource."""
    found: list[object] = []
    parameters: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        content = ask(
            resource_group_name=network.resource_group,
            virtual_network_name=network.name,
            parameters=parameters,
            cls=lambda response, _, __: response.http_response.content,
        )
        told = msgspec.json.decode(content, type=dict[str, Any])
        found += told["value"]
        if not told.get("skipToken"):
            return [{"name": "current", "properties": {"value": found}}]
        parameters = {"skipToken": told["skipToken"]}
    raise _endless()


def _endless() -> RefusedError:
    return RefusedError(GapReason.TRUNCATED, f"over {MOST_PAGES} pages of children")
