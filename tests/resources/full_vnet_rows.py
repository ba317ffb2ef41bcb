"""One full row of every type inside or around a VNet."""

from __future__ import annotations

from azure_ids import (
    ADDRESS,
    ASG,
    ENDPOINT,
    MACHINE,
    NIC,
    NSG,
    PLACED,
    PRIVATE,
    PUBLIC,
    RULE,
    SUBNET,
    VNET,
    Full,
    configuration,
)
from azure_rows import net, ref

VNET_ROWS = (
    Full(MACHINE, {"networkProfile": {"networkInterfaces": [{"id": NIC, "properties": {}}]}}),
    Full(ASG, {"provisioningState": "Succeeded"}),
    Full(
        f"{VNET}/listNetworkManagerEffectiveSecurityAdminRules/current",
        {"value": [{"configurationId": "rules", "kind": "Custom", "properties": {}}]},
        {("partOf", VNET)},
        frozenset({"value"}),
    ),
    Full(
        f"{VNET}/listNetworkManagerEffectiveConnectivityConfigurations/current",
        {"value": [{"id": "mesh", "properties": {"connectivityTopology": "Mesh"}}]},
        {("partOf", VNET)},
        frozenset({"value"}),
    ),
    Full(
        net("ipGroups", "spokes"),
        {"ipAddresses": ["10.1.0.0/16", "10.2.0.0-10.2.0.31"], "provisioningState": "Succeeded"},
    ),
    Full(
        net("loadBalancers", "lb"),
        {
            "frontendIPConfigurations": configuration(PRIVATE, PUBLIC),
            "backendAddressPools": [
                {
                    "name": "pool",
                    "properties": {
                        "backendIPConfigurations": [{"id": f"{NIC}/ipConfigurations/ipconfig1"}],
                        "loadBalancerBackendAddresses": [
                            {"name": "one", "properties": {"ipAddress": "10.0.0.5"}}
                        ],
                    },
                }
            ],
        },
        PLACED,
    ),
    Full(
        net("natGateways", "nat"),
        {
            "publicIpAddresses": [{"id": ADDRESS}],
            "publicIpPrefixes": [ref("publicIPPrefixes", "prefix")],
            "subnets": [{"id": SUBNET}],
        },
        {("usesAddress", ADDRESS)},
    ),
    Full(
        NIC,
        {
            "ipConfigurations": [
                {
                    "name": "ipconfig1",
                    "id": f"{NIC}/ipConfigurations/ipconfig1",
                    "properties": {
                        **PRIVATE,
                        **PUBLIC,
                        "primary": True,
                        "applicationSecurityGroups": [{"id": ASG}],
                        "privateLinkConnectionProperties": {
                            "groupId": "account",
                            "requiredMemberName": "default",
                            "fqdns": ["aoai.openai.azure.com"],
                        },
                    },
                }
            ],
            "networkSecurityGroup": {"id": NSG},
            "virtualMachine": {"id": MACHINE},
            "privateEndpoint": {"id": ENDPOINT},
            "dnsSettings": {"dnsServers": ["10.0.0.8"], "appliedDnsServers": []},
            "enableIPForwarding": True,
        },
        {
            *PLACED,
            ("guardedBy", NSG),
            ("attachedTo", MACHINE),
            ("attachedTo", ENDPOINT),
            ("memberOf", ASG),
        },
    ),
    Full(
        NSG,
        {"securityRules": [RULE], "defaultSecurityRules": [], "subnets": [{"id": SUBNET}]},
    ),
    Full(
        ADDRESS,
        {
            "ipAddress": "203.0.113.5",
            "ipConfiguration": {"id": f"{NIC}/ipConfigurations/ipconfig1"},
            "natGateway": ref("natGateways", "nat"),
            "publicIPAllocationMethod": "Static",
        },
    ),
    Full(
        net("routeTables", "routes"),
        {
            "routes": [
                {
                    "name": "default",
                    "properties": {
                        "addressPrefix": "0.0.0.0/0",
                        "nextHopType": "VirtualAppliance",
                        "nextHopIpAddress": "10.0.0.4",
                    },
                }
            ],
            "disableBgpRoutePropagation": True,
        },
    ),
    Full(
        VNET,
        {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "dhcpOptions": {"dnsServers": ["10.0.0.8"]},
            "subnets": [],
            "virtualNetworkPeerings": [],
        },
    ),
    Full(
        SUBNET,
        {
            "addressPrefix": "10.0.0.0/24",
            "networkSecurityGroup": {"id": NSG},
            "routeTable": ref("routeTables", "routes"),
            "natGateway": ref("natGateways", "nat"),
            "delegations": [
                {"name": "web", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}
            ],
            "serviceEndpoints": [{"service": "Microsoft.CognitiveServices", "locations": ["*"]}],
            "privateEndpointNetworkPolicies": "Disabled",
            "defaultOutboundAccess": False,
            "ipConfigurations": [{"id": f"{NIC}/ipConfigurations/ipconfig1"}],
        },
        {
            ("partOf", VNET),
            ("guardedBy", NSG),
            ("routedBy", net("routeTables", "routes")),
            ("translatedBy", net("natGateways", "nat")),
        },
        frozenset({"addressPrefix"}),
    ),
    Full(
        net("virtualNetworks/virtualNetworkPeerings", "hub", "to-spoke"),
        {
            "remoteVirtualNetwork": ref("virtualNetworks", "spoke"),
            "peeringState": "Connected",
            "peeringSyncLevel": "FullyInSync",
            "allowVirtualNetworkAccess": True,
            "allowForwardedTraffic": True,
            "allowGatewayTransit": True,
            "useRemoteGateways": False,
            "remoteAddressSpace": {"addressPrefixes": ["10.2.0.0/16"]},
        },
        {("partOf", VNET), ("peersWith", net("virtualNetworks", "spoke"))},
        frozenset({"remoteVirtualNetwork", "peeringState"}),
    ),
    Full(
        f"{NIC}/effectiveNetworkSecurityGroups/one",
        {
            "value": [
                {
                    "networkSecurityGroup": {"id": NSG},
                    "association": {"networkInterface": {"id": NIC}},
                    "effectiveSecurityRules": [
                        {
                            "name": "defaultSecurityRules/DenyAllInBound",
                            "protocol": "All",
                            "sourcePortRange": "0-65535",
                            "destinationPortRange": "0-65535",
                            "sourceAddressPrefix": "0.0.0.0/0",
                            "destinationAddressPrefix": "0.0.0.0/0",
                            "access": "Deny",
                            "priority": 65500,
                            "direction": "Inbound",
                        }
                    ],
                }
            ]
        },
        {("partOf", NIC)},
        frozenset({"value"}),
    ),
    Full(
        f"{NIC}/effectiveRouteTable/one",
        {
            "value": [
                {
                    "source": "Default",
                    "state": "Active",
                    "addressPrefix": ["10.0.0.0/16"],
                    "nextHopType": "VnetLocal",
                    "nextHopIpAddress": [],
                }
            ]
        },
        {("partOf", NIC)},
        frozenset({"value"}),
    ),
)
