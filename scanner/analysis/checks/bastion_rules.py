"""Whether a security group lets through what Azure Bastion needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.analysis.addresses import AddressSet
from scanner.analysis.filtering import ports
from scanner.findings import Evidence, Judgement, Verdict, every, not_read
from scanner.resources import Relation, ResourceId
from scanner.resources.bastion_host import BastionHost
from scanner.resources.network_security_group import NetworkSecurityGroup, SecurityRule
from scanner.resources.subnet import Subnet
from scanner.topology import Topology


@dataclass(frozen=True, slots=True)
class Need:
    """Traffic that Bastion cannot do without."""

    is_inbound: bool
    ports: tuple[int, ...]
    far: str
    """The service tag of the other side, lower case."""

    @property
    def said(self) -> str:
        """It, in a sentence: `inbound 443 from GatewayManager`."""
        numbers = ", ".join(str(port) for port in self.ports)
        way = ("inbound", "from") if self.is_inbound else ("outbound", "to")
        return f"{way[0]} {numbers} {way[1]} {NAMES[self.far]}"


NAMES = {
    "internet": "Internet",
    "gatewaymanager": "GatewayManager",
    "azureloadbalancer": "AzureLoadBalancer",
    "virtualnetwork": "VirtualNetwork",
    "azurecloud": "AzureCloud",
}

FROM_INTERNET = Need(is_inbound=True, ports=(443,), far="internet")

NEEDS = (
    FROM_INTERNET,
    Need(is_inbound=True, ports=(443,), far="gatewaymanager"),
    Need(is_inbound=True, ports=(443,), far="azureloadbalancer"),
    Need(is_inbound=True, ports=(8080, 5701), far="virtualnetwork"),
    Need(is_inbound=False, ports=(22, 3389), far="virtualnetwork"),
    Need(is_inbound=False, ports=(443,), far="azurecloud"),
    Need(is_inbound=False, ports=(8080, 5701), far="virtualnetwork"),
    Need(is_inbound=False, ports=(80,), far="internet"),
)
"""
What the group of AzureBastionSubnet must let through.

Source: https://learn.microsoft.com/azure/bastion/bastion-nsg
"""


def complete(topology: Topology, subnet: Subnet) -> Judgement:
    """
    Judge whether the group of Bastion's subnet lets through all that Bastion needs.

    A rule for certain addresses of the Internet is as good as one for all: who
    may call is for its owner to say. Whether other rules that name addresses
    where Azure names a tag are enough is not known. Security admin rules do not
    apply to Bastion's subnet.

    Source: https://learn.microsoft.com/azure/bastion/bastion-nsg
    """
    if subnet.name.lower() != "azurebastionsubnet":
        return every(())
    guards = topology.targets(subnet.id, Relation.GUARDED_BY)
    return every(_complete(topology, subnet, guard) for guard in guards)


def _complete(topology: Topology, subnet: Subnet, guard: ResourceId) -> Judgement:
    group = topology.get(NetworkSecurityGroup, guard)
    if group is None:
        unread = f"the network security group {guard.path} was not read"
        return Judgement(Verdict.OPEN, (Evidence(subnet.id),), unread=unread)
    here = (Evidence(subnet.id), Evidence(group.id, Relation.GUARDED_BY))
    needs, doubt = _needs(topology, subnet)
    found = {need: _let_through(group.rules, need) for need in needs}
    missing = [need for need, said in found.items() if said is False]
    certain = [need for need in missing if need is not FROM_INTERNET or not doubt]
    if certain:
        case = {"group": str(group.id), "groupName": group.name}
        case |= {"missing": "; ".join(need.said for need in certain)}
        return Judgement(Verdict.FAIL, here, (case,))
    unsure = [need.said for need, said in found.items() if said is not True]
    if unsure:
        unread = doubt or f"whether {group.name} lets {unsure[0]} through is not known"
        return Judgement(Verdict.OPEN, here, unread=unread)
    return Judgement(Verdict.PASS, here)


def _needs(topology: Topology, subnet: Subnet) -> tuple[tuple[Need, ...], str]:
    """
    Return what the Bastion in a subnet needs, and why that it is called publicly is not known.

    A private-only one is not called from the Internet.

    Source: https://learn.microsoft.com/azure/bastion/private-only-deployment
    """
    hosts = topology.predecessors(BastionHost, subnet.id, Relation.PLACED_IN)
    if any(host.properties.enable_private_only_bastion for host in hosts):
        return tuple(need for need in NEEDS if need is not FROM_INTERNET), ""
    gaps = () if hosts else topology.unread(BastionHost)
    return NEEDS, not_read(BastionHost, gaps[0]) if gaps else ""


def _let_through(asked: Iterable[SecurityRule], need: Need) -> bool | None:
    """Tell whether the first rules that match let all ports of a need through; None: not known."""
    answers = {_decided(asked, need, port) for port in need.ports}
    if False in answers:
        return False
    return None if None in answers else True


def _decided(asked: Iterable[SecurityRule], need: Need, port: int) -> bool | None:
    """Return what the first rule that matches says; None where one before may say otherwise."""
    perhaps: set[bool] = set()
    for rule in asked:
        matches = _matches(rule, need, port) if rule.is_inbound is need.is_inbound else False
        if matches is None:
            perhaps.add(rule.allows)
        elif matches:
            return rule.allows if perhaps <= {rule.allows} else None
    return None if True in perhaps else False


def _matches(rule: SecurityRule, need: Need, port: int) -> bool | None:
    held = ports.parse(rule.destination_ports)
    if rule.protocol not in {"*", "tcp"}:
        return False
    if held is not None and not held & AddressSet(((port, port),)):
        return False
    source = _names(rule.source_addresses, need.far if need.is_inbound else OWN)
    target = _names(rule.destination_addresses, OWN if need.is_inbound else need.far)
    if need is FROM_INTERNET and source is None:
        source = rule.allows
    if rule.source_groups or rule.destination_groups or held is None:
        return None
    answers = {source, target}
    if False in answers:
        return False
    return None if None in answers else True


def _names(words: Iterable[str], tag: str) -> bool | None:
    """Tell whether one side of a rule names a tag; None for what may be enough of it, or not."""
    said = {word.strip().lower() for word in words}
    if said & (EVERYTHING | {tag} | COVERED_BY.get(tag, frozenset())):
        return True
    is_part = any(AddressSet.parse(word) or word.partition(".")[0] == tag for word in said)
    return None if is_part or said & PERHAPS.get(tag, frozenset()) else False


OWN = "virtualnetwork"
"""The tag that holds Bastion's own subnet."""

EVERYTHING = frozenset({"*", "any", "0.0.0.0/0"})

COVERED_BY = {"azurecloud": frozenset({"internet"})}
"""
Tags that hold all another holds: Internet holds Azure's own public addresses.

Source: https://learn.microsoft.com/azure/virtual-network/service-tags-overview
"""

PERHAPS = {"gatewaymanager": frozenset({"internet", "azurecloud"})}
