"""What it means to send a question to a DNS server, before it answers or when it does not."""

from __future__ import annotations

from scanner.analysis.causes import Cause
from scanner.analysis.dns.linked_zones import is_linked
from scanner.analysis.dns.lookup import Answer, Asker, Question, Resolution, failed
from scanner.analysis.dns.servers import Role, Server
from scanner.analysis.routing.peering import side
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation
from scanner.resources.dns_forwarding_ruleset import ForwardingRule
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.virtual_network import VirtualNetwork
from scanner.topology import Topology


def asking(asker: Asker, address: str, server: Server) -> Step:
    """Say who asks whom."""
    if server.role is Role.AZURE:
        return Step(f"{asker.said} asks Azure-provided DNS in {asker.network.name}")
    evidence = []
    if server.owner and server.network:
        evidence = [Evidence(server.owner), Evidence(server.network, Relation.PLACED_IN)]
    what = f", {server.owner.path}" if server.owner else ""
    return Step(f"{asker.said} asks {address}: {server.role.value}{what}", tuple(evidence))


def not_carried(topology: Topology, asker: Asker, server: Server) -> str:
    """
    Say why VPN clients may not reach a server in another VNet; empty when they do.

    Source: https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-peering-gateway-transit
    """
    place = server.network
    if not asker.dials_in or place is None or place == asker.network:
        return ""
    own, back = side(topology, asker.network, place), side(topology, place, asker.network)
    lends = own is not None and own.properties.allow_gateway_transit
    borrows = back is not None and back.properties.use_remote_gateways
    if lends and borrows:
        return ""
    return f"whether VPN clients reach the DNS server in {place.path} is not followed"


def unanswered(  # noqa: PLR0913, PLR0917 - who asked whom for what
    topology: Topology,
    question: Question,
    asker: Asker,
    address: str,
    server: Server,
    step: Step,
) -> Resolution:
    """Return what comes of a server that knows no private zone, or is not there."""
    case = {
        "server": address,
        "hostname": question.hostname.name,
        **_named_by(topology, question, asker),
    }
    match server.role:
        case Role.PUBLIC:
            return failed(Answer.PUBLIC, Cause.PUBLIC_RESOLVER, asker.named_by, step, case)
        case Role.ABSENT:
            case["why"] = f"nothing in {_place(server)} has that address"
            return failed(Answer.NONE, Cause.DNS_SERVER_ABSENT, asker.named_by, step, case)
        case _:
            case["why"] = f"nothing connects {asker.network.path} with {_place(server)}"
            return failed(Answer.NONE, Cause.DNS_SERVER_UNREACHABLE, asker.named_by, step, case)


def _place(server: Server) -> str:
    return server.network.path if server.network else "the estate"


def _named_by(topology: Topology, question: Question, asker: Asker) -> dict[str, str]:
    """
    Return what names the servers under its kind: each is changed in a way of its own.

    A VNet can do without them where the zone is linked to it, and nobody dials in.
    """
    namer = asker.named_by
    match namer.type:
        case NetworkInterface.ARM_TYPE:
            return {"askingInterface": str(namer)}
        case ForwardingRule.ARM_TYPE:
            return {"askingRule": str(namer), "ruleset": namer.parent.name}
        case VirtualNetwork.ARM_TYPE if is_linked(topology, namer, question.private_name):
            return {} if asker.dials_in else {"askingNetwork": str(namer)}
        case _:
            return {}
