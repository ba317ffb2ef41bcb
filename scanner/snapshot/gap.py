"""Where a snapshot is silent: how far, about which types, and why."""

from __future__ import annotations

import re
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec

ANY_TYPE = "*"
"""The type of a gap that may hide resources of every type."""

EVERYWHERE = "/"
"""The scope of a gap that may hide resources in every subscription."""

_PART = r"/[^/?#]+"
_SCOPE = re.compile(
    rf"/?(subscriptions{_PART}"
    rf"(?:/resourcegroups{_PART}(?:/providers{_PART}(?:{_PART}{_PART})+)?)?)",
    re.IGNORECASE,
)
"""The beginning of a text that is an ARM id: a subscription, a resource group or a resource."""


class GapReason(StrEnum):
    """Why something was not read."""

    DENIED = "denied"
    THROTTLED = "throttled"
    TRUNCATED = "truncated"
    NOT_READ = "notRead"
    UNPARSABLE = "unparsable"


class Gap(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """
    Something in scope that was not read. Unread is not absent.

    `scope` is the ARM id below which resources of `type` (lower case, or
    `ANY_TYPE`) may exist that the snapshot does not hold.
    """

    scope: str
    type: str
    reason: GapReason
    detail: str = ""

    def hides(self, arm_type: str) -> bool:
        """
        Tell whether a resource of a type (lower case) may be among what was not read.

        Whoever did not read a resource did not read what is below it. The type
        may be a pattern, as in Azure's roles: `microsoft.network/*`.

        Source: https://learn.microsoft.com/azure/role-based-access-control/role-definitions#actions-format
        """
        return _hides(self.type, arm_type)


def placed(gap: Gap) -> Gap:
    """
    Return the gap with a scope that resources can be compared with, and no narrower.

    What lies below something else than a subscription (a management group, a
    tenant, a GUID that may be either's) may be anywhere. All that is judged
    lives in resource groups, so `/subscriptions/s/providers/p` says no less
    than the subscription does.
    """
    found = _SCOPE.match(gap.scope.strip())
    named = gap.scope.strip(" /")
    return msgspec.structs.replace(
        gap,
        scope=f"/{found[1]}" if found else EVERYWHERE,
        type=gap.type.strip(" /").lower() or ANY_TYPE,
        detail=gap.detail if found or not named else f"{named}: {gap.detail}".removesuffix(": "),
    )


@lru_cache(4096)
def _hides(stated: str, arm_type: str) -> bool:
    parts = arm_type.split("/")
    holders = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    patterns = {stated, stated.removesuffix("/*")}
    return any(fnmatchcase(holder, pattern) for holder in holders for pattern in patterns)
