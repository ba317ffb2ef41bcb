"""Sets of addresses agree with counting them one by one."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.analysis.addresses import EVERY, PUBLIC, AddressSet, holds, is_public, uncounted

BASE = 10 << 24
SPACE = range(BASE, BASE + 64)

prefixes = st.lists(
    st.tuples(st.integers(0, 63), st.integers(26, 32)).map(
        lambda pair: f"{ipaddress.IPv4Address(BASE + pair[0])}/{pair[1]}"
    ),
    max_size=6,
)
few = settings(max_examples=60, deadline=None)


def counted(listed: list[str]) -> set[int]:
    networks = [ipaddress.IPv4Network(prefix, strict=False) for prefix in listed]
    return {a for a in SPACE if any(ipaddress.IPv4Address(a) in n for n in networks)}


def members(found: AddressSet) -> set[int]:
    return {a for first, last in found.intervals for a in range(first, last + 1)}


@few
@given(one=prefixes, other=prefixes)
def test_sets_combine_as_sets_do(one: list[str], other: list[str]) -> None:
    a, b = AddressSet.parse(*one), AddressSet.parse(*other)
    assert members(a) == counted(one)
    assert members(a | b) == counted(one) | counted(other)
    assert members(a & b) == counted(one) & counted(other)
    assert members(a - b) == counted(one) - counted(other)
    assert len(a) == len(counted(one))
    assert bool(a) is bool(counted(one))
    assert ~~a == a
    assert len(a) + len(~a) == len(EVERY)


@few
@given(one=prefixes, other=prefixes)
def test_equal_sets_are_written_alike(one: list[str], other: list[str]) -> None:
    a, b = AddressSet.parse(*one), AddressSet.parse(*other)
    assert (a == b) is (counted(one) == counted(other))
    assert (a | b) == (b | a)
    assert (a & b) == (b & a)


@pytest.mark.parametrize("text", ["", "Internet", "*", "::/0", "1.2.3", "1.2.3.4/33", "fd00::1"])
def test_what_is_no_ipv4_prefix_holds_no_address(text: str) -> None:
    assert not AddressSet.parse(text)


@pytest.mark.parametrize(
    "text", ["10.0.0.0/8", "8.8.8.8", " 0.0.0.0/0 ", "fd00::/32", "2001:db8::1"]
)
def test_ipv4_prefixes_are_counted_and_narrow_ipv6_ones_hold_few(text: str) -> None:
    assert uncounted([text]) == ()


@pytest.mark.parametrize(
    "text",
    ["::/0", "2000::/3", "1.2.3.4-9.9.9.9", "Internet", "", "010.0.0.1", f"1.1.1.1/{'9' * 5000}"],
)
def test_wide_ipv6_prefixes_and_what_is_no_prefix_may_hold_anybody(text: str) -> None:
    assert uncounted([text, "8.8.8.8"]) == (text,)


def test_an_address_may_be_written_with_host_bits_or_blanks() -> None:
    assert AddressSet.parse(" 10.0.0.5/24 ") == AddressSet.parse("10.0.0.0/24")


@pytest.mark.parametrize("address", ["8.8.8.8", "203.0.113.9", "100.128.0.1", "172.32.0.1"])
def test_callers_on_the_internet_have_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.31.0.1", "192.168.0.1", "100.64.0.1", "169.254.1.1", "240.0.0.1"]
)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)
    assert holds(["0.0.0.0/0"], address)


def test_everything_is_the_internet_and_the_rest() -> None:
    assert EVERY - PUBLIC | PUBLIC == EVERY
    assert not PUBLIC & ~PUBLIC
