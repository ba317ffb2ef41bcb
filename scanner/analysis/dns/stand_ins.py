"""Zones of another name that answer for an account all the same."""

from __future__ import annotations

from scanner.analysis.dns.hostnames import Hostname
from scanner.analysis.dns.linked_zones import domains
from scanner.analysis.dns.wanted import zones_named
from scanner.analysis.dns.zone_records import held, relative
from scanner.analysis.endpoints import addresses, approved
from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.resources.private_dns_zone import PrivateDnsZone
from scanner.resources.record_set import RecordSet
from scanner.topology import Topology


def stand_in(
    topology: Topology, account: CognitiveServicesAccount, hostname: Hostname
) -> PrivateDnsZone | None:
    """
    Return a zone that covers an account's public name and holds its right address; None for none.

    Linked, it answers before public DNS leads to the name under `privatelink.`.

    Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    served = (item.endpoint for item in approved(topology, account))
    known = frozenset(a for one in served if one is not None for a in addresses(topology, one))
    for domain in domains(hostname.name):
        for zone in zones_named(topology, domain):
            record = held(topology, zone.id, relative(hostname.name, zone.id))
            answers = set(record.addresses) if isinstance(record, RecordSet) else set()
            if answers and answers <= known:
                return zone
    return None
