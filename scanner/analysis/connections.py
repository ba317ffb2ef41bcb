"""Whether a consumer reaches an account, as nslookup and a TCP test would find, and why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from scanner.analysis.calls import WORST_FIRST, Ends, Followed, Reach, follow
from scanner.analysis.candidates import candidates, is_kept
from scanner.analysis.causes import Break, Cause, Family
from scanner.analysis.consumers import Consumer, consumers
from scanner.analysis.dns.hostnames import Hostname, hostnames_in
from scanner.analysis.dns.resolution import Answer, Resolution, resolve
from scanner.analysis.endpoints import accounts, approved, serving_at
from scanner.analysis.exposure import is_closed
from scanner.analysis.filtering.passage import Passage, first_of
from scanner.analysis.intents import Intent, declared
from scanner.analysis.likeness import AccountCall
from scanner.analysis.public_side import PublicCall, call_publicly
from scanner.analysis.routing.peering import beside
from scanner.analysis.routing.route import Route
from scanner.analysis.separation import cross
from scanner.analysis.soundness import doubt, waiting
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.topology import Topology, once
from scanner.topology.expectations import Demand, Expectation


@dataclass(frozen=True)
class Connection:
    """A consumer and one host name of an account."""

    consumer: Consumer
    account: CognitiveServicesAccount
    hostname: Hostname
    intended: Intent
    declared: Expectation | None
    """What somebody said of it."""
    resolution: Resolution
    follow: Callable[[], Ends]
    """Follows it beyond DNS: the details of one that is reachable are seldom asked for."""
    verdict: Reach
    broken: Break | None
    """The first thing that breaks it; None when nothing does, or nobody knows."""
    stage: Family
    """How far it came: what was looked at last."""
    unread: str
    """For `unknown`: what was not read, or is not in Azure."""
    doubts: frozenset[Cause] | None
    """What filters may break it by; None when it did not come to them."""
    past_dns: Step | None = None
    """For one that must never be: how a caller comes there whom the name does not lead."""
    further: tuple[tuple[str, Followed], ...] = ()
    """How it comes out at the other addresses behind the name, the worst first."""

    @cached_property
    def ends(self) -> Ends:
        """Its route and its passage."""
        return self.follow()

    @property
    def route(self) -> Route | None:
        """None while the name does not resolve to an endpoint of the account."""
        return self.ends[0]

    @property
    def passage(self) -> Passage | None:
        """None while there is no way to the endpoint."""
        return self.ends[1]

    @property
    def suspect(self) -> Cause | None:
        """For `unknown`: the cause it would most likely be, under which it is reported once."""
        if self.broken is not None or self.verdict is not Reach.UNKNOWN:
            return None
        unresolved = self.resolution.suspect if self.stage is Family.DNS else None
        filtered = first_of(self.doubts) if self.doubts else None
        return unresolved or filtered or SUSPECTS[self.stage]

    def may_be(self, cause: Cause) -> bool:
        """Tell whether a cause that is not certain may be the first that breaks it."""
        if self.doubts is not None:
            return cause in self.doubts
        order = tuple(Family)
        return self.suspect is not None and order.index(cause.family) >= order.index(self.stage)

    @property
    def outcome(self) -> tuple[object, ...]:
        """What words can tell it by from others: how it comes out, and how it is wanted."""
        cause = self.broken.cause if self.broken else None
        return (self.verdict, self.stage, cause, self.suspect, self.doubts, self.intended)

    @property
    def path(self) -> str:
        """What it is called in examples of rules: `vnet-app/snet-app -> aoai.openai.azure.com`."""
        return f"{self.consumer.id.path} -> {self.hostname.name}"

    @property
    def key(self) -> str:
        """What tells it from every other connection, whatever the letter case of IDs."""
        return f"{self.consumer.id.lower()} -> {self.hostname.name}"

    @property
    def steps(self) -> Iterator[Step]:
        """What happens on the way, in order."""
        yield from self.resolution.steps
        yield from (self.past_dns,) if self.past_dns else ()
        for part in (self.route, self.passage):
            yield from part.steps if part else ()

    @cached_property
    def because(self) -> tuple[Evidence, ...]:
        """What the verdict rests on, in order, each once."""
        told = (step.told(self.consumer.id) for step in self.steps)
        return tuple(dict.fromkeys(evidence for step in told for evidence in step))


@once
def intended(topology: Topology) -> tuple[Connection, ...]:
    """Return the connections that are wanted, or must never be, by consumer and host name."""
    return tuple(
        found
        for consumer in consumers(topology)
        for account in candidates(topology, consumer)
        for found in connections(topology, consumer, (account,))
        if found.intended
    )


@once
def alike(topology: Topology) -> tuple[tuple[Connection, ...], ...]:
    """Return the intended connections, together those that come out alike."""
    groups: dict[tuple[object, ...], list[Connection]] = {}
    for found in intended(topology):
        groups.setdefault(found.outcome, []).append(found)
    return tuple(tuple(group) for group in groups.values())


def reach(topology: Topology) -> Mapping[ResourceId, Mapping[str, int]]:
    """Return how consumers come out at each account they should reach, by its worst name."""
    worst: dict[tuple[ResourceId, ResourceId], Reach] = {}
    for found in intended(topology):
        if found.intended is Intent.NEVER:
            continue
        pair = (found.account.id, found.consumer.id)
        worst[pair] = min(found.verdict, worst.get(pair, found.verdict), key=WORST_FIRST.index)
    counts: dict[ResourceId, Counter[str]] = {}
    for (account, _), verdict in worst.items():
        counts.setdefault(account, Counter())[verdict.value] += 1
    return counts


def connections(
    topology: Topology, consumer: Consumer, wanted: Iterable[CognitiveServicesAccount] = ()
) -> Iterator[Connection]:
    """Yield a consumer's connection with each host name of the accounts; of all, when none."""
    for account in wanted or accounts(topology):
        for hostname in hostnames_in(topology, account):
            yield connection(topology, consumer, account, hostname)


