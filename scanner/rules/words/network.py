"""Words that ask what the network does: exposure, names, peerings, filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.analysis.checks import answers, transit, zones
from scanner.analysis.checks.approval import STATES, connected
from scanner.analysis.checks.denials import denies_callers, heard
from scanner.analysis.checks.effective import as_computed
from scanner.analysis.checks.internet import reached
from scanner.analysis.checks.remaking import REMADE
from scanner.analysis.dns import callers
from scanner.analysis.exposure import Exposure, exposure, own_exposure
from scanner.analysis.filtering.virtual_network_tag import forwards_everything
from scanner.analysis.routing.peering import leads_to_accounts, may_lead_to_accounts
from scanner.findings import Evidence, Judgement, Verdict, some
from scanner.resources import AnyResource, Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.network_security_group import NetworkSecurityGroup
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.resources.record_set import RecordSet
from scanner.resources.route_table import RouteTable
from scanner.resources.subnet import Subnet
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering
from scanner.resources.virtual_wan import HubVirtualNetworkConnection, VirtualHub
from scanner.rules.rule import Condition
from scanner.rules.shapes import Choice, ListOf, OneOrMore, Whole
from scanner.rules.words.word import Word, of_kind
from scanner.topology import Topology


def exposed(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the account's exposure is one of those named.

    `private`: nobody without a private endpoint; `trusted`: trusted Azure
    services; `perimeter`: members of a network security perimeter and the few it
    names; `selected`: the networks its own rules name; `public`: more public
    addresses than a /16 holds, by its own settings or by its perimeter's. With
    `by: ownSettings`, what those alone admit; `perimeter` where they do not count.
    An account that its own settings open is told, for messages and commands.
    """
    wanted = frozenset(Exposure(name) for name in values["exposure"])
    ask = own_exposure if "by" in values else exposure

    def judge(topology: Topology, subject: CognitiveServicesAccount) -> Judgement:
        said = ask(topology, subject)
        if said.possible <= wanted:
            return Judgement(Verdict.PASS, said.because)
        if said.possible & wanted:
            return Judgement(Verdict.OPEN, said.because, unread=said.unread)
        # Where a perimeter alone lets them in, no setting of the account keeps them out.
        own = own_exposure(topology, subject).possible - wanted - {Exposure.PERIMETER}
        return Judgement(Verdict.FAIL, said.because, ({"account": str(subject.id)},) if own else ())

    return of_kind(CognitiveServicesAccount, judge)


def required_zones(values: Mapping[str, Any]) -> Condition:
    """
    Hold when each private DNS zone that an account's names need exists in the estate.

    Only an account with an approved endpoint and a custom subdomain needs one.
    """
    assert values["requiredZones"] == "exist"  # noqa: S101 - the only word there is
    return of_kind(CognitiveServicesAccount, zones.exist)


def answers_with(values: Mapping[str, Any]) -> Condition:
    """
    Hold when a record named after an account answers with its endpoints' addresses only.

    A record named after no account in the snapshot does not apply.
    """
    assert values["answersWith"] == "endpointAddresses"  # noqa: S101 - the only word there is
    return of_kind(RecordSet, answers.current)


