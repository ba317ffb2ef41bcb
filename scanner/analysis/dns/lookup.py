"""A question for an account's name, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from scanner.analysis.causes import Break, Cause
from scanner.analysis.dns.hostnames import Hostname
from scanner.analysis.steps import Step
from scanner.resources import ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount


class Answer(StrEnum):
    """What nslookup returns."""

    PRIVATE = "private"
    """Addresses of approved private endpoints of the account, and no other."""
    PRIVATE_WRONG = "privateWrong"
    """A private address that none of the account's approved endpoints has."""
    PUBLIC = "public"
    NXDOMAIN = "nxdomain"
    NONE = "none"
    """No answer: nobody listens, or the question goes in a circle."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name resolves to, and how."""

    outcome: Answer
    addresses: tuple[str, ...]
    """In the order of the record; empty unless private."""
    steps: tuple[Step, ...]
    broken: Break | None = None
    """Why it is not private, when that is known."""
    unread: str = ""
    """For `unknown`: what was not read, or is not in Azure."""
    suspect: Cause | None = None
    """For `unknown`: what breaks it, if that is what was not read."""
    networks: frozenset[ResourceId] = frozenset()
    """The VNets whose Azure-provided DNS was asked in the end."""
    is_linked: bool = False
    """Whether a private zone for the name is linked to one of them."""
    if_closed: Break | None = None
    """For `unknown`: what breaks it if nobody can call the account over the Internet."""

    def after(self, *steps: Step) -> Resolution:
        """Return the same, come to after these steps."""
        return replace(self, steps=(*steps, *self.steps))

    def doubted(self, unread: str) -> Resolution:
        """Return that this would be the answer, but for something that is not known."""
        unsure = Resolution(Answer.UNKNOWN, (), self.steps, unread=unread, suspect=self.likely)
        return replace(unsure, networks=self.networks, is_linked=self.is_linked)

    @property
    def likely(self) -> Cause | None:
        """What breaks it, for certain or perhaps; not that there is no endpoint to resolve to."""
        found = self.broken.cause if self.broken else self.suspect
        return None if found is Cause.NO_ENDPOINT else found


@dataclass(frozen=True, slots=True)
class Question:
    """A name that is looked up, and the account that is meant by it."""

    account: CognitiveServicesAccount
    hostname: Hostname
    name: str
    """What is asked: the host name, or the private name that it stands for."""

    @property
    def label(self) -> str:
        """The first label of the host name: the name of its record."""
        return self.hostname.name.partition(".")[0]

    @property
    def private_name(self) -> str:
        """
        The name that public DNS leads the host name to.

        Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
        """
        return f"{self.label}.{self.hostname.zone}"

    @property
    def is_alias(self) -> bool:
        """Whether the private name is asked by now."""
        return self.name == self.private_name

    @property
    def aliased(self) -> Question:
        """The question as public DNS leads it on."""
        return replace(self, name=self.private_name)


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever sends a question to servers, and who told it to."""

    network: ResourceId
    """The VNet its questions leave from."""
    servers: tuple[str, ...]
    named_by: ResourceId
    """What names the servers: a VNet, an interface, a firewall, its policy, a forwarding rule."""
    said: str
    """What it is called: `vnet-app`."""
    dials_in: frozenset[ResourceId] = frozenset()
    """For VPN clients, the gateway they come through."""


def unknown(unread: str, *steps: Step, suspect: Cause | None = None) -> Resolution:
    """Return that the answer is not known, and why."""
    return Resolution(Answer.UNKNOWN, (), steps, unread=unread, suspect=suspect)


def failed(
    outcome: Answer,
    cause: Cause,
    blame: ResourceId,
    step: Step,
    case: Mapping[str, str] | None = None,
) -> Resolution:
    """Return an answer that is not private, and why."""
    return Resolution(outcome, (), (step,), Break(cause, blame, case or {}))