def connection(
    topology: Topology,
    consumer: Consumer,
    account: CognitiveServicesAccount,
    hostname: Hostname,
) -> Connection:
    """
    Judge one connection in the order of a real test: name, way, filter.

    Of several addresses behind a name a client takes any, so each must be
    reachable. A name that resolves publicly leads to the account's public side.
    Of a connection that must never be, DNS decides nothing: the address that leads
    furthest counts.
    """
    answer = resolve(topology, consumer, account, hostname)
    said = declared(topology, consumer, account)
    intent = _intent(topology, consumer, account, hostname, answer, said)
    if intent is not Intent.NEVER:
        answer = _blaming(topology, account, _closed(topology, account, answer))
    known = partial(
        Connection,
        consumer=consumer,
        account=account,
        hostname=hostname,
        intended=intent,
        declared=said,
        resolution=answer,
    )
    if intent is Intent.NEVER:
        found = cross(topology, consumer, account, hostname, answer)
        if found.followed:
            return known(past_dns=found.past_dns, **_told(found.followed))
        no_endpoint = Break(Cause.NO_ENDPOINT, account.id)
        broken = (answer.broken or no_endpoint) if found.verdict is Reach.BROKEN else None
        return known(past_dns=found.past_dns, **_stopped(found.verdict, broken, found.unread))
    if answer.outcome is not Answer.PRIVATE:
        called = _unresolved(topology, consumer, account, answer)
        steps = (*answer.steps, called.stopped) if called.stopped else answer.steps
        stopped = _stopped(called.verdict, answer.broken, called.unread)
        return known(**stopped, resolution=replace(answer, steps=steps))
    # A private answer is the address of an approved endpoint.
    calls = tuple(
        AccountCall(consumer, endpoint, address, account, hostname)
        for address in answer.addresses
        if (endpoint := serving_at(topology, account, address))
    )
    ways = sorted(
        ((call.address, follow(topology, call)) for call in calls), key=lambda way: way[1].gravity
    )
    told = _told(ways[0][1])
    doubted = next(filter(None, (doubt(account, call.endpoint) for call in calls)), "")
    if doubted and told["verdict"] is Reach.REACHABLE:
        unsure = {"verdict": Reach.UNKNOWN, "unread": doubted}
        told |= {**unsure, "stage": Family.NETWORK, "doubts": None}
    return known(further=tuple(ways[1:]), **told)


