from __future__ import annotations

import re
from dataclasses import replace

import pytest

from scanner.findings import Affected, Evidence, Severity, Tally, Verdict
from scanner.report import FORMATS, Options
from scanner.report.scan_report import Account, Report
from scanner.snapshot import Gap, GapReason

from .report_builder import (
    HOSTILE_NAMES,
    HUB,
    NETWORK,
    PROD,
    PUBLIC,
    SUBNET,
    SUBNETLESS,
    UNLINKED,
    ZONES,
    crowded,
    finding,
    hostile,
    report,
    resource_id,
    rich,
)


def table(of: Report, width: int = 100, *, color: bool = False) -> str:
    return FORMATS["table"].render(of, Options(width=width, color=color))


def test_a_report_reads_from_the_accounts_to_the_summary() -> None:
    short = (
        finding(PUBLIC, PROD, commands=("az cognitiveservices account show",)),
        finding(SUBNETLESS, SUBNET, commands=(), message="workloads filters nothing"),
        *rich().findings[3:],
    )
    assert table(replace(rich(), findings=short)) == (
        "Account    Exposure    Callers                Violations\n"
        "---------  ----------  ---------------------  ------------\n"
        "aoai-Prod  public      3 reachable, 1 broken  1 critical\n"
        "\n"
        "critical  AOAI101 public-network-access  aoai-Prod\n"
        "          aoai-Prod has publicNetworkAccess 'Enabled'\n"
        '          why: aoai-Prod /properties/publicNetworkAccess="Enabled"\n'
        "          fix: az cognitiveservices account show\n"
        "\n"
        "medium    AOAI307 subnet-policies  hub/workloads\n"
        "          workloads filters nothing\n"
        '          why: hub/workloads /properties/publicNetworkAccess="Enabled"\n'
        "          fix: Set publicNetworkAccess to Disabled.\n"
        "\n"
        "Not known\n"
        "  AOAI201 zone-not-linked  aoai-Prod, pe-aoai\n"
        "    microsoft.network/privatednszones was not read\n"
        "\n"
        "Not read: any type (denied) in subscription AI production\n"
        "Not read: microsoft.network/privatednszones (notRead) anywhere: not in the snapshot\n"
        "\n"
        "1 critical, 1 medium in 9 resources judged by 3 rules; 12 passed, 2 not known.\n"
        "Incomplete: what was not read may hide violations.\n"
    )


def test_evidence_reads_as_a_chain() -> None:
    because = (Evidence(PROD), Evidence(HUB, "linkedBy", "/properties/state"))
    text = table(report([finding(PUBLIC, PROD, evidence=because)]))
    assert "why: aoai-Prod -> linkedBy hub /properties/state=absent\n" in text


def test_a_long_chain_ends_in_a_number() -> None:
    because = tuple(Evidence(HUB, "partOf") for _ in range(11))
    assert "-> 3 more\n" in table(report([finding(PUBLIC, PROD, evidence=because)]))


def test_those_affected_are_named() -> None:
    affected = tuple(Affected(HUB, PROD, f"host-{number}") for number in range(5))
    text = table(report([finding(PUBLIC, HUB, affected=affected)]))
    assert "for: hub -> host-0, hub -> host-1, hub -> host-2 and 2 more\n" in text
    assert "aoai-Prod  public      3 reachable, 1 broken  1 critical\n" in text


def test_without_violations_it_says_what_was_judged() -> None:
    text = table(report())
    assert text.endswith("No violation in 9 resources judged by 3 rules; 12 passed, 0 not known.\n")
    assert "aoai-Prod  public      3 reachable, 1 broken  none\n" in text


def test_without_accounts_it_warns() -> None:
    text = table(report(accounts=(), tally=Tally()), width=200)
    assert text == (
        "Nothing was judged: no resource is of a kind that 3 rules could judge.\n"
        "Warning: no Azure OpenAI account was found, so nothing here says that one is safe. "
        "Check the scope, and that the identity may read it.\n"
    )


