"""What Azure itself says that an interface's security groups do, beside what we compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from scanner.analysis.addresses import NOBODY, AddressSet
from scanner.analysis.causes import Cause
from scanner.analysis.consumers import Consumer, consumers_at
from scanner.analysis.filtering import ports
from scanner.analysis.filtering.checkpoint import PLAIN, Call
from scanner.analysis.filtering.first_match import Decision, Match, decide
from scanner.analysis.filtering.guards import PORT, Gate, ask
from scanner.analysis.network_managers import ruling
from scanner.resources import Relation, ResourceId
from scanner.resources.effective import EffectiveGroup, EffectiveRule, EffectiveSecurityGroups
from scanner.resources.network_interface import NetworkInterface
from scanner.topology import Topology, once, once_each

_TAGS = frozenset({"virtualnetwork", "virtual_network"})
"""The only tag that holds private addresses; Azure resolves it, so it seldom stands alone."""


@dataclass(frozen=True, slots=True)
class GroupsDiffer:
    """Where Azure's security groups and ours part."""

    groups: EffectiveSecurityGroups
    azure: str
    computed: str

    @property
    def interface(self) -> ResourceId:
        """Whose packets."""
        return self.groups.id.parent


def contradiction(topology: Topology, call: Call) -> str:
    """Say how Azure's own security groups differ from those computed; empty if they do not."""
    for groups in _groups(topology).get(call.consumer.subnet, ()):
        for found in compared(topology, groups, call):
            if found is not None:
                return (
                    f"Azure itself says that {found.azure} for packets of {found.interface.path} "
                    f"to {call.address}, and by what is configured {found.computed}"
                )
    return ""


def compared(
    topology: Topology, groups: EffectiveSecurityGroups, call: Call
) -> Iterator[GroupsDiffer | None]:
    """
    Yield each difference between Azure's groups of an interface and ours; None where they agree.

    What Azure does not tell is not compared.

    Source: https://learn.microsoft.com/azure/virtual-network/diagnose-network-traffic-filter-problem
    """
    interface = topology.get(NetworkInterface, groups.id.parent)
    caller = _caller(topology, groups.id.parent)
    if interface is None or caller is None:
        return
    call = replace(call, consumer=caller)
    told = {
        ResourceId(one.network_security_group.id): one
        for one in groups.properties.value
        if one.network_security_group and not _manager(one)
    }
    guards = _guards(topology, interface)
    for one in filter(_manager, groups.properties.value):
        if not ruling(topology, call.consumer.network):
            azure = f"security admin rules of {_manager(one)} decide"
            yield GroupsDiffer(groups, azure, "there are none")
    for extra in sorted(told.keys() - set(guards)):
        yield GroupsDiffer(groups, f"{extra.path} decides", "it is not on the way")
    for guard in guards:
        if guard not in told:
            yield GroupsDiffer(groups, f"{guard.path} does not decide", "it is on the way")
        else:
            yield from _decided(topology, groups, told[guard], guard, call)


def _decided(
    topology: Topology,
    groups: EffectiveSecurityGroups,
    told: EffectiveGroup,
    guard: ResourceId,
    call: Call,
) -> Iterator[GroupsDiffer | None]:
    interface = topology.get(NetworkInterface, groups.id.parent)
    callers = AddressSet.parse(*(interface.addresses if interface else ()))
    gate = Gate(guard, call.consumer.subnet, is_inbound=False, cause=Cause.OUTBOUND_DENIED)
    ours, theirs = ask(topology, gate, call, callers, PLAIN), _decision(told, callers, call)
    if theirs.allowed & ours.denied:
        yield GroupsDiffer(groups, f"{_named(theirs, guard)} allows it", f"{guard.name} denies it")
    elif theirs.denied & ours.allowed:
        yield GroupsDiffer(groups, f"{_named(theirs, guard)} denies it", f"{guard.name} allows it")
    elif (theirs.allowed | theirs.denied) & (ours.allowed | ours.denied):
        yield None


def _named(decision: Decision[EffectiveRule], guard: ResourceId) -> str:
    names = [match.rule.name for match in decision.deciding if match.rule.name]
    return f"{names[0]} of {guard.path}" if len(names) == 1 else guard.path


def _decision(told: EffectiveGroup, callers: AddressSet, call: Call) -> Decision[EffectiveRule]:
    rules = told.effective_security_rules or ()
    if any(rule.priority is None for rule in rules):
        return Decision(NOBODY, NOBODY, ())
    return decide(filter(None, (_match(rule, callers, call) for rule in rules)), callers)


def _match(rule: EffectiveRule, callers: AddressSet, call: Call) -> Match[EffectiveRule] | None:
    """Return whom a rule speaks to of those who call; None when to nobody."""
    direction, protocol = (rule.direction or "").lower(), (rule.protocol or "").lower()
    if direction != "outbound" or protocol not in {"tcp", "all", "*"}:
        return None
    covered = ports.covers(_texts(rule.destination_port_ranges, rule.destination_port_range), PORT)
    aimed, is_aim_known = _held(
        call.destination,
        rule.expanded_destination_address_prefix,
        rule.destination_address_prefixes,
        rule.destination_address_prefix,
    )
    whom, are_callers_known = _held(
        callers,
        rule.expanded_source_address_prefix,
        rule.source_address_prefixes,
        rule.source_address_prefix,
    )
    if covered is False or (is_aim_known and not aimed):
        return None
    from_any = ports.every(_texts(rule.source_port_ranges, rule.source_port_range))
    is_sure = covered and bool(aimed) and from_any
    return Match(
        rule,
        allows=(rule.access or "").lower() == "allow",
        rank=(rule.priority or 0,),
        certain=whom if is_sure else NOBODY,
        perhaps=whom if are_callers_known else callers,
    )


def _texts(several: tuple[str, ...] | None, single: str | None) -> tuple[str, ...]:
    return several or ((single,) if single else ())


def _held(
    wanted: AddressSet,
    expanded: tuple[str, ...] | None,
    several: tuple[str, ...] | None,
    single: str | None,
) -> tuple[AddressSet, bool]:
    """
    Return those of private addresses that prefixes hold, and whether that is all of them.

    A tag that Azure did not resolve holds none, but VirtualNetwork may.
    """
    texts = expanded or several or ((single,) if single else ())
    if any(text.lower() in {"*", "any"} for text in texts):
        return wanted, True
    is_known = bool(texts) and not any(text.lower() in _TAGS for text in texts)
    return wanted & AddressSet.parse(*texts), is_known


def _manager(told: EffectiveGroup) -> str:
    """Name the network manager whose rules these are; empty when they are a group's."""
    association = told.association
    manager = association.network_manager if association else None
    return ResourceId(manager.id).path if manager else ""


def _guards(topology: Topology, interface: NetworkInterface) -> tuple[ResourceId, ...]:
    places = (interface.id, *interface.subnets[:1])
    return tuple(guard for p in places for guard in topology.targets(p, Relation.GUARDED_BY))


@once
def _groups(topology: Topology) -> Mapping[ResourceId, tuple[EffectiveSecurityGroups, ...]]:
    """Return what Azure told by the subnet of the interface."""
    found: dict[ResourceId, tuple[EffectiveSecurityGroups, ...]] = {}
    for groups in topology.all(EffectiveSecurityGroups):
        interface = topology.get(NetworkInterface, groups.id.parent)
        for subnet in interface.subnets[:1] if interface else ():
            found[subnet] = (*found.get(subnet, ()), groups)
    return found


@once_each
def _caller(topology: Topology, interface: ResourceId) -> Consumer | None:
    return next(iter(consumers_at(topology, interface)), None)
