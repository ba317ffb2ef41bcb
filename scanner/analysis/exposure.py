"""Who the public side of an account admits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.analysis.perimeter import (
    admits_unknown,
    associations_of,
    border,
    is_internet,
    modes_of,
    modes_told,
    pending,
    unsettled,
    untold,
)
from scanner.findings import Evidence
from scanner.resources.cognitive_services_account import (
    AccountProperties,
    CognitiveServicesAccount,
    NetworkAcls,
)
from scanner.topology import Topology


class Exposure(StrEnum):
    """How far an account is open, closed first."""

    PRIVATE = "private"
    """Nobody: private endpoints are the only way in."""
    TRUSTED = "trusted"
    """Trusted Azure services alone."""
    PERIMETER = "perimeter"
    """Members of a network security perimeter, and the few whom its inbound rules name."""
    SELECTED = "selected"
    """The addresses and subnets that its network rules name."""
    PUBLIC = "public"
    """The Internet: everybody, or more public addresses than a /16 holds."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """What an account's exposure is, or may be, and what that rests on."""

    possible: frozenset[Exposure]
    because: tuple[Evidence, ...]
    unread: str = ""

    @property
    def name(self) -> str:
        """
        The exposure, or `unknown` while more than one is possible.

        Resource Graph may leave out networkAcls.bypass, and nearly every account
        would be unknown. So `trusted` says: at most trusted Azure services.
        """
        if self.possible == _SHUT:
            return Exposure.TRUSTED
        return next(iter(self.possible)) if len(self.possible) == 1 else "unknown"


def exposure(topology: Topology, account: CognitiveServicesAccount) -> Exposed:
    """
    Return who can call an account without a private endpoint.

    An Enforced perimeter decides alone. A Learning one adds its rules to the
    account's own, so the wider of the two counts; whether it does so where
    public access is disabled, Microsoft's pages do not agree. Of `Audit`, which is
    not described, and of associations that differ, either may hold. A perimeter
    whose rules the service has not taken over may let in whomever it did before.

    Source: https://learn.microsoft.com/azure/private-link/network-security-perimeter-transition,
    https://learn.microsoft.com/azure/ai-foundry/openai/how-to/network-security-perimeter
    """
    own = _own(account)
    if associations_of(topology, account):
        return _governed(topology, account, own)
    unread = untold(topology)
    if unread:
        possible = own.possible | {Exposure.PERIMETER, Exposure.PUBLIC}
        return Exposed(possible, own.because, unread)
    if own.possible <= _SHUT:
        return Exposed(own.possible, (*own.because, *_bypass(account)), own.unread)
    return own


def is_closed(topology: Topology, account: CognitiveServicesAccount) -> bool:
    """Tell whether nobody without a private endpoint can call an account, for certain."""
    return exposure(topology, account).possible <= _SHUT


def own_exposure(topology: Topology, account: CognitiveServicesAccount) -> Exposed:
    """
    Return whom an account's own settings admit; `perimeter` where they do not count.

    They count unless an Enforced perimeter decides alone.

    Source: https://learn.microsoft.com/azure/private-link/network-security-perimeter-transition
    """
    own = _own(account)
    associations = associations_of(topology, account)
    because = (*own.because, *modes_told(associations))
    unread = unsettled(associations) if associations else untold(topology)
    if unread:
        return Exposed(own.possible | {Exposure.PERIMETER}, because, unread)
    if modes_of(associations) == {"enforced"}:
        return Exposed(frozenset({Exposure.PERIMETER}), because)
    return own


