"""
Break good estates by one small step each, and count what the rules notice.

A step drops a resource, takes a property away, flips a flag, changes a state, moves an
address or a prefix, or misspells a zone. It does harm when an account that callers reached
privately is no longer reached so, or is more exposed than before. Harm that no rule reports is
printed: it is a rule that nobody has written yet, or a bug. So is, for each rule, how many steps
it notices, and how many of those do such harm. A rule that notices none speaks of what is two
steps away from a good estate; its own examples prove it.

    python benchmarks/mutants.py [ESTATE]...
"""

from __future__ import annotations

import copy
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.analysis.connections import intended
from scanner.analysis.consumers import consumers
from scanner.analysis.endpoints import accounts
from scanner.analysis.exposure import Exposure, exposure
from scanner.resources import parse
from scanner.rules import Rule, estates, home, judge, load_all
from scanner.rules.nodes import Reference
from scanner.topology import Topology

OTHERWISE = {
    "approved": ("Rejected", "Pending"),
    "completed": ("InProgress",),
    "connected": ("Disconnected", "Initiated"),
    "default": ("NxDomainRedirect",),
    "disabled": ("Enabled",),
    "enabled": ("Disabled",),
    "fullyinsync": ("RemoteNotInSync",),
    "none": ("AzureServices",),
    "openvpn": ("IkeV2",),
    "openai": ("AIServices",),
    "succeeded": ("Failed",),
    "allow": ("Deny",),
    "deny": ("Allow",),
    "enforced": ("Learning",),
    "virtualappliance": ("None",),
}
"""What stands in a good estate, and what may stand there instead."""

ADDRESS = re.compile(r"(\d+)\.(\d+)(\.\d+\.\d+(?:/\d+)?)")
FAR = 100
"""How many /16 an address is moved by: out of every network that holds it."""

GIVEN = frozenset({"location", "resourceGroup", "subscription", "type"})
"""What is no setting of a resource."""

ZONE = "microsoft.network/privatednszones"

Estate = dict[str, Any]


def mutants(estate: Estate) -> Iterator[tuple[str, Estate]]:
    """Yield each estate that is one step away, with what the step is."""
    ids = dict(zip(estate, (row.id for row in estates.snapshot(estate).rows), strict=True))
    for name in estate:
        yield f"without {name}", _without(estate, name, ids)
        if estate[name]["type"].lower() == ZONE:
            wrong = name.replace("azure", "azrue")
            yield f"{name} renamed to {wrong}", _renamed(estate, name, wrong)
        for way, value in _leaves(estate[name], (name,)):
            if way[1] in GIVEN:
                continue
            where = "/".join(map(str, way))
            yield f"without {where}", _changed(estate, way, None)
            if isinstance(value, bool):
                yield f"{where}={not value}", _changed(estate, way, not value)
            for other in OTHERWISE.get(str(value).lower(), ()):
                yield f"{where}={other}", _changed(estate, way, other)
            if there := ADDRESS.fullmatch(str(value)):
                first, second, rest = there.groups()
                other = f"{first}.{(int(second) + FAR) % 256}{rest}"
                yield f"{where}={other}", _changed(estate, way, other)


def harm(before: Topology, after: Topology) -> str:
    """Say what a step has broken; empty when nothing is the worse for it."""
    reached = {c.key for c in intended(after) if c.verdict == "reachable"}
    callers = {consumer.id for consumer in consumers(after)}
    for connection in intended(before):
        is_there = connection.account.id in after.inventory.resources
        if connection.key not in reached and is_there and connection.consumer.id in callers:
            return f"{connection.path} is not reachable"
    exposed = _exposures(before)
    for account_id, said in _exposures(after).items():
        if exposed.get(account_id) is not None and said > exposed[account_id]:
            return f"{account_id.rpartition('/')[2]} is more exposed"
    return ""


def noticed(topology: Topology, rules: tuple[Rule, ...]) -> set[str]:
    """Return the rules that report something, as a violation or as not known."""
    findings, _ = judge(topology, rules)
    return {finding.rule for finding in findings}


def _exposures(topology: Topology) -> Mapping[str, int]:
    order = [*(str(each) for each in Exposure), "unknown"]
    order.remove("trusted")
    rank = {name: place for place, name in enumerate(order)} | {"trusted": 0}
    return {a.id.lower(): rank[exposure(topology, a).name] for a in accounts(topology)}


def _leaves(value: Any, way: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(item, (*way, key))
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            yield from _leaves(item, (*way, place))
    else:
        yield way, value


def _changed(estate: Estate, way: tuple[Any, ...], value: Any) -> Estate:  # noqa: ANN401 - JSON
    changed = {**estate, way[0]: copy.deepcopy(estate[way[0]])}
    place = changed[way[0]]
    for key in way[1:-1]:
        place = place[key]
    if value is None:
        del place[way[-1]]
    else:
        place[way[-1]] = value
    return changed


def _without(estate: Estate, name: str, ids: Mapping[str, str]) -> Estate:
    """Return an estate without a resource and its children; what refers to them still does."""
    gone = [key for key in estate if key == name or key.startswith(f"{name}/")]
    left = {key: value for key, value in estate.items() if key not in gone}
    for key in reversed(gone):
        left = _renamed(left, key, ids[key])
    return left


def _renamed(value: Any, name: str, other: str) -> Any:  # noqa: ANN401 - JSON
    """Return an estate with a resource under another name, or ID, and whatever refers to it."""
    match value:
        case Reference():
            called = _called(value, name, other)
            # An ID, not a name: what refers to it leads to what is gone.
            return called.replace("#", "/") if called.startswith("/") else Reference(called)
        case Mapping():
            return {
                _called(key, name, other): _renamed(item, name, other)
                for key, item in value.items()
            }
        case list():
            return [_renamed(item, name, other) for item in value]
        case _:
            return value


def _called(text: str, name: str, other: str) -> str:
    is_it = text == name or text.startswith((f"{name}/", f"{name}#"))
    return other + text.removeprefix(name) if is_it else text


def _drawn(estate: Estate) -> Topology:
    return Topology(parse(estates.snapshot(estate)))


def main(names: list[str]) -> None:
    """Print the score, who noticed how much, and the harm that nobody noticed."""
    rules = load_all()
    notices, graver = Counter[str](), Counter[str]()
    harmful, missed = 0, []
    for path in sorted((home() / "estates").glob("*.yaml")):
        if names and path.stem not in names:
            continue
        good = dict(estates.load(path))
        before = _drawn(good)
        for step, estate in mutants(good):
            try:
                after = _drawn(estate)
            except Exception as error:  # noqa: BLE001 - an estate that cannot be written down
                print(f"  {path.stem}: {step}: {error}", file=sys.stderr)
                continue
            found, hurt = noticed(after, rules), harm(before, after)
            notices.update(found)
            if not hurt:
                continue
            harmful += 1
            graver.update(found)
            if not found:
                missed.append(f"{path.stem}: {step}: {hurt}")
    for line in missed:
        print(f"missed  {line}")
    for rule in rules:
        print(f"{rule.id}  {notices[rule.id]:4} steps, {graver[rule.id]:4} of them harmful")
    print(f"{harmful - len(missed)} of {harmful} harmful steps are noticed")


if __name__ == "__main__":
    main(sys.argv[1:])
