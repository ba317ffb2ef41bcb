"""Whether people can dial in to a VPN gateway with Entra ID."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.findings import NOT_APPLICABLE, Evidence, Judgement, Verdict
from scanner.resources.virtual_network_gateway import VirtualNetworkGateway, VpnClientConfiguration
from scanner.topology import Topology

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def possible(_topology: Topology, gateway: VirtualNetworkGateway) -> Judgement:
    """
    Judge whether the settings by which a gateway takes Entra ID can work.

    Only OpenVPN carries it, on a route-based gateway that is no Basic one; the
    issuer is the tenant's, and ends with a slash. Whether the audience is that of
    the client people use is not known.

    Source: https://learn.microsoft.com/azure/vpn-gateway/point-to-site-entra-gateway
    """
    clients = gateway.properties.vpn_client_configuration
    if clients is None or not gateway.client_address_prefixes:
        return NOT_APPLICABLE
    kinds = {kind.lower() for kind in clients.vpn_authentication_types or ()}
    if "aad" not in kinds:
        return NOT_APPLICABLE
    faults = (*_of_gateway(gateway), *_of_clients(gateway, clients))
    if faults:
        because = tuple(evidence for evidence, _ in faults)
        return Judgement(Verdict.FAIL, because, tuple({"fault": said} for _, said in faults))
    here = Evidence(gateway.id, "", f"{_CLIENTS}/vpnAuthenticationTypes", sorted(kinds))
    untold = _untold(clients)
    if untold:
        unread = f"{gateway.id.path} does not tell its {untold}"
        return Judgement(Verdict.OPEN, (here,), unread=unread)
    return Judgement(Verdict.PASS, (here,))


def _of_gateway(gateway: VirtualNetworkGateway) -> Iterator[tuple[Evidence, str]]:
    properties = gateway.properties
    sku = properties.sku.name if properties.sku else None
    if (sku or "").lower() == "basic":
        said = "a gateway of SKU Basic takes certificates only"
        yield Evidence(gateway.id, "", "/properties/sku/name", sku), said
    if (properties.vpn_type or "").lower() == "policybased":
        said = "a policy-based gateway takes no clients"
        yield Evidence(gateway.id, "", "/properties/vpnType", properties.vpn_type), said


def _of_clients(
    gateway: VirtualNetworkGateway, clients: VpnClientConfiguration
) -> Iterator[tuple[Evidence, str]]:
    protocols = clients.vpn_client_protocols or ()
    if protocols and "openvpn" not in {one.lower() for one in protocols}:
        said = "its clients speak " + " and ".join(protocols) + ", and Entra ID wants OpenVPN"
        yield Evidence(gateway.id, "", f"{_CLIENTS}/vpnClientProtocols", list(protocols)), said
    issuer, tenant = clients.aad_issuer or "", clients.aad_tenant or ""
    told = Evidence(gateway.id, "", f"{_CLIENTS}/aadIssuer", issuer)
    if issuer and not issuer.endswith("/"):
        yield told, f"its issuer {issuer} lacks the slash at the end"
    of_issuer, of_tenant = _GUID.search(issuer.lower()), _GUID.search(tenant.lower())
    if of_issuer and of_tenant and of_issuer[0] != of_tenant[0]:
        yield told, f"its issuer {issuer} is of another tenant than {tenant}"


def _untold(clients: VpnClientConfiguration) -> str:
    """Return the setting that the row leaves out; empty when it tells all."""
    told = {
        "vpnClientProtocols": clients.vpn_client_protocols,
        "aadIssuer": clients.aad_issuer,
        "aadTenant": clients.aad_tenant,
        "aadAudience": clients.aad_audience,
    }
    return next((name for name, value in told.items() if not value), "")


_CLIENTS = "/properties/vpnClientConfiguration"
