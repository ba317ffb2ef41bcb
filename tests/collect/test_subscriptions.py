from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure_stand_in import ONE, THROTTLED, TWO, Azure, Reply, error, page, stand_in

from scanner.collect import Scope
from scanner.errors import CollectionError, RequestError
from scanner.snapshot import ANY_TYPE, EVERYWHERE, Gap, GapReason, Subscription

THREE = "33333333-3333-3333-3333-333333333333"
PRODUCTION = Subscription(id=ONE, name="production")
TEST = Subscription(id=TWO, name="test")
BOTH = {ONE: "production", TWO: "test"}
ROLE = "needs the role Reader (or a custom role with */read) at that scope"


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    with stand_in(monkeypatch, tmp_path) as azure:
        yield azure


def denied(scope: str, detail: str) -> Gap:
    return Gap(scope=scope, type=ANY_TYPE, reason=GapReason.DENIED, detail=f"{detail} {ROLE}")


@pytest.mark.parametrize(
    "text", [ONE, ONE.upper(), f"/subscriptions/{ONE}", "production", "Production"]
)
def test_a_subscription_goes_by_its_id_or_its_name(azure: Azure, text: str) -> None:
    azure.subscriptions = BOTH
    snapshot = azure.read(Scope(subscriptions=(text,)))
    assert snapshot.subscriptions == (PRODUCTION,)
    assert [body["subscriptions"] for body in azure.table("resources")] == [[ONE]]


def test_an_unreadable_subscription_is_a_gap(azure: Azure) -> None:
    snapshot = azure.read(Scope(subscriptions=(ONE, TWO)))
    gap = denied(f"/subscriptions/{TWO}", "not visible to whoever is signed in:")
    assert snapshot.subscriptions == (PRODUCTION, Subscription(id=TWO))
    assert snapshot.gaps == (gap,)
    assert [body["subscriptions"] for body in azure.table("resources")] == [[ONE]]


def test_all_means_all_that_can_be_seen(azure: Azure) -> None:
    azure.subscriptions = BOTH
    snapshot = azure.read(Scope(all_subscriptions=True))
    assert snapshot.subscriptions == (PRODUCTION, TEST)
    assert "subscriptions" not in azure.table("resourcecontainers")[0]
    assert [body["subscriptions"] for body in azure.table("resources")] == [[ONE, TWO]]


def test_a_subscription_asked_for_twice_is_read_once(azure: Azure) -> None:
    snapshot = azure.read(Scope(subscriptions=(ONE, "production", ONE), all_subscriptions=True))
    assert snapshot.subscriptions == (PRODUCTION,)


def test_a_management_group_is_its_subscriptions(azure: Azure) -> None:
    azure.subscriptions = BOTH | {THREE: "elsewhere"}
    azure.groups = {"corp": [ONE, TWO]}
    group = "/providers/Microsoft.Management/managementGroups/corp"
    snapshot = azure.read(Scope(management_groups=(group,)))
    assert snapshot.subscriptions == (PRODUCTION, TEST)
    assert azure.table("resourcecontainers")[0]["managementGroups"] == ["corp"]
    assert "managementGroups" not in azure.table("resources")[0]


def test_an_unreadable_management_group_is_a_gap(azure: Azure) -> None:
    snapshot = azure.read(Scope(subscriptions=(ONE,), management_groups=("corp",)))
    scope = "/providers/Microsoft.Management/managementGroups/corp"
    told = "HTTP 403 AuthorizationFailed: said AuthorizationFailed;"
    assert snapshot.gaps == (denied(scope, told),)


def test_only_an_unreadable_management_group_is_an_error(azure: Azure) -> None:
    with pytest.raises(CollectionError, match=r"nothing can be read: .*/corp: HTTP 403 .* Reader"):
        azure.read(Scope(management_groups=("corp",)))


def test_a_name_that_is_not_there_is_a_request_error_with_the_near_one(azure: Azure) -> None:
    with pytest.raises(RequestError, match=r"no subscription `prodution` .*mean `production`\?"):
        azure.read(Scope(subscriptions=("prodution",)))


def test_a_name_of_several_is_a_request_error_with_their_ids(azure: Azure) -> None:
    azure.subscriptions = {TWO: "production", ONE: "production"}
    with pytest.raises(RequestError, match=f"2 subscriptions; use an id: {ONE}, {TWO}"):
        azure.read(Scope(subscriptions=("production",)))


def test_a_scope_of_nothing_is_a_request_error(azure: Azure) -> None:
    with pytest.raises(RequestError, match="nothing to scan: name a --subscription"):
        azure.read(Scope())


@pytest.mark.parametrize("scope", [Scope(subscriptions=(ONE,)), Scope(all_subscriptions=True)])
def test_nothing_visible_is_an_error(azure: Azure, scope: Scope) -> None:
    azure.subscriptions = {}
    with pytest.raises(CollectionError, match="Reader"):
        azure.read(scope)


def test_a_tenant_listed_in_part_is_a_gap_everywhere(azure: Azure) -> None:
    azure.subscriptions = BOTH
    azure.rows_a_page = 1
    azure.interfere = lambda body: (
        THROTTLED if "$skip" in body["options"] and "subscriptions" not in body else None
    )
    snapshot = azure.read(Scope(all_subscriptions=True))
    detail = "HTTP 429 RateLimiting: slow down"
    gap = Gap(scope=EVERYWHERE, type=ANY_TYPE, reason=GapReason.THROTTLED, detail=detail)
    assert snapshot.subscriptions == (PRODUCTION,)
    assert snapshot.gaps == (gap,)


def test_a_name_cannot_be_looked_up_in_part_of_a_tenant(azure: Azure) -> None:
    azure.interfere = lambda body: None if "subscriptions" in body else THROTTLED
    with pytest.raises(CollectionError, match="looked up by name: HTTP 429 RateLimiting"):
        azure.read(Scope(subscriptions=(ONE, "production")))


def test_a_batch_that_failed_is_not_called_invisible(azure: Azure) -> None:
    azure.subscriptions = {f"00000000-0000-0000-0000-{n:012}": "many" for n in range(101)}
    last = f"00000000-0000-0000-0000-{100:012}"
    azure.interfere = lambda body: (
        error(400, "Odd") if body["subscriptions"] == [last] and not azure.words[1:] else None
    )
    snapshot = azure.read(Scope(subscriptions=tuple(azure.subscriptions)))
    detail = "HTTP 400 Odd: said Odd"
    assert snapshot.gaps == (
        Gap(scope=f"/subscriptions/{last}", type="*", reason=GapReason.NOT_READ, detail=detail),
    )


def test_more_subscriptions_than_azure_searches_are_refused(azure: Azure) -> None:
    ids = [f"00000000-0000-0000-0000-{number:012}" for number in range(10_001)]
    with pytest.raises(RequestError, match=r"10,001 subscriptions in one scan, .* at most 10,000"):
        azure.read(Scope(subscriptions=tuple(ids)))
    assert azure.asked == []


@pytest.mark.parametrize(
    "scope", [Scope(all_subscriptions=True), Scope(management_groups=("corp",))]
)
def test_subscriptions_that_azure_leaves_out_are_not_left_out_in_silence(
    azure: Azure, scope: Scope
) -> None:
    hit = {"x-ms-tenant-subscription-limit-hit": "true"}
    azure.interfere = lambda _: Reply(page([], 0).body, headers=hit)
    with pytest.raises(RequestError, match="more than 10,000 subscriptions in one scan"):
        azure.read(scope)
