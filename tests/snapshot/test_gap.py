"""A gap hides no less than it says, however it is written."""

import pytest

from scanner.snapshot import ANY_TYPE, EVERYWHERE, Gap, GapReason, placed

GROUP = "/subscriptions/S/resourceGroups/Rg"
ZONE = f"{GROUP}/providers/Microsoft.Network/privateDnsZones/A.b"
ROOT = "/providers/Microsoft.Management/managementGroups/root"
GUID = "0a1b2c3d-0000-4000-8000-000000000001"


def gap(kind: str, scope: str = EVERYWHERE, detail: str = "") -> Gap:
    return Gap(scope=scope, type=kind, reason=GapReason.DENIED, detail=detail)


@pytest.mark.parametrize(
    ("scope", "place"),
    [
        ("/subscriptions/S", "/subscriptions/S"),
        ("/subscriptions/S/", "/subscriptions/S"),
        (" /SUBSCRIPTIONS/S//", "/SUBSCRIPTIONS/S"),
        ("subscriptions/S", "/subscriptions/S"),
        (GROUP, GROUP),
        (f"{GROUP}/", GROUP),
        (ZONE, ZONE),
        (f"{ZONE}/A/www", f"{ZONE}/A/www"),
        ("/subscriptions/S/resourceGroups", "/subscriptions/S"),
        ("/subscriptions/S/providers/Microsoft.Network", "/subscriptions/S"),
        ("/subscriptions/S/providers/Microsoft.Network/privateDnsZones/x", "/subscriptions/S"),
        ("/subscriptions/S?api-version=2022", "/subscriptions/S"),
        (f"{GROUP}/providers/Microsoft.Network", GROUP),
        (f"{GROUP}/providers/Microsoft.Network/privateDnsZones", GROUP),
        (f"{GROUP}//providers/Microsoft.Network/privateDnsZones/x", GROUP),
        (f"{ZONE}/ALL?$top=10", ZONE),
    ],
)
def test_a_scope_is_the_longest_beginning_that_is_an_id(scope: str, place: str) -> None:
    assert placed(gap("t/x", scope, "said")) == gap("t/x", place, "said")


@pytest.mark.parametrize("scope", ["", "/", " ", "//"])
def test_a_scope_that_says_nothing_is_everywhere(scope: str) -> None:
    assert placed(gap("t/x", scope, "said")) == gap("t/x", EVERYWHERE, "said")


@pytest.mark.parametrize(
    "scope",
    [ROOT, GUID, "/subscriptions", "/subscriptions//x", "/tenants/t", "production", f"x{GROUP}"],
)
def test_a_scope_outside_a_subscription_is_everywhere_and_says_what_it_was(scope: str) -> None:
    said = scope.strip("/")
    assert placed(gap("t/x", scope, "no Reader")) == gap("t/x", EVERYWHERE, f"{said}: no Reader")
    assert placed(gap("t/x", scope)).detail == said


@pytest.mark.parametrize(
    ("stated", "kind"),
    [("", ANY_TYPE), (" ", ANY_TYPE), ("/", ANY_TYPE), ("*", ANY_TYPE), ("T/X/", "t/x")],
)
def test_a_type_is_lower_case_and_any_when_it_is_not_said(stated: str, kind: str) -> None:
    assert placed(gap(stated)).type == kind


ZONES = "microsoft.network/privatednszones"


@pytest.mark.parametrize(
    "stated",
    [
        *(ZONES, f"{ZONES}/a", "*", "*/*", "microsoft.network/*", "microsoft.network"),
        *(f"{ZONES}/*", "microsoft.network/private*", "*/privatednszones", "*/a", f"{ZONES}*"),
    ],
)
def test_a_gap_hides_a_type_by_its_name_its_holders_and_patterns(stated: str) -> None:
    assert gap(stated).hides(f"{ZONES}/a")


@pytest.mark.parametrize(
    "stated",
    [
        *(
            f"{ZONES}/cname",
            "microsoft.network/privatednszone",
            "microsoft.network/privatednszonesx",
        ),
        *(
            "microsoft.storage/*",
            "microsoft.storage",
            "private*",
            f"{ZONES}/a/x",
            "[",
            f"{ZONES}/[a",
        ),
    ],
)
def test_a_gap_of_another_type_hides_nothing(stated: str) -> None:
    assert not gap(stated).hides(f"{ZONES}/a")


def test_who_may_read_no_children_by_a_pattern_may_not_read_the_parent() -> None:
    assert gap(f"{ZONES}/*").hides(ZONES)
    assert not gap(f"{ZONES}/a").hides(ZONES)
