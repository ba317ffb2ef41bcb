"""Microsoft.Network/applicationSecurityGroups: a name for interfaces that rules can use."""

from __future__ import annotations

from typing import ClassVar

from scanner.resources.resource import Properties, Resource


class ApplicationSecurityGroupProperties(Properties):
    """The part of a group we rely on. Its members name it, not it them."""

    provisioning_state: str | None = None


class ApplicationSecurityGroup(Resource[ApplicationSecurityGroupProperties]):
    """An application security group."""

    ARM_TYPE: ClassVar[str] = "microsoft.network/applicationsecuritygroups"
    PROPERTIES: ClassVar[type[Properties]] = ApplicationSecurityGroupProperties
