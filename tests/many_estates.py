"""Estates to judge: the good ones, the demo and every rule's examples, whole or spread out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scanner.rules import Rule, estates, home, load_all
from scanner.rules.nodes import Reference
from scanner.snapshot import Snapshot

RULES = load_all()
PATHS = {path.stem: path for path in (*home().glob("estates/*.yaml"), home() / "demo.yaml")}

NETWORK = "microsoft.network/virtualnetworks"

FREE = frozenset(
    {
        "microsoft.cognitiveservices/accounts",
        "microsoft.network/dnsforwardingrulesets",
        "microsoft.network/firewallpolicies",
        "microsoft.network/networkmanagers",
        "microsoft.network/networksecurityperimeters",
        "microsoft.network/networkvirtualappliances",
        "microsoft.network/privatednszones",
        "microsoft.network/virtualhubs",
        "microsoft.network/virtualwans",
    }
)
"""
Types that may lie in another subscription than what they have to do with.

Everything else lies where its VNet does.

Source: https://learn.microsoft.com/azure/private-link/private-endpoint-overview,
https://learn.microsoft.com/azure/virtual-network/virtual-network-network-interface
"""


@dataclass(frozen=True)
class Case:
    """An estate, what of it was not read, and the rules to judge it by."""

    name: str
    estate: Mapping[str, Any]
    rules: tuple[Rule, ...]
    unread: tuple[str, ...] = ()

    def snapshot(self) -> Snapshot:
        return estates.snapshot(self.estate, self.unread)

    def in_subscriptions(self) -> Iterator[Snapshot]:
        """Yield it spread out, and as it is if that is in several subscriptions."""
        yield estates.snapshot(spread(self.estate), self.unread)
        if len({item.get("subscription") for item in self.estate.values()}) > 1:
            yield self.snapshot()


@cache
def estate(name: str) -> Mapping[str, Any]:
    return estates.load(PATHS[name])


def _cases() -> Iterator[Case]:
    for name in sorted(PATHS):
        yield Case(name, estate(name), RULES)
    for rule in RULES:
        for example in rule.examples:
            patched = estates.merge_patch(estate(example.given), example.patch)
            yield Case(f"{rule.id}: {example.name}", patched, (rule,), example.unread)


def spread(whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an estate in as many subscriptions as Azure allows: each VNet with what is its own."""
    kinds = {name: item["type"].lower() for name, item in whole.items() if "/" not in name}
    homes = {name: name for name in kinds}

    def home_of(name: str) -> str:
        while homes[name] != name:
            name = homes[name]
        return name

    for name, item in whole.items():
        ours = name.partition("/")[0]
        for other in _named(item):
            ends = {kinds.get(ours), kinds.get(other)}
            if other in kinds and not ends & FREE and ends != {NETWORK}:
                homes[home_of(ours)] = home_of(other)
    return {
        name: {**item, "subscription": home_of(name.partition("/")[0])}
        for name, item in whole.items()
    }


def _named(value: object) -> Iterator[str]:
    """Yield the top-level resources that a value refers to."""
    match value:
        case Reference():
            yield value.partition("#")[0].partition("/")[0]
        case Mapping():
            for item in value.values():
                yield from _named(item)
        case list():
            for item in value:
                yield from _named(item)


CASES = tuple(_cases())
