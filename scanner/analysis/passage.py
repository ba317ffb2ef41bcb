"""Whether filters let TCP 443 through from a consumer to a private endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.analysis.addresses import AddressSet
from scanner.analysis.causes import Break
from scanner.analysis.steps import Step


class Filtering(StrEnum):
    """What the filters on the way do."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Passage:
    """What the filters on the way do, and which rules decide."""

    outcome: Filtering
    """`deny` as soon as some of the consumer's addresses are held back."""
    steps: tuple[Step, ...]
    denied: AddressSet = AddressSet()
    """Of the consumer's addresses, those that are held back for certain."""
    broken: Break | None = None
    """For `deny`: why."""
    unread: str = ""
    """For `unknown`: what was not read, or is not in Azure."""
