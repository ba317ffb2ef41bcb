"""Whether the Internet reaches a machine."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.analysis.filtering.admitted import INTERNET, admitted
from scanner.analysis.filtering.balancers import balanced
from scanner.analysis.filtering.translation import translated
from scanner.analysis.filtering.ways import Ingress, own_addresses
from scanner.findings import Evidence, Judgement, Verdict, some
from scanner.resources.network_interface import NetworkInterface
from scanner.topology import Topology


def reached(topology: Topology, interface: NetworkInterface, port: int) -> Judgement:
    """
    Judge whether the Internet reaches a TCP port of an interface.

    By a public address of its own, by a load balancer, or by an Azure Firewall
    that translates: each way for itself, and as far as its groups let through.
    Application gateways, and appliances that are no Azure service, are not looked at.

    Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
    """
    ways = (
        *own_addresses(topology, interface),
        *balanced(topology, interface, port),
        *translated(topology, interface, port),
    )
    if not ways:
        return Judgement(Verdict.FAIL, (Evidence(interface.id),))
    return some(_reached(topology, interface, port, way) for way in ways)


def _reached(topology: Topology, interface: NetworkInterface, port: int, way: Ingress) -> Judgement:
    let = admitted(topology, interface, port, way)
    here = Evidence(interface.id)
    # A firewall shows the groups few addresses, however many callers stand behind them.
    least = 0 if way.kind == "private" else INTERNET
    if len(let.sources) <= least:
        return Judgement(Verdict.FAIL, (here,))
    because = (here, *way.because, *let.because)
    if way.unread or len(let.certain) <= least:
        unread = "; ".join(filter(None, (way.unread, let.unread)))
        return Judgement(Verdict.OPEN, because, unread=unread)
    return Judgement(Verdict.PASS, because, (_case(port, way),))


def _case(port: int, way: Ingress) -> Mapping[str, str]:
    """Return the names of a way; of its IP configuration, where it may lose a public address."""
    names = {"port": str(port), "by": way.by}
    is_own = way.to.properties.public_ip_address is not None
    return names | ({"ipConfiguration": way.to.name} if is_own and way.to.name else {})
