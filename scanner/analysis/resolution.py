"""What a name resolves to, asked from a consumer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.analysis.causes import Break
from scanner.analysis.steps import Step
from scanner.resources import ResourceId


class Answer(StrEnum):
    """What nslookup returns."""

    PRIVATE = "private"
    """An address of a private endpoint of the account."""
    PRIVATE_WRONG = "privateWrong"
    """A private address that none of the account's endpoints has."""
    PUBLIC = "public"
    NXDOMAIN = "nxdomain"
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
    networks: frozenset[ResourceId] = frozenset()
    """The VNets whose Azure-provided DNS was asked in the end."""
    is_linked: bool = False
    """Whether a private zone for the name is linked to one of them."""
