"""Which policies rule an Azure Firewall."""

from __future__ import annotations

from scanner.resources import Relation, ResourceId
from scanner.topology import Topology


def lineage(topology: Topology, policy: ResourceId) -> tuple[ResourceId, ...]:
    """
    Return the policies that a policy inherits from, eldest first, and itself.

    Source: https://learn.microsoft.com/azure/firewall-manager/policy-overview
    """
    line = [policy]
    while True:
        base = topology.targets(line[0], Relation.INHERITS)
        if not base or base[0] in line:
            return tuple(line)
        line.insert(0, base[0])
