"""Which connections are wanted, and which must never be: as declared, else as the estate shows."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

from scanner.analysis.consumers import Consumer, consumers
from scanner.analysis.endpoints import accounts
from scanner.analysis.selection import selects_account, selects_consumer
from scanner.resources import AnyResource, ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.virtual_machine import VirtualMachine
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology, once
from scanner.topology.expectations import ANY, Demand, Expectation

logger = logging.getLogger(__name__)

Targets: TypeAlias = frozenset[ResourceId]


class Intent(StrEnum):
    """What shows that a consumer should reach an account, or must not."""

    DECLARED = "declared"
    """Somebody said so."""
    DNS = "dns"
    """
    A private zone for the name is linked to the VNet in which it is asked, and
    holds it or nobody does.
    """
    PATH = "path"
    """It sits in the VNet of an endpoint, in one peered with it, or at the same virtual hub."""
    NEVER = "never"
    """Somebody said that it must not, whatever else shows the contrary."""
    NONE = ""


def declared(
    topology: Topology, consumer: Consumer, account: CognitiveServicesAccount
) -> Expectation | None:
    """
    Return what is declared of a consumer and an account; None when nothing is.

    `never` wins over `private`, wherever it stands: a later line does not open
    by accident what an earlier one shut. Of several that say the same, the last.
    """
    entries = _of_consumers(topology).get(consumer.id)
    if entries is None:  # a place from which nothing is known to call
        entries = _entries(topology, consumer)
    found = [entry for entry in entries if account.id in _accounts(topology)[entry]]
    never = [entry for entry in found if entry.reach is Demand.NEVER]
    return next(reversed(never or found), None)


def warn_of_idle(topology: Topology) -> None:
    """Say which declarations match nothing: those that a typo has silenced."""
    for entry in topology.expectations:
        for line in _idle(topology, entry):
            logger.warning("%s: %s", entry.place, line)


def _idle(topology: Topology, entry: Expectation) -> Iterator[str]:
    if entry.source != ANY and not any(entry in e for e in _of_consumers(topology).values()):
        yield "`from` matches nothing in this estate from which traffic starts"
    if entry.target != ANY and not _accounts(topology)[entry]:
        yield "`to` matches no account of this estate"
    for side, selector, kinds in (
        ("from", entry.source, (VirtualNetwork, VirtualMachine)),
        ("to", entry.target, (CognitiveServicesAccount,)),
    ):
        unread = [kind.ARM_TYPE for kind in kinds if _is_unread(topology, kind)]
        if selector.tags and unread:
            yield f"`{side}` may match more: not all tags were read of {', '.join(unread)}"


def _is_unread(topology: Topology, kind: type[AnyResource]) -> bool:
    return bool(topology.unread(kind))


@once
def _of_consumers(topology: Topology) -> Mapping[ResourceId, tuple[Expectation, ...]]:
    return {consumer.id: _entries(topology, consumer) for consumer in consumers(topology)}


def _entries(topology: Topology, consumer: Consumer) -> tuple[Expectation, ...]:
    said = topology.expectations
    return tuple(entry for entry in said if selects_consumer(topology, entry.source, consumer))


@once
def _accounts(topology: Topology) -> Mapping[Expectation, Targets]:
    return {
        entry: frozenset(
            account.id
            for account in accounts(topology)
            if selects_account(topology, entry.target, account)
        )
        for entry in topology.expectations
    }
