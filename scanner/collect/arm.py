"""Azure Resource Manager: the children that Resource Graph does not hold, parent by parent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from azure.core.credentials import TokenCredential
from azure.core.pipeline.transport import RequestsTransport

from scanner.collect.attempts import Attempts, RefusedError
from scanner.collect.clouds import Cloud
from scanner.collect.queries import HUB_CONNECTIONS, ZONE_GROUPS, parent_of, types_of
from scanner.collect.resource_graph import TIMEOUTS
from scanner.resources.resource import ResourceId, Table
from scanner.snapshot import Gap, GapReason, Row, parse

if TYPE_CHECKING:
    from azure.mgmt.network import NetworkManagementClient

MOST_THREADS = 8
MOST_PAGES = 100
"""For one parent. Only a server that turns in circles has more."""

_EVERY = 500
"""Parents between two words of progress."""


@dataclass(frozen=True, slots=True)
class ChildQuery:
    """The children of one type below one parent."""

    type: str
    parent: ResourceId


Children: TypeAlias = tuple[tuple[Row, ...], tuple[Gap, ...]]
Reader: TypeAlias = "Callable[[NetworkManagementClient, ResourceId], Any]"
Clients: TypeAlias = "Mapping[str, NetworkManagementClient]"

# By keyword: the SDK's methods do not agree on the order of these.
READERS: Mapping[str, Reader] = {
    ZONE_GROUPS: lambda client, parent: client.private_dns_zone_groups.list(
        resource_group_name=parent.resource_group, private_endpoint_name=parent.name
    ),
    HUB_CONNECTIONS: lambda client, parent: client.hub_virtual_network_connections.list(
        resource_group_name=parent.resource_group, virtual_hub_name=parent.name
    ),
}
"""
Source: https://learn.microsoft.com/rest/api/virtualnetwork/private-dns-zone-groups/list
Source: https://learn.microsoft.com/rest/api/virtualwan/hub-virtual-network-connections/list
"""


def children_of(
    rows: Iterable[Row], *, cloud: Cloud, credential: TokenCredential, attempts: Attempts
) -> Children:
    """
    Read what is below the parents among `rows`.

    A parent that does not answer is a gap, and so is each child type that no
    client of ours can read. The client takes half a second to import, so it is
    imported only when there is a parent.
    """
    questions = tuple(_questions(rows))
    asked = tuple(question for question in questions if question.type in READERS)
    gaps = [_unread(question) for question in questions if question.type not in READERS]
    found: list[Row] = []
    for number, answer in enumerate(_answers(asked, cloud, credential, attempts), start=1):
        found.extend(answer[0])
        gaps.extend(answer[1])
        if number % _EVERY == 0 or number == len(asked):
            attempts.progress(f"children: {number:,} of {len(asked):,} parents asked")
    return tuple(found), tuple(gaps)


def _questions(rows: Iterable[Row]) -> Iterator[ChildQuery]:
    children: dict[str, list[str]] = {}
    for kind in types_of(Table.ARM):
        children.setdefault(parent_of(kind), []).append(kind)
    for row in rows:
        for kind in children.get(row.type.lower(), ()):
            yield ChildQuery(kind, ResourceId(row.id))


def _unread(question: ChildQuery) -> Gap:
    return Gap(
        scope=str(question.parent),
        type=question.type,
        reason=GapReason.NOT_READ,
        detail="not read by this version",
    )


def _answers(
    questions: tuple[ChildQuery, ...], cloud: Cloud, credential: TokenCredential, attempts: Attempts
) -> Iterator[Children]:
    """Yield the answers in the order of the questions. Whatever stops us stops the threads."""
    if not questions:
        return
    with ExitStack() as stack:
        transport = stack.enter_context(RequestsTransport(**TIMEOUTS))
        clients = {
            subscription: _client(subscription, cloud, credential, transport)
            for subscription in {question.parent.subscription for question in questions}
        }
        executor = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="collect")
        stack.callback(executor.shutdown, cancel_futures=True)
        stack.callback(attempts.stopped.set)
        futures = [executor.submit(_asked, q, clients, attempts) for q in questions]
        for future in futures:
            yield future.result()


def _client(
    subscription: str, cloud: Cloud, credential: TokenCredential, transport: RequestsTransport
) -> NetworkManagementClient:
    """Make one of many clients: they share their connections, or a thousand would run out."""
    from azure.mgmt.network import NetworkManagementClient  # noqa: PLC0415 - half a second

    return NetworkManagementClient(
        credential,
        subscription,
        base_url=cloud.resource_manager,
        credential_scopes=[cloud.credential_scope],
        retry_total=0,
        transport=transport,
    )


def _asked(question: ChildQuery, clients: Clients, attempts: Attempts) -> Children:
    client = clients[question.parent.subscription]
    try:
        documents = attempts.of(lambda: _listed(READERS[question.type](client, question.parent)))
    except RefusedError as failure:
        gap = Gap(
            scope=str(question.parent),
            type=question.type,
            reason=failure.reason,
            detail=failure.detail,
        )
        return (), (gap,)
    whole = [_whole(document, question) for document in documents]
    read = parse(msgspec.json.encode(whole), f"{question.type} of {question.parent}")
    return read.rows, read.gaps


def _listed(pager: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - the SDK's own word
    """Return every page's models as the JSON they came from."""
    pages = list(islice(pager.by_page(), MOST_PAGES + 1))
    if len(pages) > MOST_PAGES:
        raise RefusedError(GapReason.TRUNCATED, f"over {MOST_PAGES} pages of children")
    return [model.as_dict() for page in pages for model in page]


def _whole(document: Mapping[str, Any], question: ChildQuery) -> Mapping[str, Any]:
    """Return a child with its id and type, which older API versions leave out."""
    collection = question.type.rpartition("/")[2]
    stated = {key: value for key, value in document.items() if value is not None}
    own_id = f"{question.parent}/{collection}/{document.get('name', '')}"
    return {"id": own_id, "type": question.type} | stated
