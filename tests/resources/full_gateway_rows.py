"""One full row of every type about gateways, firewalls and hubs."""

from __future__ import annotations

from azure_ids import (
    GATEWAY,
    HUB,
    HUB_ROUTES,
    PLACED,
    POLICY,
    PRIVATE,
    PUBLIC,
    SITE,
    SUBNET,
    VNET,
    WAN,
    Full,
    configuration,
)
from azure_rows import net, ref

GATEWAY_ROWS = (
    Full(
        net("azureFirewalls", "fw"),
        {
            "ipConfigurations": configuration(PRIVATE, PUBLIC),
            "managementIpConfiguration": configuration(
                {"subnet": ref("virtualNetworks/subnets", "hub", "AzureFirewallManagementSubnet")}
            )[0],
            "hubIPAddresses": {"privateIPAddress": "10.9.0.4", "publicIPs": {"count": 1}},
            "firewallPolicy": {"id": POLICY},
            "virtualHub": {"id": HUB},
            "threatIntelMode": "Alert",
            "additionalProperties": {"Network.DNS.EnableProxy": "true"},
            "networkRuleCollections": [{"name": "net"}],
            "applicationRuleCollections": [],
            "natRuleCollections": [],
        },
        {
            *PLACED,
            (
                "placedIn",
                net("virtualNetworks/subnets", "hub", "AzureFirewallManagementSubnet"),
            ),
            ("placedIn", HUB),
            ("ruledBy", POLICY),
        },
    ),
    Full(
        net("bastionHosts", "bastion"),
        {
            "ipConfigurations": configuration({"subnet": {"id": SUBNET}}, PUBLIC),
            "virtualNetwork": {"id": VNET},
            "enableShareableLink": True,
            "enableTunneling": False,
            "enableIpConnect": False,
            "enablePrivateOnlyBastion": False,
        },
        {*PLACED, ("placedIn", VNET)},
    ),
    Full(
        net("connections", "to-site"),
        {
            "connectionType": "IPsec",
            "connectionStatus": "Connected",
            "virtualNetworkGateway1": {"id": GATEWAY},
            "virtualNetworkGateway2": ref("virtualNetworkGateways", "other"),
            "localNetworkGateway2": {"id": SITE},
            "peer": ref("expressRouteCircuits", "circuit"),
            "enableBgp": False,
        },
        {
            ("connects", GATEWAY),
            ("connects", net("virtualNetworkGateways", "other")),
            ("connects", SITE),
            ("connects", net("expressRouteCircuits", "circuit")),
        },
    ),
    Full(
        POLICY,
        {
            "basePolicy": ref("firewallPolicies", "base"),
            "dnsSettings": {"servers": ["10.0.0.8"], "enableProxy": True},
            "threatIntelMode": "Deny",
            "intrusionDetection": {
                "mode": "Alert",
                "configuration": {"signatureOverrides": [{"id": "2024898", "mode": "Deny"}]},
            },
            "snat": {"privateRanges": ["IANAPrivateRanges"]},
            "ruleCollectionGroups": [ref("firewallPolicies/ruleCollectionGroups", "policy", "g")],
        },
        {("inherits", net("firewallPolicies", "base"))},
    ),
    Full(
        net("firewallPolicies/ruleCollectionGroups", "policy", "g"),
        {"priority": 200, "ruleCollections": [{"name": "allow", "priority": 100}]},
        {("partOf", POLICY)},
    ),
    Full(
        SITE,
        {
            "localNetworkAddressSpace": {"addressPrefixes": ["192.168.0.0/16"]},
            "gatewayIpAddress": "203.0.113.9",
            "fqdn": "vpn.contoso.com",
        },
    ),
    Full(
        net("networkManagers", "avnm"),
        {
            "networkManagerScopes": {"managementGroups": ["/providers/x"], "subscriptions": []},
            "networkManagerScopeAccesses": ["Connectivity", "SecurityAdmin"],
        },
    ),
    Full(
        net("networkVirtualAppliances", "nva"),
        {"virtualHub": {"id": HUB}},
        {("placedIn", HUB)},
    ),
    Full(
        HUB,
        {
            "virtualWan": {"id": WAN},
            "addressPrefix": "10.9.0.0/23",
            "azureFirewall": ref("azureFirewalls", "fw"),
            "securityPartnerProvider": ref("securityPartnerProviders", "partner"),
            "securityProviderName": "ZScaler",
            "routeTable": {"routes": []},
            "virtualHubRouteTableV2s": [],
            "vpnGateway": ref("vpnGateways", "vpn"),
            "p2SVpnGateway": ref("p2sVpnGateways", "p2s"),
            "expressRouteGateway": ref("expressRouteGateways", "er"),
            "routingState": "Provisioned",
        },
        {("partOf", WAN)},
    ),
    Full(
        net("virtualHubs/hubVirtualNetworkConnections", "vhub", "to-spoke"),
        {
            "remoteVirtualNetwork": {"id": VNET},
            "provisioningState": "Succeeded",
            "enableInternetSecurity": True,
            "allowHubToRemoteVnetTransit": True,
            "allowRemoteVnetToUseHubVnetGateways": False,
            "routingConfiguration": {
                "associatedRouteTable": {"id": HUB_ROUTES},
                "propagatedRouteTables": {"labels": ["default"], "ids": [{"id": HUB_ROUTES}]},
                "vnetRoutes": {"staticRoutes": []},
            },
        },
        {("partOf", HUB), ("connects", VNET), ("routedBy", HUB_ROUTES)},
        frozenset({"remoteVirtualNetwork"}),
    ),
    Full(
        HUB_ROUTES,
        {
            "routes": [
                {"name": "all", "destinationType": "CIDR", "destinations": ["10.0.0.0/8"]},
            ]
        },
        {("partOf", HUB)},
    ),
    Full(
        net("virtualHubs/routingIntent", "vhub", "intent"),
        {"routingPolicies": [{"name": "private", "destinations": ["PrivateTraffic"]}]},
        {("partOf", HUB)},
    ),
    Full(
        GATEWAY,
        {
            "gatewayType": "Vpn",
            "sku": {"name": "VpnGw1AZ", "tier": "VpnGw1AZ"},
            "vpnType": "RouteBased",
            "enableBgp": False,
            "activeActive": False,
            "enablePrivateIpAddress": False,
            "ipConfigurations": configuration({"subnet": {"id": SUBNET}}, PUBLIC),
            "vpnClientConfiguration": {
                "vpnClientAddressPool": {"addressPrefixes": ["172.16.0.0/24"]},
                "vpnClientProtocols": ["OpenVPN"],
                "vpnAuthenticationTypes": ["AAD"],
                "aadTenant": "https://login.microsoftonline.com/contoso",
                "aadAudience": "41b23e61-6c1e-4545-b367-cd054e0ed4b4",
                "aadIssuer": "https://sts.windows.net/contoso/",
            },
            "customRoutes": {"addressPrefixes": ["10.8.0.0/16"]},
            "gatewayDefaultSite": {"id": SITE},
        },
        PLACED,
    ),
    Full(WAN, {"type": "Standard", "allowBranchToBranchTraffic": True}),
)
