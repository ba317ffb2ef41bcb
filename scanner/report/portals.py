"""Where people look at resources, by cloud; a cloud not named here has no portal we know."""

from __future__ import annotations

PORTALS = {
    "AzurePublic": "https://portal.azure.com",
    "AzureUSGovernment": "https://portal.azure.us",
    "AzureChina": "https://portal.azure.cn",
}
