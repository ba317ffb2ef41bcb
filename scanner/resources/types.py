"""Every Azure type the scanner knows."""

from __future__ import annotations

from scanner.resources.application_security_group import ApplicationSecurityGroup
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.bastion_host import BastionHost
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.connection import GatewayConnection, LocalNetworkGateway
from scanner.resources.dns_forwarding_ruleset import (
    DnsForwardingRuleset,
    ForwardingRule,
    ForwardingRulesetLink,
)
from scanner.resources.dns_resolver import DnsResolver, InboundEndpoint, OutboundEndpoint
from scanner.resources.effective import (
    DeployedAdminRules,
    DeployedConnectivity,
    EffectiveRouteTable,
    EffectiveSecurityGroups,
)
from scanner.resources.firewall_policy import FirewallPolicy, RuleCollectionGroup
from scanner.resources.ip_group import IpGroup
from scanner.resources.load_balancer import LoadBalancer
from scanner.resources.nat_gateway import NatGateway
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.network_manager import NetworkManager
from scanner.resources.network_security_group import NetworkSecurityGroup
from scanner.resources.network_security_perimeter import (
    NetworkSecurityPerimeter,
    PerimeterAccessRule,
    PerimeterProfile,
    ResourceAssociation,
)
from scanner.resources.network_virtual_appliance import NetworkVirtualAppliance
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.resources.private_endpoint import PrivateDnsZoneGroup, PrivateEndpoint
from scanner.resources.public_ip_address import PublicIpAddress
from scanner.resources.record_set import CnameRecordSet, RecordSet
from scanner.resources.resource import AnyResource
from scanner.resources.route_table import RouteTable
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_machine import VirtualMachine
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.resources.virtual_wan import (
    HubRouteTable,
    HubVirtualNetworkConnection,
    RoutingIntent,
    VirtualHub,
    VirtualWan,
)

RESOURCE_TYPES: tuple[type[AnyResource], ...] = (
    ApplicationSecurityGroup,
    AzureFirewall,
    BastionHost,
    CnameRecordSet,
    CognitiveServicesAccount,
    DeployedAdminRules,
    DeployedConnectivity,
    DnsForwardingRuleset,
    DnsResolver,
    EffectiveRouteTable,
    EffectiveSecurityGroups,
    FirewallPolicy,
    ForwardingRule,
    ForwardingRulesetLink,
    GatewayConnection,
    HubRouteTable,
    HubVirtualNetworkConnection,
    InboundEndpoint,
    IpGroup,
    LoadBalancer,
    LocalNetworkGateway,
    NatGateway,
    NetworkInterface,
    NetworkManager,
    NetworkSecurityGroup,
    NetworkSecurityPerimeter,
    NetworkVirtualAppliance,
    OutboundEndpoint,
    PerimeterAccessRule,
    PerimeterProfile,
    PrivateDnsZone,
    PrivateDnsZoneGroup,
    PrivateEndpoint,
    PrivateEndpointConnection,
    PublicIpAddress,
    RecordSet,
    ResourceAssociation,
    RouteTable,
    RoutingIntent,
    RuleCollectionGroup,
    Subnet,
    VirtualHub,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkGateway,
    VirtualNetworkLink,
    VirtualNetworkPeering,
    VirtualWan,
)
