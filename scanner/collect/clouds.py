"""The Azure clouds: where each one's Resource Manager and sign-in are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scanner.collect.near import near
from scanner.errors import RequestError


@dataclass(frozen=True, slots=True)
class Cloud:
    """A cloud. The name of one that we do not know is its Resource Manager's URL."""

    name: str
    resource_manager: str
    credential_scope: str
    authority_host: str


CLOUDS: Mapping[str, Cloud] = MappingProxyType(
    {
        cloud.name: cloud
        for cloud in (
            Cloud(
                "AzurePublic",
                "https://management.azure.com",
                "https://management.azure.com/.default",
                "https://login.microsoftonline.com",
            ),
            Cloud(
                "AzureUSGovernment",
                "https://management.usgovcloudapi.net",
                "https://management.core.usgovcloudapi.net/.default",
                "https://login.microsoftonline.us",
            ),
            Cloud(
                "AzureChina",
                "https://management.chinacloudapi.cn",
                "https://management.chinacloudapi.cn/.default",
                "https://login.chinacloudapi.cn",
            ),
        )
    }
)
"""
Source: https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
Source: https://learn.microsoft.com/azure/china/resources-developer-guide
"""

_ALIASES = {"azurecloud": "AzurePublic", "azurechinacloud": "AzureChina"}
"""What `az cloud list` calls them, where that differs."""


def cloud_of(text: str) -> Cloud:
    """
    Return the cloud of that name, or the private cloud whose Resource Manager has that URL.

    A private cloud's tokens are for its Resource Manager's own URL, and
    AZURE_AUTHORITY_HOST says who issues them.

    Raises RequestError when it is neither.

    Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
    """
    text = text.strip().rstrip("/")
    folded = text.casefold()
    for cloud in CLOUDS.values():
        if folded in (cloud.name.casefold(), cloud.resource_manager):
            return cloud
    if folded in _ALIASES:
        return CLOUDS[_ALIASES[folded]]
    if "://" in text:
        return _private(text)
    known = ", ".join(CLOUDS)
    raise RequestError(f"no cloud `{text}`{near(text, CLOUDS)}; name one of {known}, or a URL")


def _private(url: str) -> Cloud:
    authority = os.environ.get("AZURE_AUTHORITY_HOST", "").strip().rstrip("/")
    if not authority:
        raise RequestError(
            f"the cloud at {url} needs an authority to sign in at: set AZURE_AUTHORITY_HOST"
        )
    if "://" not in authority:
        authority = f"https://{authority}"
    for address in (url, authority):
        if not address.lower().startswith("https://"):
            raise RequestError(f"{address} is not an https URL; tokens travel encrypted or not")
    return Cloud(url, url, f"{url}/.default", authority)
