"""Whether the link between a zone and a VNet is in force."""

from __future__ import annotations

from scanner.findings import Evidence, Judgement, Verdict
from scanner.resources.private_dns_zone import VirtualNetworkLink
from scanner.topology import Topology


def in_force(_topology: Topology, link: VirtualNetworkLink) -> Judgement:
    """
    Judge whether a link is completed and was not refused.

    Its case tells the settings by which it can be made anew.

    Source: https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links
    """
    said = link.properties
    state, made = said.virtual_network_link_state, said.provisioning_state
    because = (
        Evidence(link.id, "", "/properties/virtualNetworkLinkState", state),
        Evidence(link.id, "", "/properties/provisioningState", made),
    )
    if link.is_completed and (made or "").lower() != "failed":
        return Judgement(Verdict.PASS, because)
    case = {"resolutionPolicy": link.resolution_policy}
    if said.registration_enabled is not None:
        case["registration"] = str(said.registration_enabled).lower()
    return Judgement(Verdict.FAIL, because, (case,))
