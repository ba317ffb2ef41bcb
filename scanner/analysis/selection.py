"""Which consumers and accounts a selector means."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from scanner.analysis.consumers import Consumer, Kind, consumers
from scanner.resources import AnyResource, Relation, ResourceId
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.virtual_machine import VirtualMachine
from scanner.topology import Topology, once
from scanner.topology.expectations import Selector


def selects_consumer(topology: Topology, selector: Selector, consumer: Consumer) -> bool:
    """
    Tell whether a place where traffic starts is meant.

    It is known by its own ID, name and group, by its subnet's and by its VNet's, and by
    the tags of itself, its VNet and its machines. A subnet is judged as one: it
    is meant as a whole where a tag of one of its machines is. A tag that was not
    read is none.
    """
    places = dict.fromkeys((consumer.id, consumer.subnet, consumer.network))
    if not _is_placed(topology, selector, tuple(places)):
        return False
    return not selector.tags or _is_tagged(selector, _holders(topology, consumer))


def selects_account(
    topology: Topology, selector: Selector, account: CognitiveServicesAccount
) -> bool:
    """Tell whether an account is meant."""
    return _is_placed(topology, selector, (account.id,)) and _is_tagged(selector, (account,))


def selects_resource(topology: Topology, selector: Selector, resource: ResourceId) -> bool:
    """Tell whether a resource is meant, by itself or by what it is part of."""
    places = [resource]
    while "/" in places[-1].parent.type:
        places.append(places[-1].parent)
    if not _is_placed(topology, selector, tuple(places)):
        return False
    held = (topology.inventory.resources.get(place) for place in places)
    return not selector.tags or _is_tagged(selector, tuple(one for one in held if one))


def _is_placed(topology: Topology, selector: Selector, places: tuple[ResourceId, ...]) -> bool:
    if selector.id and not any(place.lies_in(selector.id) for place in places):
        return False
    if selector.name and not any(_is_called(place, selector.name) for place in places):
        return False
    group = selector.resource_group.lower()
    if group and all(place.resource_group.lower() != group for place in places):
        return False
    wanted = _subscriptions(topology, selector.subscription)
    return not selector.subscription or any(place.subscription in wanted for place in places)


def _is_called(place: ResourceId, pattern: str) -> bool:
    """Compare a name; with a slash, `vnet-app/snet-*`, all names down to it."""
    name = place.path if "/" in pattern else place.name
    return fnmatchcase(name.lower(), pattern.lower())


def _subscriptions(topology: Topology, said: str) -> frozenset[str]:
    """Return the GUIDs, lower case, that a GUID or the name of a subscription means."""
    known = topology.inventory.subscriptions
    named = (one.id.lower() for one in known if one.name.lower() == said.lower())
    return frozenset({said.lower(), *named})


def _is_tagged(selector: Selector, holders: tuple[AnyResource, ...]) -> bool:
    held = {pair for holder in holders for pair in holder.tags.items()}
    return all((name.lower(), value) in held for name, value in selector.tags)


def _holders(topology: Topology, consumer: Consumer) -> tuple[AnyResource, ...]:
    """Return what carries a consumer's tags: itself, its VNet, its machines."""
    ids = (consumer.id, consumer.network, *_machines(topology, consumer))
    found = (topology.inventory.resources.get(one) for one in ids)
    return tuple(resource for resource in found if resource is not None)


def _machines(topology: Topology, consumer: Consumer) -> Iterator[ResourceId]:
    for interface in members(topology, consumer):
        for machine in topology.successors(VirtualMachine, interface, Relation.ATTACHED_TO):
            yield machine.id


def members(topology: Topology, consumer: Consumer) -> tuple[ResourceId, ...]:
    """Return the machines' interfaces that a consumer stands for, by ID."""
    match consumer.kind:
        case Kind.CLIENTS:
            return ()
        case Kind.INTERFACE:
            return (consumer.id,)
        case _:
            return tuple(_plain(topology).get(consumer.id, ()))


@once
def _plain(topology: Topology) -> dict[ResourceId, list[ResourceId]]:
    """Return the machines' interfaces of each subnet, but those that are judged by themselves."""
    apart = {consumer.id for consumer in consumers(topology)}
    held: dict[ResourceId, list[ResourceId]] = {}
    for interface in topology.all(NetworkInterface):
        if interface.id not in apart and interface.properties.virtual_machine is not None:
            for subnet in interface.subnets[:1]:
                held.setdefault(subnet, []).append(interface.id)
    return held
