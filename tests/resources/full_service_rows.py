"""One full row of every type about services and names."""

from __future__ import annotations

from azure_ids import (
    ACCOUNT,
    ASG,
    CONNECTION,
    ENDPOINT,
    LINK_STATE,
    NIC,
    OUTBOUND,
    PERIMETER,
    PROFILE,
    RESOLVER,
    RULESET,
    SUBNET,
    VNET,
    ZONE,
    Full,
)
from azure_rows import net

SERVICE_ROWS = (
    Full(
        ACCOUNT,
        {
            "customSubDomainName": "aoai",
            "provisioningState": "Succeeded",
            "endpoint": "https://aoai.openai.azure.com/",
            "endpoints": {"OpenAI Language Model Instance API": "https://aoai.openai.azure.com/"},
            "publicNetworkAccess": "Disabled",
            "networkAcls": {
                "defaultAction": "Deny",
                "bypass": "AzureServices",
                "ipRules": [{"value": "203.0.113.7"}],
                "virtualNetworkRules": [
                    {"id": SUBNET, "ignoreMissingVnetServiceEndpoint": True},
                ],
            },
            "disableLocalAuth": True,
            "restrictOutboundNetworkAccess": True,
            "allowedFqdnList": ["contoso.blob.core.windows.net"],
            "encryption": {"keySource": "Microsoft.KeyVault"},
            "privateEndpointConnections": [],
        },
        {("allows", SUBNET)},
    ),
    Full(
        CONNECTION,
        {
            "privateEndpoint": {"id": ENDPOINT},
            "privateLinkServiceConnectionState": LINK_STATE,
            "groupIds": ["account"],
        },
        {("partOf", ACCOUNT), ("connects", ENDPOINT)},
        frozenset({"privateLinkServiceConnectionState"}),
    ),
    Full(
        RULESET,
        {"dnsResolverOutboundEndpoints": [{"id": OUTBOUND}]},
        {("leavesBy", OUTBOUND)},
    ),
    Full(
        net("dnsForwardingRulesets/forwardingRules", "rules", "corp"),
        {
            "domainName": "Corp.Contoso.com.",
            "targetDnsServers": [{"ipAddress": "10.1.0.4", "port": 53}],
            "forwardingRuleState": "Enabled",
        },
        {("partOf", RULESET)},
        frozenset({"domainName"}),
    ),
    Full(
        net("dnsForwardingRulesets/virtualNetworkLinks", "rules", "to-hub"),
        {"virtualNetwork": {"id": VNET}},
        {("partOf", RULESET), ("forwardsFor", VNET)},
        frozenset({"virtualNetwork"}),
    ),
    Full(
        RESOLVER,
        {"virtualNetwork": {"id": VNET}, "dnsResolverState": "Connected"},
        {("placedIn", VNET)},
        frozenset({"virtualNetwork"}),
    ),
    Full(
        net("dnsResolvers/inboundEndpoints", "resolver", "in"),
        {
            "ipConfigurations": [{"subnet": {"id": SUBNET}, "privateIpAddress": "10.0.0.8"}],
            "provisioningState": "Succeeded",
        },
        {("partOf", RESOLVER), ("placedIn", SUBNET)},
    ),
    Full(
        OUTBOUND,
        {"subnet": {"id": SUBNET}},
        {("partOf", RESOLVER), ("placedIn", SUBNET)},
    ),
    Full(PERIMETER, {"provisioningState": "Succeeded"}),
    Full(PROFILE, {"accessRulesVersion": "0"}, {("partOf", PERIMETER)}),
    Full(
        net("networkSecurityPerimeters/profiles/accessRules", "nsp", "default", "office"),
        {
            "direction": "Inbound",
            "addressPrefixes": ["203.0.113.0/24"],
            "subscriptions": [{"id": "/subscriptions/00000000-0000-0000-0000-0000000000b0"}],
            "networkSecurityPerimeters": [],
            "fullyQualifiedDomainNames": [],
        },
        {("partOf", PROFILE)},
        frozenset({"direction"}),
    ),
    Full(
        net("networkSecurityPerimeters/resourceAssociations", "nsp", "aoai"),
        {
            "privateLinkResource": {"id": ACCOUNT},
            "profile": {"id": PROFILE},
            "accessMode": "Enforced",
            "provisioningState": "Succeeded",
            "hasProvisioningIssues": "no",
        },
        {("partOf", PERIMETER), ("associates", ACCOUNT), ("ruledBy", PROFILE)},
        frozenset({"privateLinkResource"}),
    ),
    Full(ZONE, {"numberOfVirtualNetworkLinks": 0, "numberOfRecordSets": 1}),
    Full(
        net("privateDnsZones/A", "privatelink.openai.azure.com", "aoai"),
        {
            "aRecords": [{"ipv4Address": "10.0.0.4"}],
            "ttl": 10,
            "fqdn": "aoai.privatelink.openai.azure.com.",
            "metadata": {"creator": "created by private endpoint pe"},
        },
        {("partOf", ZONE)},
        frozenset({"aRecords"}),
    ),
    Full(
        net("privateDnsZones/CNAME", "privatelink.openai.azure.com", "alias"),
        {
            "cnameRecord": {"cname": "AOAI.privatelink.openai.azure.com."},
            "ttl": 3600,
            "fqdn": "alias.privatelink.openai.azure.com.",
        },
        {("partOf", ZONE)},
        frozenset({"cnameRecord"}),
    ),
    Full(
        net("privateDnsZones/virtualNetworkLinks", "privatelink.openai.azure.com", "to-hub"),
        {
            "virtualNetwork": {"id": VNET},
            "virtualNetworkLinkState": "Completed",
            "registrationEnabled": False,
            "resolutionPolicy": "NxDomainRedirect",
            "provisioningState": "Succeeded",
        },
        {("partOf", ZONE), ("linkedTo", VNET)},
        frozenset({"virtualNetwork"}),
    ),
    Full(
        ENDPOINT,
        {
            "subnet": {"id": SUBNET},
            "provisioningState": "Succeeded",
            "privateLinkServiceConnections": [
                {
                    "name": "pe",
                    "properties": {
                        "privateLinkServiceId": ACCOUNT,
                        "groupIds": ["account"],
                        "privateLinkServiceConnectionState": LINK_STATE,
                    },
                }
            ],
            "manualPrivateLinkServiceConnections": [],
            "networkInterfaces": [{"id": NIC}],
            "customNetworkInterfaceName": "nic-pe",
            "ipConfigurations": [
                {"name": "default", "properties": {"privateIPAddress": "10.0.1.4"}}
            ],
            "customDnsConfigs": [
                {"fqdn": "aoai.openai.azure.com", "ipAddresses": ["10.0.0.4"]},
            ],
            "applicationSecurityGroups": [{"id": ASG}],
        },
        {("placedIn", SUBNET), ("memberOf", ASG), ("targets", ACCOUNT), ("serves", ACCOUNT)},
        frozenset({"subnet"}),
    ),
    Full(
        net("privateEndpoints/privateDnsZoneGroups", "pe", "default"),
        {
            "provisioningState": "Succeeded",
            "privateDnsZoneConfigs": [
                {"name": "openai", "properties": {"privateDnsZoneId": ZONE, "recordSets": []}}
            ],
        },
        {("partOf", ENDPOINT), ("registersIn", ZONE)},
    ),
)
