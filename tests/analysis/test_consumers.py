"""Who may call: what a subnet is delegated to, as far as Azure tells."""

from __future__ import annotations

import pytest
from drawing import drawn, vnet

from scanner.analysis.consumers import Consumer, consumers


@pytest.mark.parametrize(
    "service",
    [
        "GitHub.Network/networkSettings",
        "Microsoft.DevOpsInfrastructure/pools",
        "Microsoft.PowerPlatform/enterprisePolicies",
        "Microsoft.Synapse/workspaces",
        "Microsoft.Web/serverFarms",
        "Contoso.Tomorrow/things",
    ],
)
def test_a_subnet_of_a_service_that_nobody_listed_was_no_caller(service: str) -> None:
    assert [one.id.path for one in calling(service)] == ["app/subnet"]


@pytest.mark.parametrize("service", ["Microsoft.Network/dnsResolvers", "Microsoft.NetApp/volumes"])
def test_a_subnet_of_a_service_that_only_answers_is_no_caller(service: str) -> None:
    assert not calling(service)


def calling(service: str) -> tuple[Consumer, ...]:
    estate = vnet("app")
    (subnet,) = estate["app"]["properties"]["subnets"]
    subnet["properties"]["delegations"] = [{"name": "one", "properties": {"serviceName": service}}]
    return consumers(drawn(estate))
