"""Which subscriptions to read: what was asked for, against what can be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scanner.collect.attempts import RefusedError
from scanner.collect.pages import LIMIT_HIT, QueryResult
from scanner.collect.queries import SUBSCRIPTIONS
from scanner.collect.resource_graph import MOST_SUBSCRIPTIONS, Graph
from scanner.collect.scope import Scope
from scanner.errors import CollectionError, RequestError
from scanner.near import near
from scanner.resources.resource import ResourceId
from scanner.snapshot import ANY_TYPE, EVERYWHERE, Gap, GapReason, QueryCounts, Subscription

MOST_IN_A_SCAN = 10_000
"""
Subscriptions that Resource Graph searches at most; it leaves out the others.

Source: https://learn.microsoft.com/azure/governance/resource-graph/overview
"""

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_NONE_READABLE = "NoValidSubscriptionsInQueryRequest"
_MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/"
_NEEDS = "needs the role Reader (or a custom role with */read) at that scope"


@dataclass(slots=True)
class Found:
    """The subscriptions asked for, which of them can be read, and gaps for the rest."""

    visible: dict[str, Subscription] = field(default_factory=dict)
    """By id, lower case."""
    unseen: list[Subscription] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    queries: list[QueryCounts] = field(default_factory=list)

    @property
    def asked(self) -> tuple[Subscription, ...]:
        """Every subscription the snapshot is about, readable or not."""
        return tuple(sorted((*self.visible.values(), *self.unseen)))


def found_in(scope: Scope, graph: Graph) -> Found:
    """
    Find out which subscriptions a scope means.

    Resource Graph leaves out a subscription that the caller may not read and
    says nothing; only asking for the subscriptions themselves shows it.

    Raises RequestError for a name that means none or several, CollectionError
    when nothing can be seen.

    Source: https://learn.microsoft.com/azure/governance/resource-graph/overview
    """
    if not (scope.subscriptions or scope.management_groups or scope.all_subscriptions):
        raise RequestError(
            "nothing to scan: name a --subscription, a --management-group or --all-subscriptions"
        )
    ids, names = _ids_and_names(scope)
    if len(ids) > MOST_IN_A_SCAN:
        raise RequestError(_too_many(f"{len(ids):,}"))
    found = Found()
    _add_ids(found, graph, ids)
    if names or scope.all_subscriptions:
        everything = _everything(found, graph, names)
        for name in names:
            found.visible |= _meant(name, everything)
        found.visible |= everything if scope.all_subscriptions else {}
    for group in scope.management_groups:
        _add_management_group(found, graph, group.strip().rstrip("/").rpartition("/")[2])
    if len(found.asked) > MOST_IN_A_SCAN:
        raise RequestError(_too_many(f"{len(found.asked):,}"))
    if not found.visible:
        raise CollectionError(_nothing(found))
    return found


def _ids_and_names(scope: Scope) -> tuple[Sequence[str], Sequence[str]]:
    texts = (text.strip().rstrip("/") for text in scope.subscriptions)
    asked = [text.removeprefix("/subscriptions/") for text in texts]
    ids = [text.lower() for text in asked if _GUID.fullmatch(text.lower())]
    names = [text for text in asked if not _GUID.fullmatch(text.lower())]
    return list(dict.fromkeys(ids)), names


def _add_ids(found: Found, graph: Graph, ids: Sequence[str]) -> None:
    for batch in batches(ids):
        answer = _asked(found, graph, subscriptions=batch)
        seen = _seen(answer)
        found.visible |= seen
        for missing in (subscription for subscription in batch if subscription not in seen):
            found.unseen.append(Subscription(id=missing))
            found.gaps.append(_unseen(missing, answer.failure))


def _everything(found: Found, graph: Graph, names: Sequence[str]) -> Mapping[str, Subscription]:
    """Return all that can be seen. A part of it is a gap, and no place to look up names in."""
    answer = _asked(found, graph)
    if answer.failure is not None:
        gap = _gap(EVERYWHERE, answer.failure)
        if names:
            raise CollectionError(f"subscriptions cannot be looked up by name: {gap.detail}")
        found.gaps.append(gap)
    return _seen(answer)


def _meant(name: str, everything: Mapping[str, Subscription]) -> Mapping[str, Subscription]:
    meant = {key: one for key, one in everything.items() if one.name.casefold() == name.casefold()}
    if not meant:
        hint = near(name, (one.name for one in everything.values()))
        raise RequestError(
            f"no subscription `{name}` can be seen{hint}; `az account list` lists them"
        )
    if len(meant) > 1:
        listed = ", ".join(sorted(meant))
        raise RequestError(
            f"`{name}` is the name of {len(meant)} subscriptions; use an id: {listed}"
        )
    return meant


def _add_management_group(found: Found, graph: Graph, group: str) -> None:
    answer = _asked(found, graph, management_groups=[group])
    found.visible |= _seen(answer)
    if answer.failure is not None:
        found.gaps.append(_gap(_MANAGEMENT_GROUP + group, answer.failure))


def _asked(found: Found, graph: Graph, **where: Sequence[str]) -> QueryResult:
    answer = graph.read(SUBSCRIPTIONS, most=None, **where)
    found.queries.append(answer.counts())
    found.gaps += answer.gaps
    return answer


def _seen(answer: QueryResult) -> dict[str, Subscription]:
    """Return the subscriptions of an answer. Raises RequestError when Azure left some out."""
    if answer.failure is not None and LIMIT_HIT in answer.failure.codes:
        raise RequestError(_too_many(f"more than {MOST_IN_A_SCAN:,}"))
    ids = {row.id: row.subscription_id or ResourceId(row.id).subscription for row in answer.rows}
    return {
        ids[row.id].lower(): Subscription(id=ids[row.id], name=row.name or "")
        for row in answer.rows
    }


def _unseen(subscription: str, failure: RefusedError | None) -> Gap:
    """Say why a subscription is missing: it is not visible, unless the question itself failed."""
    scope = f"/subscriptions/{subscription}"
    if failure is not None and _NONE_READABLE not in failure.codes:
        return _gap(scope, failure)
    detail = f"not visible to whoever is signed in: {_NEEDS}"
    return Gap(scope=scope, type=ANY_TYPE, reason=GapReason.DENIED, detail=detail)


def _gap(scope: str, failure: RefusedError) -> Gap:
    detail = failure.detail
    if failure.reason is GapReason.DENIED or _NONE_READABLE in failure.codes:
        denied = f"{detail}; {_NEEDS}"
        return Gap(scope=scope, type=ANY_TYPE, reason=GapReason.DENIED, detail=denied)
    return Gap(scope=scope, type=ANY_TYPE, reason=failure.reason, detail=detail)


def _too_many(count: str) -> str:
    return (
        f"{count} subscriptions in one scan, and Azure searches at most {MOST_IN_A_SCAN:,}: "
        "scan management groups or subscriptions one after the other"
    )


def _nothing(found: Found) -> str:
    if not found.gaps:
        return f"no subscription can be seen; whoever is signed in {_NEEDS}"
    first, *others = found.gaps
    more = f" (and {len(others)} more)" if others else ""
    return f"nothing can be read: {first.scope}{more}: {first.detail}"


def batches(subscriptions: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the subscriptions in as many as one query should name."""
    for start in range(0, len(subscriptions), MOST_SUBSCRIPTIONS):
        yield subscriptions[start : start + MOST_SUBSCRIPTIONS]
