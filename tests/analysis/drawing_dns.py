"""Who answers DNS questions, drawn by hand: resolvers, rulesets, firewalls, gateways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from drawing import NICS, Estate, to, vnet

INBOUND = "microsoft.network/dnsresolvers/inboundendpoints"
RULESETS = "microsoft.network/dnsforwardingrulesets"
RULES = f"{RULESETS}/forwardingrules"
RULESET_LINKS = f"{RULESETS}/virtualnetworklinks"
FIREWALLS = "microsoft.network/azurefirewalls"
POLICIES = "microsoft.network/firewallpolicies"
GATEWAYS = "microsoft.network/virtualnetworkgateways"
BALANCERS = "microsoft.network/loadbalancers"
CNAMES = "microsoft.network/privatednszones/cname"


def space(estate: Estate, network: str, *prefixes: str) -> Estate:
    """Give a VNet its address space."""
    estate[network]["properties"]["addressSpace"] = {"addressPrefixes": list(prefixes)}
    return estate


def pair(first: str, other: str, *, dns: Iterable[str] = (), state: str = "Connected") -> Estate:
    """Draw two peered VNets; the first asks the DNS servers."""
    return {
        **vnet(first, peers={other: state}, dns=dns),
        **vnet(other, peers={first: state}),
    }


def resolver(network: str, address: str = "10.9.0.4", name: str = "resolver") -> Estate:
    """Draw a private resolver in a VNet, with an inbound and an outbound endpoint."""
    inbound = {"ipConfigurations": [{"privateIpAddress": address}]}
    return {
        name: {
            "type": "microsoft.network/dnsresolvers",
            "properties": {"virtualNetwork": to(network)},
        },
        f"{name}/in": {"type": INBOUND, "properties": inbound},
        f"{name}/out": {"type": "microsoft.network/dnsresolvers/outboundendpoints"},
    }


def ruleset(
    *networks: str, rules: Mapping[str, Iterable[str]], by: str = "resolver", name: str = "rules"
) -> Estate:
    """Draw a ruleset linked to VNets: servers by domain."""
    leaves = {"dnsResolverOutboundEndpoints": [to(f"{by}/out")]}
    drawn: Estate = {name: {"type": RULESETS, "properties": leaves}}
    for network in networks:
        linked = {"virtualNetwork": to(network)}
        drawn[f"{name}/to-{network}"] = {"type": RULESET_LINKS, "properties": linked}
    for number, (domain, servers) in enumerate(rules.items()):
        targets = [{"ipAddress": server, "port": 53} for server in servers]
        rule = {"domainName": domain, "targetDnsServers": targets}
        drawn[f"{name}/rule{number}"] = {"type": RULES, "properties": rule}
    return drawn


def policy(name: str = "policy", base: str = "", **settings: Any) -> Estate:
    """Draw a firewall policy with DNS settings, if any."""
    told: dict[str, Any] = {"dnsSettings": settings} if settings else {}
    inherits = {"basePolicy": to(base)} if base else {}
    return {name: {"type": POLICIES, "properties": told | inherits}}


def firewall(network: str, ruled_by: str = "policy", address: str = "10.9.0.4") -> Estate:
    """Draw a firewall in a VNet, under a policy or, without one, proxying by itself."""
    placed = {"privateIPAddress": address, "subnet": to(f"{network}#subnets/subnet")}
    ruled: dict[str, Any] = {"firewallPolicy": to(ruled_by)} if ruled_by else {}
    properties = {"ipConfigurations": [{"properties": placed}], **ruled}
    return {"fw": {"type": FIREWALLS, "properties": properties}}


def gateway(network: str, pool: str = "172.16.0.0/24") -> Estate:
    """Draw a VPN gateway that people dial in to."""
    placed = {"properties": {"subnet": to(f"{network}#subnets/subnet")}}
    clients = {"vpnClientAddressPool": {"addressPrefixes": [pool]}}
    properties = {"ipConfigurations": [placed], "vpnClientConfiguration": clients}
    return {"gw": {"type": GATEWAYS, "properties": properties}}


def server(network: str, address: str = "10.9.0.4", name: str = "dns") -> Estate:
    """Draw a machine at an address."""
    placed = {"subnet": to(f"{network}#subnets/subnet"), "privateIPAddress": address}
    properties = {
        "virtualMachine": to(f"vm-{name}"),
        "ipConfigurations": [{"properties": placed}],
    }
    return {
        f"vm-{name}": {"type": "microsoft.compute/virtualmachines", "properties": {}},
        f"nic-{name}": {"type": NICS, "properties": properties},
    }


def alias(record: str, leads: str, zone: str) -> Estate:
    """Draw a CNAME record."""
    return {f"{zone}/{record}": {"type": CNAMES, "properties": {"cnameRecord": {"cname": leads}}}}
