"""The way that Azure itself says a packet leaves an interface, beside the one we compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.analysis.addresses import AddressSet
from scanner.analysis.causes import Cause
from scanner.analysis.routing.routes import PrefixEntry
from scanner.analysis.routing.trips import Route, Way
from scanner.resources import ResourceId
from scanner.resources.effective import EffectiveRoute, EffectiveRouteTable
from scanner.resources.network_interface import NetworkInterface
from scanner.topology import Topology, once

NOWHERE = frozenset({"none", "internet"})

APPLIANCES = frozenset({"virtualappliance", "virtualapplianceecmp"})

_KNOWN = NOWHERE | APPLIANCES | {"virtualnetworkgateway"}
"""Next hops that are no VNet, peer or private endpoint. What another one does is not described."""

_SOURCES = ("user", "virtualnetworkgateway", "default")
"""
Of equal prefixes: the user's own, then what was learned, then Azure's own.

Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
"""

_WITHOUT_A_WAY = frozenset({Cause.NOT_CONNECTED, Cause.NOT_TRANSITIVE})


@dataclass(frozen=True, slots=True)
class EffectiveHop:
    """What Azure does with packets of an interface for an address."""

    table: EffectiveRouteTable
    index: int | None
    """Of the route in the table; None when none holds the address."""
    route: EffectiveRoute

    @property
    def interface(self) -> ResourceId:
        """Whose packets."""
        return self.table.id.parent

    @property
    def said(self) -> str:
        """It, in a few words: `to VirtualAppliance 10.0.0.4 by 10.0.0.0/8, learned by BGP`."""
        if self.index is None:
            return "nowhere"
        route = self.route
        hops = " ".join((route.next_hop_type or "nobody says where", *_hops(route)))
        learned = ", learned by a gateway" if _rank(route) == 1 else ""
        return f"to {hops} by {', '.join(route.address_prefix or ())}{learned}"


def contradiction(topology: Topology, subnet: ResourceId, found: Route, address: str) -> str:
    """Say how Azure's own routes of an interface differ from a computed way; empty if none do."""
    for hop in hops(topology, subnet, address):
        if agrees(found, hop) is False:
            return (
                f"Azure itself sends packets of {hop.interface.path} for {address} {hop.said}, "
                f"and by what is configured they go {expected(found)}"
            )
    return ""


def hops(topology: Topology, subnet: ResourceId, address: str) -> Iterator[EffectiveHop]:
    """Yield what Azure does with packets for an address, of each interface that it was asked of."""
    for table in _tables(topology).get(subnet, ()):
        hop = effective_hop(table, address)
        if hop is not None:
            yield hop


def effective_hop(table: EffectiveRouteTable, address: str) -> EffectiveHop | None:
    """
    Return the route that decides over an address; None where Azure's list does not settle it.

    The longest prefix decides, but a learned route never before one of a VNet or a peering.

    Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
    """
    wanted = AddressSet.parse(address)
    held = [
        (length, index, route)
        for index, route in enumerate(table.properties.value)
        if route.is_active and (length := _length(route, wanted)) is not None
    ]
    if not held:
        return EffectiveHop(table, None, EffectiveRoute())
    longest = max(length for length, _, _ in held)
    rivals = [(index, route) for length, index, route in held if length == longest]
    first = min(_rank(route) for _, route in rivals)
    deciding = [(index, route) for index, route in rivals if _rank(route) == first]
    if len({(route.kind, _hops(route)) for _, route in deciding}) > 1:
        return None
    index, route = deciding[0]
    if _rank(route) == 1 and any(is_direct(other.kind) for _, _, other in held):
        return None
    return EffectiveHop(table, index, route)


def agrees(found: Route, hop: EffectiveHop) -> bool | None:
    """Tell whether a computed way leaves by Azure's hop; None when that cannot be compared."""
    kind = hop.route.kind or "none"
    if kind not in _KNOWN and not is_direct(kind):
        return None
    if found.first is not None:
        user = found.first.route
        is_same = kind == user.next_hop_type
        return is_same and (kind not in APPLIANCES or set(_hops(hop.route)) == set(user.next_hops))
    match found.outcome:
        case Way.DIRECT:
            return is_direct(kind)
        case Way.VIA:  # by a virtual hub, whose routes Azure's pages do not describe here
            return False if kind in NOWHERE else None
        case Way.NONE if found.broken and found.broken.cause in _WITHOUT_A_WAY:
            return kind in NOWHERE
        case _:
            return None


def expected(found: Route) -> str:
    """Say which way a packet leaves as it was computed."""
    if found.first is not None:
        user = found.first
        hops_ = " ".join((user.route.properties.next_hop_type, *user.route.next_hops))
        return f"to {hops_} by {user.said}"
    return {Way.DIRECT: "straight to the endpoint", Way.VIA: "by a virtual hub"}.get(
        found.outcome, "nowhere"
    )


def is_direct(kind: str) -> bool:
    """
    Tell whether a next hop is the VNet itself, a peer, or a private endpoint in one of these.

    Source: https://learn.microsoft.com/azure/virtual-network/diagnose-network-routing-problem
    """
    return kind in {"vnetlocal", "interfaceendpoint"} or kind.endswith("peering")


def _hops(route: EffectiveRoute) -> tuple[str, ...]:
    return tuple(sorted(route.next_hop_ip_address or ()))


def _rank(route: EffectiveRoute) -> int:
    source = (route.source or "").lower()
    return _SOURCES.index(source) if source in _SOURCES else len(_SOURCES)


def _length(route: EffectiveRoute, wanted: AddressSet) -> int | None:
    """Return the length of a route's longest prefix that holds an address; None when none does."""
    lengths = (
        PrefixEntry(first, last, None).length
        for prefix in route.address_prefix or ()
        for first, last in AddressSet.parse(prefix).intervals
        if wanted.within(first, last)
    )
    return max(lengths, default=None)


@once
def _tables(topology: Topology) -> Mapping[ResourceId, tuple[EffectiveRouteTable, ...]]:
    """Return the tables by the subnet of their interface."""
    found: dict[ResourceId, tuple[EffectiveRouteTable, ...]] = {}
    for table in topology.all(EffectiveRouteTable):
        interface = topology.get(NetworkInterface, table.id.parent)
        for subnet in interface.subnets[:1] if interface else ():
            found[subnet] = (*found.get(subnet, ()), table)
    return found
