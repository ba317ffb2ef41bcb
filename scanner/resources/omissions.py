"""What resources themselves say is missing from the snapshot that holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.private_dns_zone import PrivateDnsZone, VirtualNetworkLink
from scanner.resources.resource import AnyResource
from scanner.snapshot import EVERYWHERE, Gap, GapReason


def omissions(resources: Collection[AnyResource], known: Collection[Gap]) -> Iterator[Gap]:
    """Yield what is missing, but for types that a known gap hides everywhere already."""
    if not _is_hidden(VirtualNetworkLink, known):
        yield from _missing_links(resources)
    if not _is_hidden(PrivateEndpointConnection, known):
        yield from _untold_connections(resources)


def _is_hidden(kind: type[AnyResource], gaps: Iterable[Gap]) -> bool:
    return any(gap.scope == EVERYWHERE and gap.hides(kind.ARM_TYPE) for gap in gaps)


def _missing_links(resources: Iterable[AnyResource]) -> Iterator[Gap]:
    """
    Yield a gap for each zone that has more links than the snapshot holds.

    Records cannot be counted so: the zone counts its SOA and other types too.

    Source: https://learn.microsoft.com/rest/api/dns/privatedns/private-zones/get
    """
    kind = VirtualNetworkLink.ARM_TYPE
    held = Counter(item.id.parent for item in resources if kind == item.ARM_TYPE)
    for zone in resources:
        if not isinstance(zone, PrivateDnsZone):
            continue
        told = zone.properties.number_of_virtual_network_links or 0
        if told > held[zone.id]:
            yield _not_read(zone, kind, f"{held[zone.id]} of {told} links were read")


def _untold_connections(resources: Iterable[AnyResource]) -> Iterator[Gap]:
    """
    Yield a gap for each account that does not say which private endpoints it knows.

    An account that knows none says `[]`. One read by an old version of the API
    says nothing, and so does one whose properties were projected away.

    Source: https://learn.microsoft.com/rest/api/aiservices/accountmanagement/accounts/get
    """
    for account in resources:
        if not isinstance(account, CognitiveServicesAccount) or not account.is_subject:
            continue
        if account.properties.private_endpoint_connections is None:
            detail = "its `privateEndpointConnections` are not in the row"
            yield _not_read(account, PrivateEndpointConnection.ARM_TYPE, detail)


def _not_read(holder: AnyResource, kind: str, detail: str) -> Gap:
    return Gap(scope=holder.id.text, type=kind, reason=GapReason.NOT_READ, detail=detail)