def _governed(topology: Topology, account: CognitiveServicesAccount, own: Exposed) -> Exposed:
    """Return what an account and its perimeter admit together."""
    associations = associations_of(topology, account)
    rules = border(topology, associations)
    ruled = {Exposure.PUBLIC} if rules.is_open else {Exposure.PERIMETER}
    if rules.unread:
        ruled.add(Exposure.PUBLIC)
    possible, unread = frozenset(ruled), [rules.unread, unsettled(associations)]
    if modes_of(associations) == {"learning"}:
        possible = frozenset(
            max(mine, theirs, key=_CLOSED_FIRST.index) for mine in own.possible for theirs in ruled
        )
        if _access(account.properties) not in {"enabled", "securedbyperimeter"}:
            possible |= own.possible
            unread.append("whether a Learning perimeter opens a disabled account is not settled")
    if unsettled(associations):
        possible |= own.possible
    if pending(associations):
        possible |= {Exposure.PERIMETER, Exposure.PUBLIC}
    told = "; ".join(filter(None, unread)) or own.unread
    return Exposed(possible, (*own.because, *rules.because), told if len(possible) > 1 else "")


def _own(account: CognitiveServicesAccount) -> Exposed:
    """
    Return what the account's own settings admit.

    Absent publicNetworkAccess is Enabled, absent network rules admit everybody.
    Absent bypass is not known: Resource Graph may leave it out. Whether a subnet
    that a rule names has the service endpoint it needs is not looked into.

    Source: https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
    """
    properties, because = account.properties, _said(account)
    acls = properties.network_acls
    match _access(properties):
        case "disabled":
            return _shut(properties, because)
        case "securedbyperimeter":
            return Exposed(frozenset({Exposure.PRIVATE}), because)
        case "enabled":
            if acls is None or (acls.default_action or "Allow").lower() != "deny":
                return Exposed(frozenset({Exposure.PUBLIC}), because)
            if acls.ip_rules or acls.virtual_network_rules:
                return _selected(account, acls)
            return _shut(properties, because)
        case _:
            return Exposed(frozenset(Exposure), because, "its publicNetworkAccess is not known")


def _selected(account: CognitiveServicesAccount, acls: NetworkAcls) -> Exposed:
    """
    Return what an account admits that denies all but those whom its rules name.

    By rules that together hold more public addresses than a /16 it admits the
    Internet, as a perimeter does, however the rules are cut.

    Source: https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
    """
    named = tuple(rule.value for rule in acls.ip_rules or ())
    rules = Evidence(account.id, "", "/properties/networkAcls/ipRules", named)
    if is_internet(named):
        return Exposed(frozenset({Exposure.PUBLIC}), (*_said(account), rules))
    unread = admits_unknown(named)
    if unread:
        possible = frozenset({Exposure.SELECTED, Exposure.PUBLIC})
        return Exposed(possible, (*_said(account), rules), unread)
    return Exposed(frozenset({Exposure.SELECTED}), _said(account))


def _shut(properties: AccountProperties, because: tuple[Evidence, ...]) -> Exposed:
    """Return what an account admits that names nobody: trusted services, if it bypasses them."""
    acls = properties.network_acls
    match ((acls.bypass if acls else None) or "").lower():
        case "azureservices":
            return Exposed(frozenset({Exposure.TRUSTED}), because)
        case "none":
            return Exposed(frozenset({Exposure.PRIVATE}), because)
        case _:
            return Exposed(_SHUT, because, "its networkAcls.bypass was not given")


def _access(properties: AccountProperties) -> str:
    return (properties.public_network_access or "Enabled").lower()


def _said(account: CognitiveServicesAccount) -> tuple[Evidence, ...]:
    properties = account.properties
    acls = properties.network_acls
    access = "/properties/publicNetworkAccess"
    default = "/properties/networkAcls/defaultAction"
    said = [Evidence(account.id, "", access, properties.public_network_access)]
    if _access(properties) != "disabled":
        said.append(Evidence(account.id, "", default, acls.default_action if acls else None))
    return tuple(said)


def _bypass(account: CognitiveServicesAccount) -> tuple[Evidence, ...]:
    """Return what is said of trusted services, unless the account leaves that to a perimeter."""
    if _access(account.properties) == "securedbyperimeter":
        return ()
    acls = account.properties.network_acls
    pointer = "/properties/networkAcls/bypass"
    return (Evidence(account.id, "", pointer, acls.bypass if acls else None),)


_SHUT = frozenset({Exposure.PRIVATE, Exposure.TRUSTED})

_CLOSED_FIRST = tuple(Exposure)
