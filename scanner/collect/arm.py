"""Azure Resource Manager: what Resource Graph does not hold, resource by resource."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from azure.core.credentials import TokenCredential

from scanner.collect.attempts import Attempts, RefusedError, interrupted
from scanner.collect.clouds import Cloud
from scanner.collect.permissions import ON_REQUEST, needed_for
from scanner.collect.readers import READERS
from scanner.collect.threads import each
from scanner.collect.transport import Transport
from scanner.resources.resource import ResourceId
from scanner.snapshot import Gap, GapReason, Row, parse

if TYPE_CHECKING:
    from azure.mgmt.network import NetworkManagementClient

MOST_THREADS = 16

_NOT_RUNNING = frozenset(
    {
        "NicMustBeAttachedToRunningVmToGetEffectiveRoutes",
        "NicMustBeAttachedToRunningVmToGetEffectiveSecurityGroups",
    }
)
"""Nothing is hidden: for a machine that does not run there is nothing computed."""

_EVERY = 500
"""Questions between two words of progress; what Azure has to compute is worth one each."""


@dataclass(frozen=True, slots=True)
class ResourceQuery:
    """The children of one type below one parent; or a resource itself, when it is of that type."""

    type: str
    parent: ResourceId


@dataclass(slots=True)
class Told:
    """What Resource Manager said, in the order of the questions."""

    rows: list[Row] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    asked: int = 0
    answered: set[ResourceQuery] = field(default_factory=set)


Clients: TypeAlias = "Mapping[str, NetworkManagementClient]"
_Answer: TypeAlias = tuple[tuple[Row, ...], tuple[Gap, ...], bool]


@dataclass(frozen=True, slots=True)
class ResourceManager:
    """Who asks, of which cloud, with which patience."""

    cloud: Cloud
    credential: TokenCredential
    attempts: Attempts

    def answer(self, questions: Sequence[ResourceQuery]) -> Told:
        """
        Ask everything, at most 16 at a time.

        A question that is not answered is a gap. The client takes half a second to
        import, so it is imported only when there is a question.
        """
        told = Told()
        with closing(self._answers(questions)) as answers:
            for question, (rows, gaps, is_answered) in zip(questions, answers, strict=True):
                told.asked += 1
                told.rows += rows
                told.gaps += gaps
                if is_answered:
                    told.answered.add(question)
                is_last = told.asked == len(questions)
                if is_last or told.asked % _EVERY == 0 or question.type in ON_REQUEST:
                    word = f"children: {told.asked:,} of {len(questions):,} asked"
                    self.attempts.progress(word)
        return told

    def _answers(self, questions: Sequence[ResourceQuery]) -> Generator[_Answer, None, None]:
        """Yield the answers in the order of the questions."""
        if not questions:
            return
        with ExitStack() as stack:
            transport = stack.enter_context(Transport(self.attempts.pause))
            clients = {
                subscription: self._client(subscription, transport)
                for subscription in {question.parent.subscription for question in questions}
            }
            yield from stack.enter_context(
                closing(
                    each(
                        lambda question: self._asked(question, clients),
                        questions,
                        most=MOST_THREADS,
                        stopped=self.attempts.stopped,
                    )
                )
            )

    def _client(self, subscription: str, transport: Transport) -> NetworkManagementClient:
        """Make one of many clients: they share their connections, or a thousand would run out."""
        from azure.mgmt.network import NetworkManagementClient  # noqa: PLC0415 - half a second

        return NetworkManagementClient(
            self.credential,
            subscription,
            base_url=self.cloud.resource_manager,
            credential_scopes=[self.cloud.credential_scope],
            retry_total=0,
            transport=transport,
        )

    def _asked(self, question: ResourceQuery, clients: Clients) -> _Answer:
        client = clients[question.parent.subscription]
        try:
            if self.attempts.stopped.is_set():
                raise interrupted()
            documents = self.attempts.of(lambda: READERS[question.type](client, question.parent))
        except RefusedError as failure:
            if failure.codes & _NOT_RUNNING:
                return (), (), True
            return (), (_gap(question, failure),), False
        whole = [_whole(document, question) for document in documents]
        read = parse(msgspec.json.encode(whole), f"{question.type} of {question.parent}")
        return read.rows, read.gaps, True


def _gap(question: ResourceQuery, failure: RefusedError) -> Gap:
    """Say what was not read; if that was denied, which permission it takes."""
    is_denied = failure.reason is GapReason.DENIED
    needed = f"; needs {needed_for(question.type)}" if is_denied else ""
    return Gap(
        scope=str(question.parent),
        type=question.type,
        reason=failure.reason,
        detail=f"{failure.detail}{needed}",
    )


def _whole(document: Mapping[str, object], question: ResourceQuery) -> Mapping[str, object]:
    """Return a child with its id and type, which older API versions leave out."""
    collection = question.type.rpartition("/")[2]
    stated = {key: value for key, value in document.items() if value is not None}
    own_id = f"{question.parent}/{collection}/{document.get('name', '')}"
    return {"id": own_id, "type": question.type} | stated
