"""Whether security groups let questions through to the DNS servers that are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scanner.analysis.addresses import AddressSet
from scanner.analysis.causes import Cause
from scanner.analysis.connections import Connection
from scanner.analysis.consumers import Consumer, Kind
from scanner.analysis.dns.servers import AZURE_DNS
from scanner.analysis.filtering.first_match import Decision, decide
from scanner.analysis.filtering.guards import rules_by_group, scale_sets
from scanner.analysis.filtering.mending import free_priorities
from scanner.analysis.filtering.security_rules import (
    Flow,
    Members,
    NsgRule,
    Side,
    matches,
    placed,
)
from scanner.analysis.filtering.virtual_network_tag import virtual_network_tag
from scanner.analysis.intents import Intent
from scanner.analysis.network_managers import ruling
from scanner.findings import NOT_APPLICABLE, Evidence, Judgement, Verdict, every, some
from scanner.resources import Relation, ResourceId
from scanner.resources.network_security_group import NetworkSecurityGroup
from scanner.resources.subnet import Subnet
from scanner.topology import Topology, once

DNS = 53

PLATFORM_TAG = "azureplatformdns"

LAST = 65535
"""A priority after that of every rule Azure lets one write."""

_AS_TCP = {"udp": "tcp", "tcp": "udp"}
"""Rules are matched against TCP: with the two names changed places, against UDP."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question to a server, and what it meets."""

    consumer: Consumer
    callers: AddressSet
    server: str


def let_through(topology: Topology, connection: Connection) -> Judgement:
    """
    Judge whether a consumer's security groups let its questions out to a DNS server.

    Questions go by UDP to port 53. One server that answers is enough. To
    Azure-provided DNS no group counts but by the tag AzurePlatformDNS. What stands
    in the way farther on is not looked at. Where the call must never be, or the server
    is itself what breaks it, questions to it do not matter.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
    """
    broken = connection.broken
    if connection.intended is Intent.NEVER or (broken and broken.cause in _OF_SERVERS):
        return NOT_APPLICABLE
    kept, consumer = _kept(topology), connection.consumer
    if consumer.id not in kept:
        kept[consumer.id] = _let_out(topology, consumer)
    return kept[consumer.id]


_OF_SERVERS = frozenset(
    {
        Cause.PUBLIC_RESOLVER,
        Cause.NOT_A_DNS_PROXY,
        Cause.DNS_SERVER_ABSENT,
        Cause.DNS_SERVER_UNREACHABLE,
    }
)
"""Causes that another server mends."""


@once
def _kept(_: Topology) -> dict[ResourceId, Judgement]:
    """Keep what becomes of a consumer's questions: it is the same for every name."""
    return {}


def _let_out(topology: Topology, consumer: Consumer) -> Judgement:
    if consumer.kind is Kind.CLIENTS or not consumer.guards:
        return _unguarded(topology, consumer)
    subnet = topology.get(Subnet, consumer.subnet)
    own = AddressSet.parse(*subnet.address_prefixes) if subnet else AddressSet()
    callers = consumer.addresses or own
    if not callers:
        unread = f"the addresses of {consumer.id.path} were not read"
        return Judgement(Verdict.OPEN, (Evidence(consumer.id),), unread=unread)
    servers = consumer.dns_servers or (AZURE_DNS,)
    queries = (Query(consumer, callers, server) for server in servers)
    found = some(every(_guarded(topology, one)) for one in queries)
    managed = ruling(topology, consumer.network)
    if found.verdict is Verdict.FAIL and managed:
        return Judgement(Verdict.OPEN, found.because, unread=managed)
    return found


def _unguarded(topology: Topology, consumer: Consumer) -> Judgement:
    if consumer.kind is not Kind.CLIENTS and topology.get(Subnet, consumer.subnet) is None:
        unread = f"the subnet {consumer.subnet.path} was not read"
        return Judgement(Verdict.OPEN, (Evidence(consumer.id),), unread=unread)
    return NOT_APPLICABLE


def _guarded(topology: Topology, query: Query) -> Iterator[Judgement]:
    consumer = query.consumer
    for guard in consumer.guards:
        group = topology.get(NetworkSecurityGroup, guard)
        here = (Evidence(consumer.id), Evidence(guard, Relation.GUARDED_BY))
        if group is None:
            unread = f"the network security group {guard.path} was not read"
            yield Judgement(Verdict.OPEN, here, unread=unread)
            continue
        yield _judged(query, group, _decided(topology, query, group), here)
    scaled = scale_sets(topology, consumer)
    if scaled:
        unread = f"the network security groups of the scale set {scaled} are not read"
        yield Judgement(Verdict.OPEN, (Evidence(consumer.id),), unread=unread)


def _decided(topology: Topology, query: Query, group: NetworkSecurityGroup) -> Decision[NsgRule]:
    consumer = query.consumer
    tag = virtual_network_tag(topology, consumer.subnet)
    flow = Flow(
        callers=query.callers,
        address=AddressSet.parse(query.server),
        tag=tag,
        callers_groups=Members(consumer.groups, is_known=not scale_sets(topology, consumer)),
        address_groups=Members(is_known=False),
    )
    read = rules_by_group(topology)[group.id]
    if query.server == AZURE_DNS:
        read = tuple(_platform_rules(group, read))
    swapped = (replace(rule, protocol=_AS_TCP.get(rule.protocol, rule.protocol)) for rule in read)
    asked_of = placed(swapped, tag, DNS, is_inbound=False)
    return decide(matches(asked_of, flow), query.callers)


def _platform_rules(group: NetworkSecurityGroup, read: Iterable[NsgRule]) -> Iterable[NsgRule]:
    """Yield the rules that speak of Azure-provided DNS, and then that all others may pass."""
    by_name = {rule.name: rule for rule in group.rules}
    everything = Side.parse(("*",), ())
    for rule in read:
        said = by_name[rule.name].destination_addresses if rule.name in by_name else ()
        if PLATFORM_TAG in {word.strip().lower() for word in said}:
            yield replace(rule, destination=everything)
    every_port = AddressSet(((0, 65535),))
    yield NsgRule("", True, False, LAST, "", "*", every_port, every_port, everything, everything)  # noqa: FBT003


def _judged(
    query: Query, group: NetworkSecurityGroup, found: Decision[NsgRule], here: tuple[Evidence, ...]
) -> Judgement:
    told = tuple(
        Evidence(group.id, "", match.rule.pointer, match.rule.name)
        for match in found.deciding
        if match.rule.pointer
    )
    if not query.callers - found.allowed:
        return Judgement(Verdict.PASS, here)
    if query.callers - found.denied:
        unread = (
            f"whether {group.id.path} lets questions of {query.consumer.id.path} out is not known"
        )
        return Judgement(Verdict.OPEN, (*here, *told), unread=unread)
    names = [match.rule.name for match in found.deciding if not match.allows]
    case = {
        "server": query.server,
        "group": str(group.id),
        "groupName": group.name,
        "consumer": query.consumer.id.path,
        "denying": ", ".join(names) or "a default rule",
    }
    if query.server != AZURE_DNS:
        case |= {"open": query.server, "freePriority": _before(group, found)}
    return Judgement(Verdict.FAIL, (*here, *told), (case,))


def _before(group: NetworkSecurityGroup, found: Decision[NsgRule]) -> str:
    """Return free priorities that count before the denial; empty when there are none."""
    own = group.properties.security_rules or ()
    taken = {rule.properties.priority for rule in own if not rule.is_inbound}
    denials = (match.rule.priority for match in found.deciding if not match.allows)
    return free_priorities(taken, min(denials, default=LAST))
