"""What a private zone that is linked to a VNet answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from scanner.analysis.causes import Cause
from scanner.analysis.dns.linked_zones import linked_zone
from scanner.analysis.dns.lookup import Answer, Question, Resolution, failed, unknown
from scanner.analysis.dns.record_addresses import judged
from scanner.analysis.dns.wanted import zones_named
from scanner.analysis.endpoints import addresses_of, approved
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.private_dns_zone import VirtualNetworkLink
from scanner.resources.record_set import CnameRecordSet, RecordSet
from scanner.topology import Topology, once

Held: TypeAlias = RecordSet | CnameRecordSet

ALIASES = 8
"""How many aliases are followed before we give up."""


def zone_answer(
    topology: Topology, question: Question, network: ResourceId, link: VirtualNetworkLink
) -> Resolution:
    """
    Return what the zone behind a link answers to a question that is asked in a VNet.

    A link works once it is Completed.

    Source: https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links
    """
    step = _linked_step(network, link)
    state = link.properties.virtual_network_link_state or "Completed"
    if state.lower() != "completed":
        return unknown(f"the link {link.id.path} is {state}: whether it works is not known", step)
    return _held_answer(topology, question, network, link).after(step)


def _linked_step(network: ResourceId, link: VirtualNetworkLink) -> Step:
    state = link.properties.virtual_network_link_state
    evidence = (
        Evidence(network),
        Evidence(link.id, Relation.LINKED_TO.inverse, "/properties/virtualNetworkLinkState", state),
        Evidence(link.id.parent, Relation.PART_OF),
    )
    return Step(f"{link.id.parent.name} is linked to {network.name} by {link.name}", evidence)


def _held_answer(
    topology: Topology, question: Question, network: ResourceId, link: VirtualNetworkLink
) -> Resolution:
    zone = link.id.parent
    label = relative(question.name, zone)
    own = records(topology).get(zone, {})
    record = own.get(label)
    unread = _unread(topology, zone)
    if record is None and unread:
        return unknown(unread)
    match record or _wildcard(own, label):
        case RecordSet() as found if found.addresses:
            return judged(topology, question, found)
        case CnameRecordSet() as found:
            return _followed(topology, question, network, found)
        case found:
            return _missing(topology, question, link, found)


def relative(name: str, zone: ResourceId) -> str:
    """
    Return a name as its record in a zone is called; `@` is the zone itself.

    Source: https://learn.microsoft.com/azure/dns/dns-zones-records#record-names
    """
    return name.removesuffix(zone.name.lower().rstrip(".")).rstrip(".") or "@"


def _wildcard(own: dict[str, Held], label: str) -> Held | None:
    """
    Return the record that stands for every name that a zone does not hold.

    The nearest one: `*.b` before `*` for `a.b`.

    Source: https://learn.microsoft.com/azure/dns/dns-zones-records#wildcard-records
    """
    while label != "@" and label:
        label = label.partition(".")[2]
        found = own.get(f"*.{label}" if label else "*")
        if found is not None:
            return found
    return None


def _unread(topology: Topology, zone: ResourceId) -> str:
    for kind in (RecordSet, CnameRecordSet):
        for gap in topology.unread(kind, zone):
            return f"the records of {zone.name}: {gap.reason}"
    return ""


@once
def records(topology: Topology) -> dict[ResourceId, dict[str, Held]]:
    """Return the records of each zone by name, in lower case. An alias stands alone."""
    found: dict[ResourceId, dict[str, Held]] = {}
    held: tuple[Held, ...] = (*topology.all(CnameRecordSet), *topology.all(RecordSet))
    for record in held:
        found.setdefault(record.id.parent, {})[record.id.name.lower()] = record
    return found


def _followed(
    topology: Topology, question: Question, network: ResourceId, alias: CnameRecordSet
) -> Resolution:
    """
    Follow an alias within the zones that are linked to the VNet; beyond them nothing is known.

    A name that the next zone does not hold is no failure of the account's own record.
    """
    leads = alias.cname
    step = Step(f"its record {alias.name} leads to {leads}", (Evidence(alias.id, "has"),))
    found = linked_zone(topology, network, leads)
    if found.unread:
        return unknown(found.unread, step)
    if found.link is None or _length(topology, network, leads) > ALIASES:
        return unknown(f"what {leads} resolves to is not followed", step)
    answered = zone_answer(topology, replace(question, name=leads), network, found.link)
    if answered.outcome in {Answer.NXDOMAIN, Answer.PUBLIC} and leads != question.private_name:
        answered = unknown(f"what {leads} resolves to is not known", *answered.steps)
    return answered.after(step)


def _length(topology: Topology, network: ResourceId, name: str) -> int:
    """Return how many aliases lie behind a name; more than `ALIASES` for a circle."""
    for length in range(ALIASES + 1):
        link = linked_zone(topology, network, name).link
        own = records(topology).get(link.id.parent, {}) if link else {}
        held = own.get(relative(name, link.id.parent)) if link else None
        if not isinstance(held, CnameRecordSet):
            return length
        name = held.cname
    return ALIASES + 1


def _missing(
    topology: Topology, question: Question, link: VirtualNetworkLink, found: Held | None
) -> Resolution:
    """
    Return what a zone answers that does not hold the name.

    It has the last word on its domain, unless its link falls back to the Internet,
    which Azure offers for `privatelink` zones only and for names that do not exist.

    Source: https://learn.microsoft.com/azure/dns/private-dns-fallback
    """
    label, zone = relative(question.name, link.id.parent), link.id.parent
    policy = (link.properties.resolution_policy or "default").lower()
    step = Step(f"it holds no record {label}", (Evidence(zone, "", "/name", zone.name),))
    case = _case(topology, question, link)
    if policy != "default":
        if (
            not link.falls_back_to_internet
            or found
            or not zone.name.lower().startswith("privatelink.")
        ):
            return unknown(f"what the resolution policy of {link.id.path} does is not known", step)
        return _fallen_back(link, case).after(step)
    if not question.is_alias:
        return failed(Answer.NXDOMAIN, Cause.SHADOWED, zone, step, case)
    return failed(Answer.NXDOMAIN, Cause.RECORD_MISSING, question.account.id, step, case)


def _fallen_back(link: VirtualNetworkLink, case: dict[str, str]) -> Resolution:
    pointer, policy = "/properties/resolutionPolicy", link.properties.resolution_policy
    step = Step(
        f"so {link.name} falls back to public DNS, which returns the public address",
        (Evidence(link.id, Relation.PART_OF.inverse, pointer, policy),),
    )
    return failed(Answer.PUBLIC, Cause.FALLBACK_TO_INTERNET, link.id, step, case)


def _case(topology: Topology, question: Question, link: VirtualNetworkLink) -> dict[str, str]:
    """Return what a message about a missing record can name."""
    zone, network = link.id.parent, ResourceId(link.properties.virtual_network.id)
    label = relative(question.name, zone)
    case = {
        "zone": str(zone),
        "zoneName": zone.name,
        "record": label,
        "hostname": question.hostname.name,
        "link": str(link.id),
        "linkName": link.name,
        "network": str(network),
        "networkName": network.name,
        "otherZone": _holder(topology, zone, label),
    } | _means(topology, question)
    return {key: value for key, value in case.items() if value}


def _holder(topology: Topology, zone: ResourceId, label: str) -> str:
    """Return another zone of the same name that holds the record; empty when none does."""
    for other in zones_named(topology, zone.name.lower().rstrip(".")):
        if other.id != zone and label in records(topology).get(other.id, {}):
            return str(other.id)
    return ""


def _means(topology: Topology, question: Question) -> dict[str, str]:
    """Return the endpoint and the address to write, where there is no choice."""
    match approved(topology, question.account):
        case (item,) if item.endpoint is not None:
            held = addresses_of(topology, item.endpoint, question.hostname.name)
            address = "".join(held) if len(held) == 1 else ""
            return {"endpoint": str(item.id), "address": address}
        case _:
            return {}
