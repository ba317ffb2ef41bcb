"""Which way a packet goes from a consumer to a private address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.analysis.causes import Break
from scanner.analysis.steps import Step
from scanner.resources import ResourceId


class Way(StrEnum):
    """How a packet gets there."""

    DIRECT = "direct"
    """Within the VNet, or to a directly peered one."""
    VIA = "via"
    """By way of a firewall, an appliance, a gateway or a virtual hub."""
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Route:
    """Which way a packet goes, hop by hop."""

    outcome: Way
    steps: tuple[Step, ...]
    through: tuple[ResourceId, ...] = ()
    """The firewalls, interfaces, gateways and virtual hubs it passes, in order."""
    broken: Break | None = None
    """For `none`: why."""
    unread: str = ""
    """For `unknown`: what was not read, or is not in Azure."""
