"""Whether a private endpoint has an address for each name of its account."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analysis.checks.accounts_of import hidden, served
from scanner.analysis.dns.wanted import doubted, undocumented
from scanner.findings import Affected, Evidence, Judgement, Verdict, every
from scanner.resources import Relation
from scanner.resources.network_interface import NetworkInterface
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.topology import Topology


def complete(topology: Topology, endpoint: PrivateEndpoint) -> Judgement:
    """
    Judge whether an endpoint of an account with several names has an address for each.

    Its interface says what each address is for. An endpoint that was made when
    the account was of kind OpenAI has one address, and keeps it when the account
    becomes one of kind AIServices, which has three names.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    wanted = [(account, name) for account, name in served(topology, endpoint)]
    unread = hidden(topology, endpoint)
    if unread:
        return Judgement(Verdict.OPEN, (Evidence(endpoint.id),), unread=unread, is_told=True)
    if len(wanted) <= 1:
        return every(())
    told = tuple(_told(topology, endpoint))
    named = {name for names, _ in told for name in names}
    doubt = _doubt(topology, endpoint, told)
    evidence = (Evidence(endpoint.id), *(one for _, one in told))
    judged = []
    for account, hostname in wanted:
        if hostname.name in named:
            judged.append(Judgement(Verdict.PASS, evidence))
            continue
        affected = (Affected(endpoint.network, account.id, hostname.name),)
        case = {"hostname": hostname.name, "account": str(account.id), "accountName": account.name}
        missing = Judgement(Verdict.FAIL, evidence, (case,), affected)
        judged.append(doubted(missing, doubt or undocumented(hostname)))
    return every(judged)


def _told(
    topology: Topology, endpoint: PrivateEndpoint
) -> Iterator[tuple[frozenset[str], Evidence]]:
    """Yield what each address of an endpoint's interfaces is for."""
    for interface in topology.predecessors(NetworkInterface, endpoint.id, Relation.ATTACHED_TO):
        for index, item in enumerate(interface.configurations):
            link = item.private_link_connection_properties
            fqdns = (link.fqdns or ()) if link else ()
            names = frozenset(name.lower().rstrip(".") for name in fqdns)
            pointer = (
                f"/properties/ipConfigurations/{index}/properties"
                "/privateLinkConnectionProperties/fqdns"
            )
            evidence = Evidence(
                interface.id, Relation.ATTACHED_TO.inverse, pointer, sorted(names) or None
            )
            yield names, evidence


def _doubt(
    topology: Topology,
    endpoint: PrivateEndpoint,
    told: tuple[tuple[frozenset[str], Evidence], ...],
) -> str:
    """Say why more addresses may be there than are told of; empty when none may."""
    for interface in endpoint.interfaces:
        if topology.get(NetworkInterface, interface) is None:
            return f"the interface {interface.path} was not read"
    if not told:
        return f"the interface of {endpoint.id.path} was not read"
    if not all(names for names, _ in told):
        return f"the interface of {endpoint.id.path} does not say what each address is for"
    return ""