@pytest.mark.parametrize("width", [50, 60, 80, 120, 200])
def test_lines_fit_unless_a_single_word_does_not(width: int) -> None:
    for line in table(rich(), width).splitlines():
        longest = max(map(len, line.split()), default=0)
        assert len(line) <= width or len(line) <= longest + len("          why: ") + 2, line


def test_no_name_is_broken() -> None:
    assert str(HUB) in table(rich(), width=50)


def test_a_broken_command_can_be_pasted() -> None:
    command = "az network vnet update --name 'a  b' " + "--set tags.x=1 " * 10 + "--no-wait"
    text = table(report([finding(PUBLIC, PROD, commands=(command,))]), width=60)
    shown = text.partition("fix: ")[2].partition("\n\n")[0]
    assert re.sub(r" \\\n +", " ", shown) == command


def test_color_marks_the_severity_and_the_word_stays() -> None:
    text = table(rich(), color=True)
    assert "\x1b[1;31mcritical\x1b[0m  AOAI101" in text
    assert "\x1b[31mhigh\x1b[0m      AOAI201" in text
    assert re.sub("\x1b\\[[0-9;]*m", "", text) == table(rich())


def test_a_violation_of_a_part_is_the_account_s_own() -> None:
    kind = "Microsoft.CognitiveServices/accounts/projects/connections"
    part = resource_id(kind, "aoai-Prod/agents/search")
    text = table(report([finding(PUBLIC, part), finding(UNLINKED, HUB)]))
    assert "aoai-Prod  public      3 reachable, 1 broken  1 critical\n" in text


def test_many_gaps_end_in_a_number() -> None:
    reason = GapReason.DENIED
    gaps = [Gap(scope="/", type=f"{ZONES}/{number:02}", reason=reason) for number in range(25)]
    lines = table(report(gaps=tuple(gaps))).splitlines()
    assert len([line for line in lines if line.startswith("Not read: ")]) == 10
    assert "and 15 more kinds of gap" in lines


def test_gaps_alike_share_a_line() -> None:
    gaps = tuple(
        Gap(scope=str(resource_id(NETWORK, f"vnet-{n}")), type=ZONES, reason=GapReason.THROTTLED)
        for n in range(4)
    )
    line = f"Not read: {ZONES} (throttled) in vnet-0, in vnet-1 and 2 more\n"
    assert line in table(report(gaps=gaps))


def test_the_accounts_worst_off_come_first_and_the_rest_are_counted() -> None:
    ids = [resource_id("Microsoft.CognitiveServices/accounts", f"a{n:03}") for n in range(60)]
    accounts = tuple(Account(i, "private") for i in ids)
    lines = table(report([finding(PUBLIC, ids[-1])], accounts=accounts)).splitlines()
    assert lines[2] == "a059       private     none       1 critical"
    assert "and 20 more accounts" in lines


def test_open_findings_are_gravest_first() -> None:
    findings = [
        finding(one, PROD, verdict=Verdict.OPEN, severity=severity)
        for one, severity in ((SUBNETLESS, Severity.LOW), (UNLINKED, Severity.HIGH))
    ]
    text = table(report(findings))
    assert text.index("AOAI201") < text.index("AOAI307")
    assert "fix:" not in text


def test_a_hostile_account_is_one_row() -> None:
    lines = table(hostile()).splitlines()
    assert lines.index("") == len(HOSTILE_NAMES) + 2


def test_a_name_without_end_does_not_fill_the_screen() -> None:
    assert max(len(line) for line in table(hostile()).splitlines()) < 1_100


def test_three_thousand_violations_are_all_there() -> None:
    text = table(crowded(3_000))
    assert text.count("\nhigh      AOAI201 zone-not-linked  spoke-") == 3_000
    assert "3000 high in 9 resources" in text
