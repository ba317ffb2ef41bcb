"""Words that ask of a connection: whether it is wanted, whether it works, what breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanner.analysis.calls import Reach
from scanner.analysis.causes import Cause, Family
from scanner.analysis.connections import Connection
from scanner.analysis.intents import Intent
from scanner.findings import NOT_APPLICABLE, Judgement, Verdict
from scanner.resources import ResourceId
from scanner.rules.rule import Condition
from scanner.rules.shapes import Choice, OneOrMore
from scanner.rules.words.word import About, Word
from scanner.topology import Topology


def breaks(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the first thing that breaks the connection is one of the causes named.

    Names come first, then the way, then the filters: a connection whose name
    does not resolve never comes to a filter, and rules about filters do not
    apply. Where it is not known how far it comes, every cause from there on is
    open; that is told once, under the cause that it would most likely be. What
    breaks a connection that must never be is no cause for concern: it does not apply.
    """
    causes = frozenset(BY_CODE[code] for code in values["breaks"])

    def judge(_topology: Topology, connection: Connection) -> Judgement:
        if connection.intended is Intent.NEVER:
            return NOT_APPLICABLE
        if connection.broken and connection.broken.cause in causes:
            return _said(connection, Verdict.PASS)
        passed = ORDER[: ORDER.index(connection.stage)]
        if any(connection.may_be(cause) for cause in causes):
            judged = _said(connection, Verdict.OPEN)
            return replace(judged, is_told=connection.suspect not in causes)
        if any(cause.family in {*passed, connection.stage} for cause in causes):
            return _said(connection, Verdict.FAIL)
        return NOT_APPLICABLE

    return judge


def comes_out(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the connection comes out in one of the ways named.

    `reachable`: privately; `public`: over the Internet; `broken`: not at all. One that
    must never be comes out as far as any address of the account leads, whatever the
    name resolves to.
    """
    wanted = frozenset(Reach(name) for name in values["comesOut"])

    def judge(_topology: Topology, connection: Connection) -> Judgement:
        if connection.verdict is Reach.UNKNOWN:
            return _said(connection, Verdict.OPEN)
        return _said(connection, Verdict.PASS if connection.verdict in wanted else Verdict.FAIL)

    return judge


def intended(values: Mapping[str, Any]) -> Condition:
    """
    Hold when the connection is wanted, or refused, for one of the reasons named.

    `declared`: the configuration says `reach: private`; `dns`: a private zone for
    the name is linked to the VNet in which it is asked, and holds it or nobody
    does; `path`: the caller sits in the VNet of an endpoint, in one peered with it,
    or at the same virtual hub; `never`: the configuration says `reach: never`. The
    first of never, declared, dns and path counts.
    """
    wanted = frozenset(Intent(name) for name in values["intended"])

    def judge(_topology: Topology, connection: Connection) -> Judgement:
        is_one = connection.intended in wanted
        return _said(connection, Verdict.PASS if is_one else Verdict.FAIL)

    return judge


def _said(connection: Connection, verdict: Verdict) -> Judgement:
    account, name = connection.account, connection.hostname.name
    case = {
        "account": account.name,
        "hostname": name,
        "consumer": connection.consumer.id.path,
        "consumerId": str(connection.consumer.id),
        "network": str(connection.consumer.network),
        "networkName": connection.consumer.network.name,
        "declaration": connection.declared.said if connection.declared else "",
        "how": _how(connection),
    }
    broken = connection.broken
    return Judgement(
        verdict,
        connection.because,
        cases=((case | dict(broken.case) if broken else case),),
        unread=connection.unread,
        blame=_blame(connection),
    )


def _how(connection: Connection) -> str:
    said = HOW.get(connection.verdict, "")
    return f"{said}, although DNS does not lead it there" if connection.past_dns else said


def _blame(connection: Connection) -> ResourceId | None:
    """Return what to blame; what breaks a connection that must never be is no fault."""
    is_wanted = connection.intended is not Intent.NEVER
    return connection.broken.blame if connection.broken and is_wanted else None


BY_CODE = {cause.value: cause for cause in Cause}

ORDER = tuple(Family)

HOW = {Reach.REACHABLE: "privately", Reach.PUBLIC: "over the Internet"}

OWN = (
    "account",
    "hostname",
    "consumer",
    "consumerId",
    "network",
    "networkName",
    "declaration",
    "how",
)

FOUND = (
    "address",
    "alias",
    "answers",
    "askingInterface",
    "askingNetwork",
    "askingRule",
    "classic",
    "decides",
    "endpoint",
    "firewallName",
    "freePriority",
    "fullerZone",
    "gatewayName",
    "gatewaySide",
    "group",
    "hosts",
    "instead",
    "leadsTo",
    "linkName",
    "list",
    "middleName",
    "nextHop",
    "nsgName",
    "oldLink",
    "otherSide",
    "peeringName",
    "policy",
    "prefix",
    "priority",
    "record",
    "remote",
    "remoteName",
    "resolutionPolicy",
    "resolver",
    "resourceGroup",
    "routeName",
    "ruleCollectionGroup",
    "ruleName",
    "rulePolicyName",
    "ruleset",
    "server",
    "source",
    "sources",
    "subnet",
    "subscription",
    "table",
    "uselessLink",
    "uselessRule",
    "why",
    "zone",
    "zoneName",
)
"""What the causes name beside: the zone, the rule, the peering, ..."""

WORDS = (
    Word(
        name="breaks",
        about=About.CONNECTIONS,
        is_of_outcome=True,
        takes=OneOrMore(Choice("cause", tuple(BY_CODE))),
        binds=(*OWN, *FOUND),
        make=breaks,
    ),
    Word(
        name="comesOut",
        about=About.CONNECTIONS,
        is_of_outcome=True,
        takes=OneOrMore(Choice("way to come out", tuple(reach.value for reach in Reach))),
        binds=(*OWN, *FOUND),
        make=comes_out,
    ),
    Word(
        name="intended",
        about=About.CONNECTIONS,
        is_of_outcome=True,
        takes=OneOrMore(Choice("intent", tuple(intent.value for intent in Intent if intent))),
        binds=(*OWN, *FOUND),
        make=intended,
    ),
)
