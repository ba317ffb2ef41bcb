"""What a rule would have to say that lets a denied connection through."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from scanner.analysis.addresses import AddressSet
from scanner.analysis.consumers import Consumer, Kind
from scanner.analysis.filtering.checkpoint import prefixes
from scanner.resources import Relation, ResourceId
from scanner.resources.azure_firewall import AzureFirewall
from scanner.resources.firewall_policy import RuleCollectionGroup
from scanner.resources.subnet import Subnet
from scanner.topology import Topology

FIRST, LAST = 100, 4096
"""The priorities that a network security group's own rules may have."""

LAST_COLLECTION = 65000
"""The last priority of a rule collection; the first is `FIRST` too."""


def free_priorities(taken: Collection[int], below: int = LAST + 1) -> str:
    """Return the last priorities that no rule has and that count before another; empty if none."""
    free = (p for p in range(min(below, LAST + 1) - 1, FIRST - 1, -1) if p not in taken)
    return _listed(free)


def one_prefix(topology: Topology, consumer: Consumer, shown: AddressSet, *, is_own: bool) -> str:
    """
    Return one prefix that holds the addresses that a filter sees; empty when none is told.

    Those of the callers themselves may be held by the prefix of their subnet.
    """
    named = prefixes(shown)
    if "," not in named:
        return named
    subnet = topology.get(Subnet, consumer.subnet)
    if (
        not is_own
        or subnet is None
        or consumer.kind is Kind.CLIENTS
        or len(subnet.address_prefixes) != 1
    ):
        return ""
    return subnet.address_prefixes[0]


def collection_place(topology: Topology, firewall: AzureFirewall) -> dict[str, str]:
    """Return where a policy takes one more collection of rules; nothing if it has no group."""
    for policy in topology.targets(firewall.id, Relation.RULED_BY):
        groups = topology.predecessors(RuleCollectionGroup, policy, Relation.PART_OF)
        for group in sorted(groups, key=_rank):
            taken = {one.priority for one in group.properties.rule_collections or ()}
            free = (p for p in range(FIRST, LAST_COLLECTION + 1) if p not in taken)
            return {
                "ruleCollectionGroup": str(group.id),
                "rulePolicyName": policy.name,
                "freePriority": _listed(free),
            }
    return {}


def _listed(free: Iterator[int]) -> str:
    """Return as many as one finding may need, each command another one."""
    return " ".join(map(str, islice(free, 100)))


def _rank(group: RuleCollectionGroup) -> tuple[int, ResourceId]:
    return (group.properties.priority or 0, group.id)
