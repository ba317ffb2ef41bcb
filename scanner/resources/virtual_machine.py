"""Microsoft.Compute/virtualMachines: the workload behind network interfaces."""

from __future__ import annotations

from typing import ClassVar

from scanner.resources.resource import Named, Properties, Resource, ResourceId


class NetworkProfile(Properties):
    """How a machine is attached to the network."""

    network_interfaces: tuple[Named, ...] | None = None


class VirtualMachineProperties(Properties):
    """The part of a machine we rely on."""

    network_profile: NetworkProfile | None = None


class VirtualMachine(Resource[VirtualMachineProperties]):
    """A virtual machine. The edge from an interface is the interface's to draw."""

    ARM_TYPE: ClassVar[str] = "microsoft.compute/virtualmachines"
    PROPERTIES: ClassVar[type[Properties]] = VirtualMachineProperties

    @property
    def interfaces(self) -> tuple[ResourceId, ...]:
        """The interfaces it names."""
        profile = self.properties.network_profile
        named = (profile.network_interfaces or ()) if profile else ()
        return tuple(ResourceId(interface.id) for interface in named if interface.id)
