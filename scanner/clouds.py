"""The Azure clouds by name: one spelling for each, whatever a person, a tool or a snapshot says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scanner.errors import RequestError
from scanner.near import near

PUBLIC, GOVERNMENT, CHINA = "AzurePublic", "AzureUSGovernment", "AzureChina"

RESOURCE_MANAGERS: Mapping[str, str] = MappingProxyType(
    {
        PUBLIC: "https://management.azure.com",
        GOVERNMENT: "https://management.usgovcloudapi.net",
        CHINA: "https://management.chinacloudapi.cn",
    }
)
"""
The clouds we know, each with its Resource Manager.

Source: https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
Source: https://learn.microsoft.com/azure/china/resources-developer-guide
"""

_ALIASES = {
    "azurecloud": PUBLIC,
    "azurepubliccloud": PUBLIC,
    "azureusgovernmentcloud": GOVERNMENT,
    "azurechinacloud": CHINA,
}
"""
What `az cloud list` and the SDKs call them, where that differs.

Source: https://learn.microsoft.com/cli/azure/manage-clouds-azure-cli
"""

_SPELLINGS = (
    {name.casefold(): name for name in RESOURCE_MANAGERS}
    | {url: name for name, url in RESOURCE_MANAGERS.items()}
    | _ALIASES
)


def known_name(text: str) -> str | None:
    """Return our name for a cloud that goes by this name or Resource Manager; None for another."""
    return _SPELLINGS.get(text.strip().rstrip("/").casefold())


def cloud_name(text: str) -> str:
    """
    Return our name for the cloud that is asked for; a private one's is its Resource Manager's URL.

    Raises RequestError when the text is neither the name of a cloud nor an https URL.
    """
    known = known_name(text)
    if known is not None:
        return known
    url = text.strip().rstrip("/")
    if "://" not in url:
        names = ", ".join(RESOURCE_MANAGERS)
        hint = near(url, RESOURCE_MANAGERS)
        raise RequestError(f"no cloud `{url}`{hint}; name one of {names}, or a URL")
    if not url.lower().startswith("https://"):
        raise RequestError(f"{url} is not an https URL; name one that is")
    return url
