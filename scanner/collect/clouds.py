"""Where each cloud's Resource Manager and sign-in are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scanner.clouds import CHINA, GOVERNMENT, PUBLIC, RESOURCE_MANAGERS, cloud_name
from scanner.errors import RequestError


@dataclass(frozen=True, slots=True)
class Cloud:
    """A cloud. The name of one that we do not know is its Resource Manager's URL."""

    name: str
    resource_manager: str
    credential_scope: str
    authority_host: str


_SIGN_IN = {
    PUBLIC: ("https://management.azure.com", "https://login.microsoftonline.com"),
    GOVERNMENT: ("https://management.core.usgovcloudapi.net", "https://login.microsoftonline.us"),
    CHINA: ("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
}
"""
What a token is for, and who issues it.

Source: https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
Source: https://learn.microsoft.com/azure/china/resources-developer-guide
"""

CLOUDS: Mapping[str, Cloud] = MappingProxyType(
    {
        name: Cloud(name, RESOURCE_MANAGERS[name], f"{audience}/.default", authority)
        for name, (audience, authority) in _SIGN_IN.items()
    }
)


def cloud_of(text: str) -> Cloud:
    """
    Return the cloud of that name, or the private cloud whose Resource Manager has that URL.

    A private cloud's tokens are for its Resource Manager's own URL, and
    AZURE_AUTHORITY_HOST says who issues them.

    Raises RequestError when it is neither.

    Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
    """
    name = cloud_name(text)
    return CLOUDS[name] if name in CLOUDS else _private(name)


def _private(url: str) -> Cloud:
    authority = os.environ.get("AZURE_AUTHORITY_HOST", "").strip().rstrip("/")
    if not authority:
        raise RequestError(
            f"the cloud at {url} needs an authority to sign in at: set AZURE_AUTHORITY_HOST"
        )
    if "://" not in authority:
        authority = f"https://{authority}"
    if not authority.lower().startswith("https://"):
        raise RequestError(f"{authority} is not an https URL; name one that is")
    return Cloud(url, url, f"{url}/.default", authority)
