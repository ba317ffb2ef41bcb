"""On which ways load balancers lead the Internet to a machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.analysis.filtering.balancing import (
    BalancingRuleProperties,
    Door,
    Names,
    Pool,
    doors,
    named,
    unread_balancers,
)
from scanner.analysis.filtering.ways import Ingress, addresses_of
from scanner.findings import Evidence
from scanner.resources import ResourceId
from scanner.resources.load_balancer import BackendAddress, LoadBalancer
from scanner.resources.network_interface import InterfaceAddress, NetworkInterface
from scanner.topology import Topology


def balanced(topology: Topology, interface: NetworkInterface, port: int) -> Iterator[Ingress]:
    """
    Yield the ways on which load balancers send what they get from the Internet to a port.

    By a load-balancing rule to a pool that the interface is in, or by an inbound
    NAT rule. The interface itself names both, but not a pool that knows it by its
    address. Whether a health probe holds traffic back is not looked into.

    Source: https://learn.microsoft.com/azure/load-balancer/components,
    https://learn.microsoft.com/azure/load-balancer/inbound-nat-rules,
    https://learn.microsoft.com/azure/load-balancer/backend-pool-management
    """
    addresses, names = addresses_of(interface), named(interface)
    for index, item in enumerate(addresses):
        own, behind = _id_of(interface, item), names[index] if names is not None else frozenset()
        for door in doors(topology):
            sends = _sends(door.rule.properties, port)
            if sends is False:
                continue
            leads = _leads(door, own, item, behind)
            if leads is not False:
                yield _way(door, item, is_sure=leads is True and sends is True)
        yield from (_unread(item, reason) for reason in _reasons(topology, behind))
        if names is None:
            yield _unread(item, f"what {interface.id.path} says it is behind was not read")


def _reasons(topology: Topology, behind: Names) -> Iterator[str]:
    """Yield why a load balancer may lead to an address that none is seen to lead to."""
    for balancer in sorted({name.parent for name in behind}):
        if topology.get(LoadBalancer, balancer) is None:
            yield f"the load balancer {balancer.path} was not read"
    if unread_balancers(topology):
        yield unread_balancers(topology)


def _way(door: Door, item: InterfaceAddress, *, is_sure: bool) -> Ingress:
    name, rule = door.balancer.name, door.rule.name
    unsure = f"whether the rule {rule} of {name} leads the Internet to it is not known"
    return Ingress(
        to=item,
        by=name,
        kind=door.balancer.sku,
        because=(Evidence(door.balancer.id, "", door.pointer, rule),),
        unread=door.unread or ("" if is_sure else unsure),
    )


def _unread(item: InterfaceAddress, reason: str) -> Ingress:
    return Ingress(to=item, by="a load balancer", unread=reason)


def _id_of(interface: NetworkInterface, item: InterfaceAddress) -> ResourceId:
    return ResourceId(item.id or f"{interface.id}/ipConfigurations/{item.name}")


def _leads(door: Door, own: ResourceId, item: InterfaceAddress, behind: Names) -> bool | None:
    """Tell whether a rule sends to an address of an interface; None when that is not known."""
    target = door.rule.properties.backend_ip_configuration
    if door.rule.id and ResourceId(door.rule.id) in behind:
        return True
    if target is not None and ResourceId(target.id) == own:
        return True
    return _any(
        name in behind or (_holds(pool, own, item) if pool else None)
        for name, pool in door.pools.items()
    )


def _holds(pool: Pool, own: ResourceId, item: InterfaceAddress) -> bool | None:
    """Tell whether a pool holds an address of an interface; None when that is not known."""
    if own in pool.configurations:
        return True
    return _any(_is(member, item) for member in pool.addresses)


def _is(member: BackendAddress, item: InterfaceAddress) -> bool | None:
    """Tell whether a member that a pool knows by its address is one of an interface."""
    said, here = member.properties, item.properties.subnet
    if not said.ip_address or said.ip_address != item.properties.private_ip_address:
        return False
    place = ResourceId(said.virtual_network.id) if said.virtual_network else None
    if said.subnet:
        place = ResourceId(said.subnet.id).parent
    return None if place is None or here is None else ResourceId(here.id).parent == place


def _sends(rule: BalancingRuleProperties, port: int) -> bool | None:
    """
    Tell whether a rule sends TCP to a port of the machine; None when that is not known.

    Port 0 is every port. With a floating IP, the machine must itself have the
    frontend's address.

    Source: https://learn.microsoft.com/azure/load-balancer/load-balancer-floating-ip
    """
    protocol = (rule.protocol or "").lower()
    if protocol in {"udp", "quic"} or rule.backend_port not in {None, 0, port}:
        return False
    is_told = protocol in {"tcp", "all"} and rule.backend_port is not None
    return True if is_told and not rule.enable_floating_ip else None


def _any(answers: Iterable[bool | None]) -> bool | None:
    """Return Kleene's disjunction; of none, it does not hold."""
    given = set(answers)
    return True if True in given else None if None in given else False
