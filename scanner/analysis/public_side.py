"""How a call to the public side of an account comes out."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.analysis.calls import Reach
from scanner.analysis.consumers import Consumer
from scanner.analysis.exposure import Exposure, exposure
from scanner.analysis.filtering.way_out import kept_in
from scanner.analysis.steps import Step
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.topology import Topology


@dataclass(frozen=True, slots=True)
class PublicCall:
    """How it comes out; for `unknown`, why that is not known."""

    verdict: Reach
    unread: str = ""
    stopped: Step | None = None
    """What keeps the caller from the Internet."""


def call_publicly(
    topology: Topology, consumer: Consumer, account: CognitiveServicesAccount
) -> PublicCall:
    """
    Judge a call to the account's public address.

    The account answers 403 to whom its public side does not admit. Which of
    several networks it admits is not compared here, and of what may stop a caller on
    the way out, only security groups are asked.

    Source: https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
    """
    stopped = kept_in(topology, consumer)
    if stopped:
        return PublicCall(Reach.BROKEN, stopped=stopped)
    found = exposure(topology, account)
    if found.possible == {Exposure.PUBLIC}:
        return PublicCall(Reach.PUBLIC)
    if found.possible <= {Exposure.PRIVATE, Exposure.TRUSTED}:
        return PublicCall(Reach.BROKEN)
    compared = f"whether {account.name} admits it over the Internet is not known"
    return PublicCall(Reach.UNKNOWN, found.unread or compared)
