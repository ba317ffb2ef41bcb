"""Why a connection breaks: a closed list, each with its family and Azure's word for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from scanner.resources import ResourceId

_LEARN = "https://learn.microsoft.com/azure/"


class Family(StrEnum):
    """The three causes of the guide's test, and the endpoint's own state."""

    DNS = "dns"
    CONNECTION = "connection"
    NETWORK = "network"
    FIREWALL = "firewall"


class Cause(StrEnum):
    """The first thing that breaks a connection."""

    family: Family
    said: str
    source: str

    # --- dns ---
    ZONE_MISSING = (
        "zoneMissing",
        Family.DNS,
        "the private zone that the name leads to exists nowhere",
        "private-link/private-endpoint-dns",
    )
    ZONE_NOT_LINKED = (
        "zoneNotLinked",
        Family.DNS,
        "no private zone for the name is linked to the VNet in which it is asked",
        "dns/private-dns-virtual-network-links",
    )
    RECORD_MISSING = (
        "recordMissing",
        Family.DNS,
        "the linked zone holds no record of its own for the name",
        "private-link/private-endpoint-dns",
    )
    RECORD_STALE = (
        "recordStale",
        Family.DNS,
        "the record answers with an address that none of the account's endpoints has",
        "private-link/private-endpoint-dns",
    )
    ALIAS_STALE = (
        "aliasStale",
        Family.DNS,
        "the record is an alias, and leads to an address that none of the account's endpoints has",
        "dns/dns-zones-records#cname-records",
    )
    FALLBACK_TO_INTERNET = (
        "fallbackToInternet",
        Family.DNS,
        "the linked zone holds no record, and its link falls back to public DNS",
        "dns/private-dns-fallback",
    )
    SHADOWED = (
        "shadowed",
        Family.DNS,
        "a linked private zone covers the public name, and does not hold the right address",
        "private-link/private-endpoint-dns",
    )
    PUBLIC_RESOLVER = (
        "publicResolver",
        Family.DNS,
        "a public DNS server is asked, which knows no private zone",
        "virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances",
    )
    NOT_A_DNS_PROXY = (
        "notADnsProxy",
        Family.DNS,
        "a firewall is asked that is no DNS proxy",
        "firewall/dns-settings",
    )
    DNS_SERVER_ABSENT = (
        "dnsServerAbsent",
        Family.DNS,
        "a DNS server is asked whose address belongs to nothing",
        "virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances",
    )
    DNS_SERVER_UNREACHABLE = (
        "dnsServerUnreachable",
        Family.DNS,
        "there is no way to the DNS server that is asked",
        "virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances",
    )
    FORWARDING_LOOP = (
        "forwardingLoop",
        Family.DNS,
        "the question is forwarded in a circle",
        "dns/private-resolver-endpoints-rulesets",
    )
    CLIENTS_WITHOUT_RESOLVER = (
        "clientsWithoutResolver",
        Family.DNS,
        "VPN clients are told of no DNS server that knows private zones",
        "vpn-gateway/vpn-gateway-howto-point-to-site-resource-manager-portal",
    )

    # --- connection ---
    NO_ENDPOINT = (
        "noEndpoint",
        Family.CONNECTION,
        "no private endpoint of the account is approved",
        "private-link/private-endpoint-overview",
    )

    # --- network ---
    NOT_CONNECTED = (
        "notConnected",
        Family.NETWORK,
        "nothing connects the two networks",
        "virtual-network/virtual-network-peering-overview",
    )
    PEERING_NOT_CONNECTED = (
        "peeringNotConnected",
        Family.NETWORK,
        "the peering between the two VNets is not Connected on both sides",
        "virtual-network/virtual-network-manage-peering",
    )
    PEERING_NOT_SYNCED = (
        "peeringNotSynced",
        Family.NETWORK,
        "the peering does not know the address space as it is now",
        "virtual-network/update-virtual-network-peering-address-space",
    )
    SUBNET_NOT_PEERED = (
        "subnetNotPeered",
        Family.NETWORK,
        "the peering joins certain subnets, and not these",
        "virtual-network/how-to-configure-subnet-peering",
    )
    IPV6_ONLY = (
        "ipv6Only",
        Family.NETWORK,
        "the peering carries IPv6 only",
        "virtual-network/how-to-configure-subnet-peering",
    )
    NOT_TRANSITIVE = (
        "notTransitive",
        Family.NETWORK,
        "both VNets are peered with a third, and peering is not transitive",
        "virtual-network/virtual-network-peering-overview",
    )
    FORWARDED_TRAFFIC_REFUSED = (
        "forwardedTrafficRefused",
        Family.NETWORK,
        "a peering does not allow forwarded traffic",
        "virtual-network/virtual-network-manage-peering",
    )
    FORWARDING_OFF = (
        "forwardingOff",
        Family.NETWORK,
        "the next hop is an interface that does not forward",
        "virtual-network/virtual-network-network-interface",
    )
    NEXT_HOP_ABSENT = (
        "nextHopAbsent",
        Family.NETWORK,
        "a route names a next hop that nothing reachable has",
        "virtual-network/virtual-networks-udr-overview",
    )
    ROUTE_DROPS = (
        "routeDrops",
        Family.NETWORK,
        "a route drops the packet",
        "virtual-network/virtual-networks-udr-overview",
    )
    ROUTING_LOOP = (
        "routingLoop",
        Family.NETWORK,
        "routes send the packet in a circle",
        "virtual-network/virtual-networks-udr-overview",
    )
    ADDRESS_OVERLAP = (
        "addressOverlap",
        Family.NETWORK,
        "a nearer network has the same addresses, and gets the packet",
        "virtual-network/virtual-networks-udr-overview",
    )
    GATEWAY_NOT_SHARED = (
        "gatewayNotShared",
        Family.NETWORK,
        "the peering does not let the gateway's clients through",
        "vpn-gateway/vpn-gateway-peering-gateway-transit",
    )
    GATEWAY_FLAGS_DISAGREE = (
        "gatewayFlagsDisagree",
        Family.NETWORK,
        "one side of the peering counts on a gateway that the other does not share",
        "vpn-gateway/vpn-gateway-peering-gateway-transit",
    )
    HUB_ROUTE_MISSING = (
        "hubRouteMissing",
        Family.NETWORK,
        "the virtual hub has no route between the two connections",
        "virtual-wan/about-virtual-hub-routing",
    )

    # --- firewall ---
    OUTBOUND_DENIED = (
        "outboundDenied",
        Family.FIREWALL,
        "a network security group of the caller denies the way out",
        "virtual-network/network-security-group-how-it-works",
    )
    INBOUND_DENIED = (
        "inboundDenied",
        Family.FIREWALL,
        "the network security group at the private endpoint denies the way in",
        "private-link/disable-private-endpoint-network-policy",
    )
    APPLIANCE_DENIED = (
        "applianceDenied",
        Family.FIREWALL,
        "a network security group denies the way to the appliance that the packet passes",
        "virtual-network/network-security-group-how-it-works",
    )
    FIREWALL_DENIED = (
        "firewallDenied",
        Family.FIREWALL,
        "no rule of the firewall on the way allows it",
        "firewall/rule-processing",
    )
    FIREWALL_RESOLVES_PUBLIC = (
        "firewallResolvesPublic",
        Family.FIREWALL,
        "an application rule allows it, and the firewall itself resolves the public address",
        "firewall/dns-settings",
    )

    def __new__(cls, code: str, family: Family, said: str, page: str) -> Self:
        """Make the member, with what it means beside it."""
        self = str.__new__(cls, code)
        self._value_ = code
        self.family = family
        self.said = said
        self.source = _LEARN + page
        return self


@dataclass(frozen=True, slots=True)
class Break:
    """What breaks a connection, and the resource whose change mends it."""

    cause: Cause
    blame: ResourceId
    case: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Names for messages and commands: `{each.NAME}`."""