def _told(followed: Followed) -> dict[str, Any]:
    """Return what a connection says that came to an endpoint's address."""
    last = followed.last
    return {
        "follow": followed.ends,
        "verdict": followed.verdict,
        "broken": last.broken if last else None,
        "stage": Family.NETWORK if isinstance(last, Route) else Family.FIREWALL,
        "unread": last.unread if last else "",
        "doubts": None if isinstance(last, Route) else last.doubts if last else frozenset(),
    }


def _stopped(verdict: Reach, broken: Break | None, unread: str) -> dict[str, Any]:
    """Return what a connection says that came to no endpoint."""
    return {
        "follow": lambda: (None, None),
        "verdict": verdict,
        "broken": broken,
        "stage": Family.DNS,
        "unread": unread,
        "doubts": None,
    }


def _closed(
    topology: Topology, account: CognitiveServicesAccount, answer: Resolution
) -> Resolution:
    """Settle what depends on whether the account can be called over the Internet."""
    if answer.if_closed is None or not is_closed(topology, account):
        return answer
    return replace(answer, outcome=Answer.PRIVATE_WRONG, broken=answer.if_closed, unread="")


def _blaming(
    topology: Topology, account: CognitiveServicesAccount, answer: Resolution
) -> Resolution:
    """
    Blame the endpoint that waits or was refused: nothing passes before it is approved.

    Of an account that is closed to the Internet, that is certain whatever its name resolves to.
    """
    asked_for = waiting(topology, account)
    is_certain = answer.broken is not None or is_closed(topology, account)
    if not asked_for or not is_certain:
        return answer
    return replace(answer, broken=Break(Cause.NO_ENDPOINT, asked_for[0].id), unread="")


def _unresolved(
    topology: Topology, consumer: Consumer, account: CognitiveServicesAccount, answer: Resolution
) -> PublicCall:
    """Judge a connection whose name is not private."""
    if answer.outcome is Answer.UNKNOWN and not answer.broken:
        return PublicCall(Reach.UNKNOWN, answer.unread)
    if answer.outcome is not Answer.PUBLIC:
        return PublicCall(Reach.BROKEN)
    return call_publicly(topology, consumer, account)


def _intent(  # noqa: PLR0913, PLR0917 - the parts of a connection, and what is said of it
    topology: Topology,
    consumer: Consumer,
    account: CognitiveServicesAccount,
    hostname: Hostname,
    answer: Resolution,
    said: Expectation | None,
) -> Intent:
    if said is not None:
        return Intent.NEVER if said.reach is Demand.NEVER else Intent.DECLARED
    serving = approved(topology, account)
    asked_for = waiting(topology, account)
    places = {item.network for item in serving} | {one.network for one in asked_for}
    if not serving and not asked_for:
        return Intent.NONE
    if answer.is_linked and not _is_kept_elsewhere(topology, account, hostname, answer):
        return Intent.DNS
    return Intent.PATH if (places - {None}) & beside(topology, consumer.network) else Intent.NONE


def _is_kept_elsewhere(
    topology: Topology,
    account: CognitiveServicesAccount,
    hostname: Hostname,
    answer: Resolution,
) -> bool:
    """
    Tell whether a linked zone lacks a name that another zone of that name holds.

    Who keeps a zone for each region does not want each region's accounts everywhere.
    """
    if answer.broken is None or answer.broken.cause not in _LACKING:
        return False
    return is_kept(topology, account, hostname)


_LACKING = frozenset({Cause.RECORD_MISSING, Cause.FALLBACK_TO_INTERNET})

SUSPECTS = {
    Family.DNS: Cause.ZONE_NOT_LINKED,
    Family.NETWORK: Cause.NOT_CONNECTED,
    Family.FIREWALL: Cause.OUTBOUND_DENIED,
}
"""The most general cause of each stage."""
