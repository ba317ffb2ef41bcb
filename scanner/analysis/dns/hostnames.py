"""Which names an account answers to, and which private DNS zones those names need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from scanner.resources.cognitive_services_account import CognitiveServicesAccount
from scanner.topology import Topology, once_each


@dataclass(frozen=True, slots=True)
class Suffix:
    """A domain that Azure OpenAI is served under, in one cloud."""

    domain: str
    documented: bool = True
    """Whether Microsoft's list of private DNS zones names it for this cloud."""


@dataclass(frozen=True, slots=True)
class Hostname:
    """A name of an account, and the zone in which its private address is looked up."""

    name: str
    zone: str
    documented: bool


SUFFIXES: Mapping[str, Mapping[str, tuple[Suffix, ...]]] = {
    "AzurePublic": {
        "openai": (Suffix("openai.azure.com"),),
        "aiservices": (
            Suffix("cognitiveservices.azure.com"),
            Suffix("openai.azure.com"),
            Suffix("services.ai.azure.com"),
        ),
    },
    "AzureUSGovernment": {
        "openai": (Suffix("openai.azure.us", documented=False),),
        "aiservices": (
            Suffix("cognitiveservices.azure.us"),
            Suffix("openai.azure.us", documented=False),
        ),
    },
    "AzureChina": {
        "openai": (Suffix("openai.azure.cn", documented=False),),
        "aiservices": (
            Suffix("cognitiveservices.azure.cn", documented=False),
            Suffix("openai.azure.cn", documented=False),
        ),
    },
}
"""
Domains by cloud and kind of account, both as Azure names them, the kind in lower case.

Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
"""


def hostnames(account: CognitiveServicesAccount, cloud: str) -> tuple[Hostname, ...]:
    """
    Return the names that clients call an account by, with the zone each needs.

    Named by the account's own `endpoints` where it lists them, whatever kind it is if
    it does not say, else made from its custom subdomain. An account without one
    answers at a regional name only, which no private endpoint serves: it has none. In
    a cloud we have no list for, what the account says is all there is, and no zone is
    certain.

    Source: https://learn.microsoft.com/azure/ai-services/cognitive-services-custom-subdomains
    """
    subdomain = account.subdomain
    if not subdomain:
        return ()
    if cloud not in SUFFIXES:
        return _undocumented(account)
    kinds, listed = SUFFIXES[cloud], _listed(account)
    own = kinds.get((account.row.kind or "").lower())
    named = tuple(n for n in _made(subdomain, own or kinds["aiservices"]) if n.name in listed)
    return named or _made(subdomain, own or kinds["openai"])


def _made(subdomain: str, suffixes: tuple[Suffix, ...]) -> tuple[Hostname, ...]:
    return tuple(
        Hostname(f"{subdomain}.{suffix.domain}", f"privatelink.{suffix.domain}", suffix.documented)
        for suffix in suffixes
    )


@once_each
def hostnames_in(topology: Topology, account: CognitiveServicesAccount) -> tuple[Hostname, ...]:
    """Return the names that clients call an account by in the cloud that an estate is in."""
    return hostnames(account, topology.inventory.cloud)


def _undocumented(account: CognitiveServicesAccount) -> tuple[Hostname, ...]:
    hosts = _listed(account) | {_host(account.properties.endpoint or "")}
    parted = (host.partition(".") for host in sorted(hosts))
    return tuple(
        Hostname(f"{label}.{domain}", f"privatelink.{domain}", documented=False)
        for label, _, domain in parted
        if label == account.subdomain and domain
    )


def _listed(account: CognitiveServicesAccount) -> frozenset[str]:
    urls = (account.properties.endpoints or {}).values()
    return frozenset(_host(url) for url in urls if url)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
