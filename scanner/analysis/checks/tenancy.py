"""Whose resources are."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.findings import Evidence, Judgement, Verdict, not_read
from scanner.resources import BY_TYPE, AnyResource, ResourceId
from scanner.topology import Topology, once


def lies_in_own_tenant(topology: Topology, subject: AnyResource, other: ResourceId) -> Judgement:
    """
    Judge whether another resource is of the subject's tenant.

    A subscription is of one tenant, so a single row of it tells; a scan may span
    tenants (Azure Lighthouse). A subscription that the scan was not asked for may
    be of the same tenant, or one in which Azure manages endpoints for a service,
    such as the shared private links of Azure AI Search: nothing tells.

    Source: https://learn.microsoft.com/azure/search/search-indexer-howto-access-private
    """
    because = (Evidence(subject.id), Evidence(other))
    case = ({"other": str(other), "subscription": other.subscription},)
    tenants = _tenants(topology)
    ours, theirs = tenants.get(subject.id.subscription), tenants.get(other.subscription)
    if other.subscription == subject.id.subscription or (ours and ours == theirs):
        return Judgement(Verdict.PASS, because, case)
    if ours and theirs:
        return Judgement(Verdict.FAIL, because, case)
    asked = {subscription.id.lower() for subscription in topology.inventory.subscriptions}
    if other.subscription not in asked:
        where = f"the scan was not asked for subscription {other.subscription}"
        return Judgement(Verdict.OPEN, because, case, unread=f"whose {other.path} is: {where}")
    kind = BY_TYPE.get(other.type)
    if kind and (gaps := topology.unread(kind, within=other)):
        return Judgement(Verdict.OPEN, because, case, unread=not_read(kind, gaps[0]))
    return Judgement(Verdict.PASS, because, case)


@once
def _tenants(topology: Topology) -> Mapping[str, str]:
    """Return the tenant of each subscription that a row tells of."""
    resources = topology.inventory.resources.values()
    told = ((found.id.subscription, found.row.tenant_id) for found in resources)
    return {subscription: tenant.lower() for subscription, tenant in told if tenant}
