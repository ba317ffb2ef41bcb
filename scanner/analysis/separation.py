"""Whether the network keeps a caller from an account it must never reach, whatever DNS says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.analysis.calls import WORST_FIRST, Followed, Reach, follow
from scanner.analysis.consumers import Consumer
from scanner.analysis.dns.hostnames import Hostname
from scanner.analysis.dns.lookup import Answer, Resolution
from scanner.analysis.endpoints import addresses, approved
from scanner.analysis.likeness import AccountCall
from scanner.analysis.public_side import call_publicly
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.topology import Topology


@dataclass(frozen=True, slots=True)
class Crossing:
    """The way by which a caller gets furthest."""

    verdict: Reach
    followed: Followed | None = None
    """None when it leads to no private endpoint."""
    unread: str = ""
    past_dns: Step | None = None
    """How somebody comes to take it whom the name does not lead there."""


def cross(
    topology: Topology,
    consumer: Consumer,
    account: CognitiveServicesAccount,
    hostname: Hostname,
    answer: Resolution,
) -> Crossing:
    """
    Return how far a caller can get towards an account, by any address that it has.

    What a name resolves to keeps nobody off: a line in a hosts file or another
    resolver leads to every address. So a way counts if routes and filters let it
    through to an approved endpoint, and so does the public side if it admits
    everybody.
    """
    ways = (
        *_private(topology, consumer, account, hostname, answer),
        *_hidden(topology, account),
        _public(topology, consumer, account, answer),
    )
    return max(ways, key=_length)


def _length(way: Crossing) -> tuple[bool, bool, int, bool, bool]:
    """
    Return how far a way leads.

    Of two that get through, the one that the name leads to is told, else the private one.
    """
    is_through = way.verdict in {Reach.REACHABLE, Reach.PUBLIC}
    is_named = way.past_dns is None
    place = WORST_FIRST.index(way.verdict)
    return is_through, is_through and is_named, place, way.followed is not None, is_named


def _private(
    topology: Topology,
    consumer: Consumer,
    account: CognitiveServicesAccount,
    hostname: Hostname,
    answer: Resolution,
) -> Iterator[Crossing]:
    for item in approved(topology, account):
        held = sorted(addresses(topology, item.endpoint)) if item.endpoint else ()
        if not item.endpoint or not held:
            yield Crossing(
                Reach.UNKNOWN, unread=f"at which addresses {item.id.path} is was not read"
            )
            continue
        for address in held:
            call = AccountCall(consumer, item.endpoint, address, account, hostname)
            found = follow(topology, call)
            unread = found.last.unread if found.last else ""
            yield Crossing(found.verdict, found, unread, _told(call, answer))


def _told(call: AccountCall, answer: Resolution) -> Step | None:
    """Say how a caller learns an address that the name does not lead it to."""
    if answer.outcome is Answer.PRIVATE and call.address in answer.addresses:
        return None
    name = call.hostname.name
    said = f"a hosts file or another resolver leads {name} to {call.address} all the same"
    return Step(said, (Evidence(call.endpoint.id),))


def _hidden(topology: Topology, account: CognitiveServicesAccount) -> Iterator[Crossing]:
    """Yield the ways to endpoints that nobody told of."""
    if topology.unread(PrivateEndpointConnection, account.id):
        unread = f"which private endpoints {account.name} has was not read"
        yield Crossing(Reach.UNKNOWN, unread=unread)


def _public(
    topology: Topology,
    consumer: Consumer,
    account: CognitiveServicesAccount,
    answer: Resolution,
) -> Crossing:
    called = call_publicly(topology, consumer, account)
    if answer.outcome is Answer.PUBLIC:
        return Crossing(called.verdict, unread=called.unread)
    said = f"another resolver gives the public address of {account.name} all the same"
    return Crossing(called.verdict, None, called.unread, Step(said, (Evidence(account.id),)))
