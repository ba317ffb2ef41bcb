"""Whether an Azure Firewall answers DNS questions, and whom it asks."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.analysis.firewall_policies import lineage
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.firewall_policy import FirewallPolicy
from scanner.topology import Topology


@dataclass(frozen=True, slots=True)
class FirewallDns:
    """The DNS settings of a firewall."""

    holder: ResourceId
    """What holds them: the policy, one that it inherits from, or the firewall itself."""
    is_proxy: bool = False
    servers: tuple[str, ...] = ()
    """The servers it asks; none means Azure-provided DNS."""
    pointer: str = ""
    unread: str = ""
    """What was not read; then the rest says nothing."""


def firewall_dns(topology: Topology, firewall: AzureFirewall) -> FirewallDns:
    """
    Return the DNS settings of a firewall. Those of a policy count before its own.

    A policy without DNS settings has those of the policy it inherits from.

    Source: https://learn.microsoft.com/azure/firewall/dns-settings
    """
    if firewall.properties.firewall_policy is None:
        return _classic(firewall)
    ruling = firewall.properties.firewall_policy.id
    for policy_id in reversed(lineage(topology, ResourceId(ruling))):
        policy = topology.get(FirewallPolicy, policy_id)
        if policy is None:
            return FirewallDns(policy_id, unread=f"the policy {policy_id.path} was not read")
        settings = policy.properties.dns_settings
        if settings is None:
            continue
        if settings.enable_proxy is None and policy.properties.base_policy is not None:
            return FirewallDns(policy.id, unread=f"what {policy.id.path} inherits is not told")
        pointer = "/properties/dnsSettings"
        return FirewallDns(policy.id, policy.is_dns_proxy, policy.dns_servers, pointer)
    return FirewallDns(ResourceId(ruling), pointer="/properties/dnsSettings")


def _classic(firewall: AzureFirewall) -> FirewallDns:
    """
    Return the settings of a firewall without a policy.

    Source: https://learn.microsoft.com/azure/firewall/dns-settings
    """
    settings = firewall.properties.additional_properties or {}
    told = {key.lower(): value or "" for key, value in settings.items()}
    servers = told.get("network.dns.servers", "").replace(",", " ").split()
    is_proxy = told.get("network.dns.enableproxy", "").lower() == "true"
    return FirewallDns(firewall.id, is_proxy, tuple(servers), "/properties/additionalProperties")


def settings_step(firewall: AzureFirewall, settings: FirewallDns) -> Step:
    """Say what a firewall does with questions."""
    whom = ", ".join(settings.servers) or "Azure-provided DNS"
    says = f"is a DNS proxy and asks {whom}" if settings.is_proxy else "is no DNS proxy"
    value = {"enableProxy": settings.is_proxy, "servers": list(settings.servers)}
    how = "" if settings.holder == firewall.id else Relation.RULED_BY
    held = Evidence(settings.holder, how, settings.pointer, value)
    return Step(f"{firewall.name} {says}", (held,))
