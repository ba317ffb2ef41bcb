"""The ids of Contoso's estate, and the shapes its full rows share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from azure_rows import arm, net


@dataclass(frozen=True)
class Full:
    """A full row, what it refers to, and the keys that nothing works without."""

    id: str
    properties: dict[str, Any]
    edges: set[tuple[str, str]] = field(default_factory=set)
    required: frozenset[str] = frozenset()


ACCOUNT = arm("Microsoft.CognitiveServices/accounts", "aoai")
CONNECTION = arm("Microsoft.CognitiveServices/accounts/privateEndpointConnections", "aoai", "pec")
MACHINE = arm("Microsoft.Compute/virtualMachines", "vm")
VNET = net("virtualNetworks", "hub")
SUBNET = net("virtualNetworks/subnets", "hub", "apps")
ENDPOINT = net("privateEndpoints", "pe")
NIC = net("networkInterfaces", "nic")
NSG = net("networkSecurityGroups", "nsg")
ASG = net("applicationSecurityGroups", "asg")
ADDRESS = net("publicIPAddresses", "pip")
ZONE = net("privateDnsZones", "privatelink.openai.azure.com")
POLICY = net("firewallPolicies", "policy")
GATEWAY = net("virtualNetworkGateways", "gateway")
SITE = net("localNetworkGateways", "site")
HUB = net("virtualHubs", "vhub")
WAN = net("virtualWans", "wan")
RULESET = net("dnsForwardingRulesets", "rules")
RESOLVER = net("dnsResolvers", "resolver")
OUTBOUND = net("dnsResolvers/outboundEndpoints", "resolver", "out")
PERIMETER = net("networkSecurityPerimeters", "nsp")
PROFILE = net("networkSecurityPerimeters/profiles", "nsp", "default")
HUB_ROUTES = net("virtualHubs/hubRouteTables", "vhub", "defaultRouteTable")

PRIVATE = {"privateIPAddress": "10.0.0.4", "subnet": {"id": SUBNET}}
PUBLIC = {"publicIPAddress": {"id": ADDRESS}}
PLACED = {("placedIn", SUBNET), ("usesAddress", ADDRESS)}
LINK_STATE = {"status": "Approved", "description": "Auto-Approved", "actionsRequired": "None"}
RULE = {
    "name": "AllowApps",
    "id": f"{NSG}/securityRules/AllowApps",
    "properties": {
        "access": "Allow",
        "direction": "Inbound",
        "priority": 100,
        "protocol": "Tcp",
        "sourceAddressPrefix": "10.0.0.0/24",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "443",
    },
}


def configuration(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one IP configuration made of these parts."""
    properties = {key: value for part in parts for key, value in part.items()}
    return [{"name": "ipconfig1", "properties": properties}]
