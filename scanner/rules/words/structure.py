"""Words that ask whether what belongs together fits: endpoints, zones, gateways, rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.analysis.checks import (
    accounts_of,
    admitted_subnets,
    approval,
    bastion_rules,
    client_pools,
    inspection,
    members,
    questions,
    sign_in,
    zone_groups,
    zone_links,
    zone_names,
)
from scanner.analysis.checks.remaking import REMADE
from scanner.analysis.connections import Connection
from scanner.findings import Judgement
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway
from scanner.rules.rule import Condition
from scanner.rules.shapes import Choice
from scanner.rules.words.word import About, Word, of_kind
from scanner.topology import Topology


def endpoint(values: Mapping[str, Any]) -> Condition:
    """
    Hold when a private endpoint fits the accounts it was made for.

    `targetsExist`: the accounts are there. `namesAllHeld`: it has an address for
    each name of an account that has several. `made`: Azure finished it, or it was
    refused; and it asks for the sub-resource `account`.
    """
    match values["endpoint"]:
        case "made":
            return of_kind(PrivateEndpoint, approval.made)
        case "targetsExist":
            return of_kind(PrivateEndpoint, accounts_of.existing)
        case _:
            return of_kind(PrivateEndpoint, members.complete)


def zone_group(values: Mapping[str, Any]) -> Condition:
    """
    Hold when zone groups keep what an account's names need.

    Of a private endpoint: `keepsRecords` when no record that answers with its
    addresses is kept by hand; `namesZones` when its group names the zone of
    each name, or a record does without. Of an account: `apart` when no two of its
    endpoints keep records in one zone.
    """
    match values["zoneGroup"]:
        case "keepsRecords":
            return of_kind(PrivateEndpoint, zone_groups.kept)
        case "namesZones":
            return of_kind(PrivateEndpoint, zone_groups.named)
        case _:
            return of_kind(CognitiveServicesAccount, zone_groups.apart)


def zone_name(values: Mapping[str, Any]) -> Condition:
    """Hold when a private DNS zone that was meant for accounts has the name Azure leads to."""
    assert values["zoneName"] == "leadsHere"  # noqa: S101 - the only word there is
    return of_kind(PrivateDnsZone, zone_names.spelled)


def zone_link(values: Mapping[str, Any]) -> Condition:
    """Hold when the link between a private DNS zone and a VNet is completed and has not failed."""
    assert values["zoneLink"] == "inForce"  # noqa: S101 - the only word there is
    return of_kind(VirtualNetworkLink, zone_links.in_force)


def vpn_clients(values: Mapping[str, Any]) -> Condition:
    """
    Hold when people can dial in to a VPN gateway.

    `haveOwnAddresses`: their addresses lie apart from those of the VNets and
    sites around the gateway. `canSignIn`: the settings for Entra ID can work.
    """
    match values["vpnClients"]:
        case "haveOwnAddresses":
            return of_kind(VirtualNetworkGateway, client_pools.apart)
        case _:
            return of_kind(VirtualNetworkGateway, sign_in.possible)


def admitted_subnets_are(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the subnets that an account's own firewall admits can make use of it.

    `existing`: they are there. `recognised`: they have the service endpoint.
    `askingPublicly`: what calls from there comes by the public address.
    """
    match values["admittedSubnets"]:
        case "existing":
            return of_kind(CognitiveServicesAccount, admitted_subnets.existing)
        case "recognised":
            return of_kind(CognitiveServicesAccount, admitted_subnets.recognised)
        case _:
            return of_kind(CognitiveServicesAccount, admitted_subnets.asking_publicly)


def bastion_traffic(values: Mapping[str, Any]) -> Condition:
    """Hold when the security group of Bastion's subnet lets through all that Bastion needs."""
    assert values["bastionTraffic"] == "passes"  # noqa: S101 - the only word there is
    return of_kind(Subnet, bastion_rules.complete)


def appliance_route(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the caller's own route to an appliance draws what it sends to the endpoint.

    `actedOn`: network policies let route tables act on the endpoint, or the route
    is for its very address. `longEnough`: where they do, it is no shorter than the
    prefix of the endpoint's VNet.
    """
    ask = inspection.acted_on if values["applianceRoute"] == "actedOn" else inspection.outranked

    def judge(topology: Topology, connection: Connection) -> Judgement:
        return ask(topology, connection)

    return judge


def dns_questions(values: Mapping[str, Any]) -> Condition:
    """Hold when the caller's security groups let its questions out to a DNS server."""
    assert values["dnsQuestions"] == "leave"  # noqa: S101 - the only word there is

    def judge(topology: Topology, connection: Connection) -> Judgement:
        return questions.let_through(topology, connection)

    return judge


WORDS = (
    Word(
        name="endpoint",
        takes=Choice("state of an endpoint", ("targetsExist", "namesAllHeld", "made")),
        binds=("account", "accountName", "hostname", *REMADE),
        make=endpoint,
    ),
    Word(
        name="zoneGroup",
        takes=Choice("state of zone groups", ("keepsRecords", "namesZones", "apart")),
        binds=(
            *("record", "zone", "zoneName", "hostname"),
            *("group", "newGroup", "endpoints"),
            *("gone", "groupOfOne", "groupOfMany", "config"),
        ),
        make=zone_group,
    ),
    Word(
        name="zoneName",
        takes=Choice("state of a zone's name", ("leadsHere",)),
        binds=("zoneName", "missing"),
        make=zone_name,
    ),
    Word(
        name="zoneLink",
        takes=Choice("state of a zone's link", ("inForce",)),
        binds=("registration", "resolutionPolicy"),
        make=zone_link,
    ),
    Word(
        name="vpnClients",
        takes=Choice("state of VPN clients", ("haveOwnAddresses", "canSignIn")),
        binds=("pool", "other", "prefix", "fault"),
        make=vpn_clients,
    ),
    Word(
        name="admittedSubnets",
        takes=Choice("state of subnets", ("existing", "recognised", "askingPublicly")),
        binds=("subnet", "path", "alone"),
        make=admitted_subnets_are,
    ),
    Word(
        name="bastionTraffic",
        takes=Choice("state of traffic", ("passes",)),
        binds=("group", "groupName", "missing"),
        make=bastion_traffic,
    ),
    Word(
        name="applianceRoute",
        about=About.CONNECTIONS,
        takes=Choice("state of a route", ("actedOn", "longEnough")),
        binds=(
            *("consumer", "endpoint", "subnet", "policies", "address"),
            *("table", "route", "prefix", "nextHop"),
        ),
        make=appliance_route,
    ),
    Word(
        name="dnsQuestions",
        about=About.CONNECTIONS,
        takes=Choice("state of questions", ("leave",)),
        binds=("server", "group", "groupName", "consumer", "denying", "open", "freePriority"),
        make=dns_questions,
    ),
)
