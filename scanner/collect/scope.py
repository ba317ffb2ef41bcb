"""What was asked for: the part of Azure to read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Subscriptions by id or name, management groups by id, or all that can be seen."""

    subscriptions: tuple[str, ...] = ()
    management_groups: tuple[str, ...] = ()
    all_subscriptions: bool = False
    effective: bool = False
    """Whether to ask what Azure computes for interfaces of running machines."""
