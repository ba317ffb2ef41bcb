"""What the page says of an account: who is admitted, by what, and whom it believes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from scanner.analysis.addresses import PUBLIC, AddressSet, uncounted
from scanner.analysis.exposure import Exposure, exposure, own_exposure
from scanner.analysis.perimeter import associations_of
from scanner.printable import printable
from scanner.report.encode import hop, names
from scanner.report.page.numbers import Numbers
from scanner.report.scan_report import Account
from scanner.resources import Relation, ResourceId
from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.network_security_perimeter import PerimeterAccessRule
from scanner.resources.private_endpoint import PrivateEndpoint
from scanner.topology import Topology


def account_page(topology: Topology, account: Account, number: Numbers) -> dict[str, Any]:
    """Return what is known of an account; of one that is not in the snapshot, its exposure."""
    known = {
        "at": number(account.id),
        "key": key(account.id),
        "exposure": account.exposure,
        "callersRead": account.are_callers_read,
        "reach": dict(sorted(account.reach.items())),
    }
    resource = topology.get(CognitiveServicesAccount, account.id)
    if resource is None:
        return known
    found = exposure(topology, resource)
    return {
        **known,
        "unread": printable(found.unread),
        "because": [hop(evidence) for evidence in found.because],
        "keysOff": resource.properties.disable_local_auth is True,
        "admits": [*_own(topology, resource, number), *_by_perimeter(topology, resource)],
        "endpoints": list(_endpoints(topology, resource, number)),
    }


def key(resource: ResourceId) -> str:
    """Return what a link to an account names it by."""
    return sha256(resource.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _own(
    topology: Topology, account: CognitiveServicesAccount, number: Numbers
) -> Iterator[dict[str, Any]]:
    """Yield the account's own network rules, if it has any, and whether they count."""
    acls = account.properties.network_acls
    prefixes = [rule.value for rule in (acls.ip_rules or ())] if acls else []
    subnets = [ResourceId(r.id) for r in (acls.virtual_network_rules or ())] if acls else []
    if prefixes or subnets:
        yield {
            "by": "Its network rules name",
            "effect": printable(_effect(topology, account)),
            **_counted(prefixes),
            "subnets": [number(subnet) for subnet in subnets],
        }


def _effect(topology: Topology, account: CognitiveServicesAccount) -> str:
    own, properties = own_exposure(topology, account), account.properties
    if own.possible == {Exposure.PERIMETER}:
        return "They do not count: an Enforced perimeter decides alone."
    if own.unread and Exposure.PERIMETER in own.possible:
        return f"Whether they count is not known: {own.unread}."
    access = properties.public_network_access or "Enabled"
    if access.lower() in {"disabled", "securedbyperimeter"}:
        return f"They admit nobody: publicNetworkAccess is {access}."
    acls = properties.network_acls
    if acls is None or (acls.default_action or "Allow").lower() != "deny":
        return "They keep nobody out: networkAcls.defaultAction is not Deny."
    return "Whoever matches one of them gets in, and nobody else."


def _by_perimeter(
    topology: Topology, account: CognitiveServicesAccount
) -> Iterator[dict[str, Any]]:
    """Yield the inbound rules of the account's perimeter."""
    for association in associations_of(topology, account):
        for profile in topology.targets(association.id, Relation.RULED_BY):
            for rule in topology.predecessors(PerimeterAccessRule, profile, Relation.PART_OF):
                if rule.is_inbound:
                    yield _rule(rule, association.access_mode)


def _rule(rule: PerimeterAccessRule, mode: str) -> dict[str, Any]:
    properties = rule.properties
    whole = {
        "subscription": properties.subscriptions,
        "perimeter": properties.network_security_perimeters,
    }
    others = [
        f"{word} {names(ResourceId(each.id or ''))}"
        for word, named in whole.items()
        for each in named or ()
    ]
    return {
        "by": f"The inbound rule {names(rule.id)} names",
        "effect": f"Its perimeter is in {printable(mode)} mode.",
        **_counted(properties.address_prefixes or ()),
        "others": others,
    }


def _counted(prefixes: Sequence[str]) -> dict[str, Any]:
    """Return prefixes with the number of their IPv4 addresses, and of the public ones in all."""
    odd = set(uncounted(prefixes))
    counts = [[printable(p), -1 if p in odd else len(AddressSet.parse(p))] for p in prefixes]
    return {"prefixes": counts, "total": len(AddressSet.parse(*prefixes) & PUBLIC)}


def _endpoints(
    topology: Topology, account: CognitiveServicesAccount, number: Numbers
) -> Iterator[list[Any]]:
    """Yield each private endpoint, its network (-1 where that was not read), and its state."""
    states = {
        endpoint: connection.status
        for connection in topology.predecessors(
            PrivateEndpointConnection, account.id, Relation.PART_OF
        )
        for endpoint in topology.targets(connection.id, Relation.CONNECTS)
    }
    targeting = topology.sources(account.id, Relation.TARGETS)
    for one in sorted({*states, *targeting}):
        endpoint = topology.get(PrivateEndpoint, one)
        network = number(endpoint.network) if endpoint and endpoint.network else -1
        yield [number(one), network, printable(states.get(one, "") or "state not read")]