def leads_to(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the resource's VNet has to do with an account.

    It belongs to a peered network that holds an account's endpoint, whatever
    the state and number of the peerings, or its zone links show that it wants
    one. This tells networks of interest from others, and is no path.
    """
    assert values["leadsTo"] == "accounts"  # noqa: S101 - the only word there is

    def judge(topology: Topology, subject: AnyResource) -> Judgement:
        networks = _networks(topology, subject)
        if any(_wants_or_holds(topology, network) for network in networks):
            return Judgement(Verdict.PASS, (Evidence(subject.id),))
        for kind in _ON_THE_WAY:
            for gap in topology.unread(kind):
                unread = f"{kind.ARM_TYPE} in {gap.scope}: {gap.reason}"
                return Judgement(Verdict.OPEN, (Evidence(subject.id),), unread=unread)
        for network in networks:
            unread = callers.unread_names(topology, network)
            unread = unread or may_lead_to_accounts(topology, network)
            if unread:
                return Judgement(Verdict.OPEN, (Evidence(subject.id),), unread=unread)
        return Judgement(Verdict.FAIL, (Evidence(subject.id),))

    return judge


def gateway_transit(values: Mapping[str, Any]) -> Condition:
    """Hold when both sides of a peering agree on who uses whose gateway."""
    assert values["gatewayTransit"] == "agrees"  # noqa: S101 - the only word there is
    return of_kind(VirtualNetworkPeering, transit.gateway_flags_agree)


def forwards(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the routes of a route table forward every public address.

    All routes to appliances and gateways count together: one for 0.0.0.0/0, or one
    for each half of it.
    """
    assert values["forwards"] == "everything"  # noqa: S101 - the only word there is
    return of_kind(RouteTable, forwards_everything)


def open_to_internet(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the Internet reaches one of the TCP ports of a network interface.

    The Internet is more public addresses than a /16 holds. It comes by a public
    address, a load balancer's rule or a firewall's translation, as far as the rules
    at the subnet and at the interface let it, in the order of their priority. Open
    where a network manager, or a route that widens the tag VirtualNetwork, may
    decide otherwise, and for what a firewall translates.
    """
    ports: tuple[int, ...] = values["openToInternet"]

    def judge(topology: Topology, subject: NetworkInterface) -> Judgement:
        return some(reached(topology, subject, port) for port in ports)

    return of_kind(NetworkInterface, judge)


def denies(values: Mapping[str, Any]) -> Condition:
    """
    Hold when a security group has a rule that denies callers of endpoints a TCP port.

    Whether the rule is in force does not matter, nor what is allowed before it. Nobody
    calls a private endpoint from Internet or AzureLoadBalancer: a rule for these alone
    denies no caller.
    """
    port: int = values["deniesCallers"]
    return of_kind(
        NetworkSecurityGroup, lambda topology, group: denies_callers(topology, group, port)
    )


def network_policies(values: Mapping[str, Any]) -> Condition:
    """Hold when a subnet's network policies let its security group count for endpoints."""
    assert values["networkPolicies"] == "securityGroups"  # noqa: S101 - the only word there is
    return of_kind(Subnet, heard)


def connection(values: Mapping[str, Any]) -> Condition:
    """
    Hold when a private endpoint's connection to an account is in one of the states named.

    The account's word counts, and an endpoint it does not list is
    `disconnected`; the endpoint's own bad word only where the account does not say.
    An account outside the snapshot may be of any kind: that is open.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    """
    states = frozenset(values["connection"])
    return of_kind(PrivateEndpoint, lambda topology, one: connected(topology, one, states))


def effective(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the routes and security groups that Azure computes for an interface are ours.

    They are read on request (`--effective`), of interfaces of running machines; one of
    which they were not read, or where there is nothing to compare, does not apply.
    """
    assert values["effective"] == "asComputed"  # noqa: S101 - the only word there is
    return of_kind(NetworkInterface, as_computed)


def _wants_or_holds(topology: Topology, network: ResourceId) -> bool:
    wanted = callers.linked_names(topology, network)
    return leads_to_accounts(topology, network) or any(True for _ in wanted)


def _networks(topology: Topology, subject: AnyResource) -> tuple[ResourceId, ...]:
    """Return the VNets a resource is, is part of, or is placed in."""
    if isinstance(subject, VirtualNetwork):
        return (subject.id,)
    parents = topology.targets(subject.id, Relation.PART_OF)
    places = topology.targets(subject.id, Relation.PLACED_IN)
    # A bastion of the Developer SKU names its VNet, everything else a subnet.
    is_network = VirtualNetwork.ARM_TYPE
    return (*parents, *(p if p.type == is_network else p.parent for p in places))


_ON_THE_WAY: tuple[type[AnyResource], ...] = (
    PrivateEndpoint,
    PrivateEndpointConnection,
    CognitiveServicesAccount,
    VirtualNetwork,
    VirtualNetworkPeering,
    VirtualHub,
    HubVirtualNetworkConnection,
)

WORDS = (
    Word(
        name="exposure",
        takes=OneOrMore(Choice("exposure", tuple(item.value for item in Exposure))),
        beside={"by": Choice("settings", ("ownSettings",))},
        binds=("account",),
        make=exposed,
    ),
    Word(
        name="requiredZones",
        takes=Choice("state of zones", ("exist",)),
        binds=(
            *("zoneName", "hostname", "endpoint", "network", "zone", "group", "newGroup"),
            *("gone", "groupOfOne", "groupOfMany", "config"),
        ),
        make=required_zones,
    ),
    Word(
        name="answersWith",
        takes=Choice("answer", ("endpointAddresses",)),
        binds=("record", "zoneName", "stale", "current", "account", "add", "remove"),
        make=answers_with,
    ),
    Word(name="leadsTo", takes=Choice("aim", ("accounts",)), make=leads_to),
    Word(
        name="gatewayTransit",
        takes=Choice("state", ("agrees",)),
        binds=(
            "otherName",
            "otherId",
            "flag",
            "network",
            "networkName",
            "resourceGroup",
            "subscription",
        ),
        make=gateway_transit,
    ),
    Word(name="forwards", takes=Choice("addresses", ("everything",)), make=forwards),
    Word(
        name="openToInternet",
        takes=ListOf(Whole(1, 65535)),
        binds=("port", "by", "ipConfiguration"),
        make=open_to_internet,
    ),
    Word(
        name="effective",
        takes=Choice("state", ("asComputed",)),
        binds=("address", "endpoint", "difference"),
        make=effective,
    ),
    Word(name="deniesCallers", takes=Whole(1, 65535), make=denies),
    Word(
        name="networkPolicies",
        takes=Choice("thing that counts", ("securityGroups",)),
        binds=("policies",),
        make=network_policies,
    ),
    Word(
        name="connection",
        takes=OneOrMore(Choice("state of a connection", STATES)),
        binds=("id", *REMADE),
        make=connection,
    ),
)
