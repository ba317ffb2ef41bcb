"""What a private zone that is linked to a VNet answers."""

from __future__ import annotations

from dataclasses import replace

from scanner.analysis.causes import Break, Cause
from scanner.analysis.dns.linked_zones import linked_zone
from scanner.analysis.dns.lookup import Answer, Question, Resolution, failed, unknown
from scanner.analysis.dns.missing_records import lacking, missing_case, not_held
from scanner.analysis.dns.record_addresses import judged
from scanner.analysis.dns.zone_records import ZoneRecord, held, records, relative, unread_records
from scanner.analysis.steps import Step
from scanner.findings import Evidence
from scanner.resources import Relation, ResourceId
from scanner.resources.private_dns_zone import VirtualNetworkLink
from scanner.resources.record_set import CnameRecordSet, RecordSet
from scanner.topology import Topology

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
    if not link.is_completed:
        unread = f"the link {link.id.path} is {link.state}: whether it works is not known"
        return unknown(unread, step)
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
    unread = unread_records(topology, zone)
    if unread and label not in records(topology, zone):
        return unknown(unread, suspect=lacking(question))
    match held(topology, zone, label):
        case RecordSet() as found if found.addresses:
            return judged(topology, question, link, found)
        case CnameRecordSet() as found:
            return _followed(topology, question, network, found)
        case found:
            return _missing(topology, question, link, found)


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
    return _blaming(answered, alias).after(step)


def _blaming(answered: Resolution, alias: CnameRecordSet) -> Resolution:
    """Blame the alias that the account's name is: where it leads may be right for others."""
    broken = answered.broken
    if broken is None or broken.cause is not Cause.ALIAS_STALE:
        return answered
    named = {"record": alias.name, "zoneName": alias.id.parent.name, "leadsTo": alias.cname}
    case = dict(broken.case) | named
    case |= {"alias": str(alias.id)} if "address" in case else {}
    return replace(answered, broken=Break(Cause.ALIAS_STALE, alias.id, case))


def _length(topology: Topology, network: ResourceId, name: str) -> int:
    """Return how many aliases lie behind a name; more than `ALIASES` for a circle."""
    for length in range(ALIASES + 1):
        link = linked_zone(topology, network, name).link
        own = records(topology, link.id.parent) if link else {}
        alias = own.get(relative(name, link.id.parent)) if link else None
        if not isinstance(alias, CnameRecordSet):
            return length
        name = alias.cname
    return ALIASES + 1


def _missing(
    topology: Topology, question: Question, link: VirtualNetworkLink, found: ZoneRecord | None
) -> Resolution:
    """
    Return what a zone answers that does not hold the name.

    It has the last word on its domain, unless its link falls back to the Internet,
    which Azure offers for `privatelink` zones only and for names that do not exist.

    Source: https://learn.microsoft.com/azure/dns/private-dns-fallback
    """
    label, zone = relative(question.name, link.id.parent), link.id.parent
    policy = link.resolution_policy.lower()
    step = Step(f"it holds no record {label}", (Evidence(zone, "", "/name", zone.name),))
    if policy == "default":
        broken = not_held(topology, question, link)
        return Resolution(Answer.NXDOMAIN, (), (step,), broken)
    is_offered = zone.name.lower().startswith("privatelink.") and not found
    if link.falls_back_to_internet and is_offered:
        return _fallen_back(topology, question, link).after(step)
    unread = f"what the resolution policy of {link.id.path} does is not known"
    return unknown(unread, step, suspect=lacking(question))


def _fallen_back(topology: Topology, question: Question, link: VirtualNetworkLink) -> Resolution:
    pointer, policy = "/properties/resolutionPolicy", link.properties.resolution_policy
    step = Step(
        f"so {link.name} falls back to public DNS, which returns the public address",
        (Evidence(link.id, Relation.PART_OF.inverse, pointer, policy),),
    )
    case = missing_case(topology, question, link)
    return failed(Answer.PUBLIC, Cause.FALLBACK_TO_INTERNET, link.id, step, case)
