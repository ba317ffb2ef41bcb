"""Every Azure type the scanner knows."""

from __future__ import annotations

from scanner.resources.cognitive_services_account import (
    CognitiveServicesAccount,
    PrivateEndpointConnection,
)
from scanner.resources.private_endpoint import PrivateDnsZoneGroup, PrivateEndpoint
from scanner.resources.resource import AnyResource
from scanner.resources.virtual_network import VirtualNetwork, VirtualNetworkPeering

RESOURCE_TYPES: tuple[type[AnyResource], ...] = (
    CognitiveServicesAccount,
    PrivateDnsZoneGroup,
    PrivateEndpoint,
    PrivateEndpointConnection,
    VirtualNetwork,
    VirtualNetworkPeering,
)
