"""Security groups against an oracle: the same rules as formulas over bits, proved by Z3."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from typing import Any, TypeAlias

import z3
from drawing import Estate, account, drawn, the, to
from drawing import endpoint as drawn_endpoint
from drawing_filters import machine, network, nsg, rule

from scanner.analysis.addresses import AddressSet
from scanner.analysis.consumers import Consumer, Kind, consumers
from scanner.analysis.filtering.passage import Passage, passes
from scanner.analysis.routing.route import Route, Way
from scanner.topology import Topology

GROUPS, ENDPOINTS, BATCH, SEED = 150, 30, 350, 20261123
SPACES = ("10.0.0.0/16", "10.1.0.0/16", "168.63.129.16/32")
PORT = 443
DIRECT = Route(Way.DIRECT, ())

Rules: TypeAlias = Sequence[dict[str, Any]]

SOURCE = z3.BitVec("source", 32)
SOURCE_PORT = z3.BitVec("port", 16)


# --- what is asked -------------------------------------------------------------------------------


def some_rules(chance: random.Random, make: Any, *, ports: bool) -> list[dict[str, Any]]:
    """Return random rules, each of its own priority."""
    priorities = chance.sample(range(100, 4097), chance.randint(0, 9))
    return [
        make(
            priority,
            chance.choice(("Allow", "Deny")),
            protocol=chance.choice(("*", "Tcp", "TCP", "Udp", "Icmp")),
            sourcePortRange=chance.choice(("1024-65535", "443")) if ports else "*",
            sourceAddressPrefix=None,
            sourceAddressPrefixes=some(chance, "10.1.1"),
            destinationAddressPrefix=None,
            destinationAddressPrefixes=some(chance, "10.0"),
            destinationPortRange=None,
            destinationPortRanges=some_ports(chance),
        )
        for priority in priorities
    ]


def some(chance: random.Random, start: str) -> list[str]:
    """Return a few prefixes and tags."""
    known = ["*", "VirtualNetwork", "Internet", "AzureCloud", "0.0.0.0/0", "10.0.0.0/8", "::/0"]
    return [
        chance.choice(known)
        if chance.random() < 0.3
        else near(chance, start, chance.choice((16, 24, 28, 30, 31, 32)))
        for _ in range(chance.randint(1, 3))
    ]


def near(chance: random.Random, start: str, length: int) -> str:
    address = ".".join([*start.split("."), *(str(chance.randint(0, 40)) for _ in range(4))][:4])
    return str(IPv4Network((address, length), strict=False))


def some_ports(chance: random.Random) -> list[str]:
    return chance.sample(["*", "443", "80", "400-500", "0-65535", "444-9000"], 2)


@cache
def estate(seed: int) -> tuple[Topology, dict[str, Rules]]:
    """Return an estate with many groups, some of them at endpoints, and their rules."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    of: dict[str, Rules] = {
        f"out{n}": some_rules(chance, rule, ports=n % 10 == 0) for n in range(GROUPS)
    } | {f"in{n}": some_rules(chance, arriving_from, ports=False) for n in range(ENDPOINTS)}
    estates: Estate = account()
    for name, rules in of.items():
        estates |= nsg(name, *rules)
    subnets = {
        f"s{n}": {
            "addressPrefix": f"10.0.{n}.0/24",
            "networkSecurityGroup": to(f"in{n}"),
            "privateEndpointNetworkPolicies": "NetworkSecurityGroupEnabled",
        }
        for n in range(ENDPOINTS)
    }
    estates |= network("hub", "10.0.0.0/16", {"app": "10.1.0.0/16"}, **subnets)
    estates |= network(
        "app", "10.1.0.0/16", {"hub": "10.0.0.0/16"}, snet={"addressPrefix": "10.1.1.0/24"}
    )
    estates |= machine("vm", "app#subnets/snet", "10.1.1.4")
    for n in range(ENDPOINTS):
        pe = drawn_endpoint("hub", f"10.0.{n}.4", name=f"pe{n}")
        pe[f"pe{n}"]["properties"]["subnet"] = to(f"hub#subnets/s{n}")
        estates |= pe
    return drawn(estates), of


def arriving_from(priority: int, access: str, **more: Any) -> dict[str, Any]:
    return rule(priority, access, direction="Inbound", **more)


class Case:
    """Callers, the groups they pass, and what the analysis says of them."""

    def __init__(self, seed: int, chance: random.Random) -> None:
        topology, of = estate(seed)
        own, subnet = chance.sample(range(GROUPS), 2)
        at = chance.randrange(ENDPOINTS)
        names = (f"out{own}", f"out{subnet}")
        self.address = f"10.0.{at}.4"
        self.callers = AddressSet.parse(*some_callers(chance))
        self.rules = ([of[name] for name in names], of[f"in{at}"])
        asker = replace(caller(topology), addresses=self.callers)
        asker = replace(asker, guards=tuple(known(seed)[name].id for name in names))
        self.said: Passage = passes(topology, asker, known(seed)[f"pe{at}"], self.address, DIRECT)

    @property
    def is_exact(self) -> bool:
        groups, last = self.rules
        return all(
            one["properties"]["sourcePortRange"] == "*" for g in (*groups, last) for one in g
        )

    def passing(self) -> Any:
        """Return the formula of who gets through."""
        (own, subnet), last = self.rules
        return z3.And(
            *(allowed(group, self.address, "Outbound") for group in (own, subnet)),
            allowed(last, self.address, "Inbound"),
        )

    def wrong(self) -> Any:
        """Return the formula of a caller of whom the analysis says what is not so."""
        passing, denied = self.passing(), within(self.said.denied)
        if self.said.outcome == "unknown":
            return z3.And(within(self.callers), denied, passing)
        if self.said.outcome == "allow" or self.is_exact:
            return z3.And(within(self.callers), passing == denied)
        return z3.And(denied, passing)


def caller(topology: Topology) -> Consumer:
    (found,) = consumers(topology)  # remembered with the topology
    return replace(found, kind=Kind.INTERFACE)


@cache
def known(seed: int) -> dict[str, Any]:
    """Return the resources of an estate by path."""
    topology, _ = estate(seed)
    return {found.id.path: found for found in topology.inventory.resources.values()}


def some_callers(chance: random.Random) -> list[str]:
    return [near(chance, "10.1.1", chance.choice((27, 29, 31, 32))) for _ in range(3)]


# --- the oracle ----------------------------------------------------------------------------------


def allowed(rules: Rules, address: str, direction: str) -> Any:
    """Return the formula of who a group allows: its rules, then its defaults, last first."""
    formula = z3.BoolVal(val=False)
    if any(in_prefix(IPv4Address(address), space) for space in SPACES):
        formula = z3.If(in_virtual_network(), z3.BoolVal(val=True), formula)
    for one in sorted(rules, key=lambda item: -item["properties"]["priority"]):
        said = one["properties"]
        assert said["direction"] == direction
        if speaks(said, address):
            ports = z3.BoolVal(val=True) if said["sourcePortRange"] == "*" else from_port(said)
            matched = z3.And(z3.Or(*named(said["sourceAddressPrefixes"])), ports)
            formula = z3.If(matched, z3.BoolVal(val=said["access"] == "Allow"), formula)
    return formula


def speaks(said: dict[str, Any], address: str) -> bool:
    """Tell whether a rule is about TCP to the port of the address."""
    number = IPv4Address(address)
    to_address = any(
        word in {"*", "VirtualNetwork"} or ("." in word and in_prefix(number, word))
        for word in said["destinationAddressPrefixes"]
    )
    to_port = any(
        word == "*" or PORT in range(int(word.split("-")[0]), int(word.split("-")[-1]) + 1)
        for word in said["destinationPortRanges"]
    )
    return said["protocol"].lower() in {"*", "tcp"} and to_address and to_port


def in_prefix(number: IPv4Address, prefix: str) -> bool:
    return number in IPv4Network(prefix)


def named(words: Iterable[str]) -> Iterator[Any]:
    """Yield the formula of each prefix and tag; those of public addresses name no caller."""
    for word in words:
        if word == "*":
            yield z3.BoolVal(val=True)
        elif word == "VirtualNetwork":
            yield in_virtual_network()
        elif "." in word:
            yield bits(word)


@cache
def bits(prefix: str) -> Any:
    """Return the formula of a prefix: its leading bits."""
    parsed = IPv4Network(prefix)
    if parsed.prefixlen == 0:
        return z3.BoolVal(val=True)
    low = 32 - parsed.prefixlen
    return z3.Extract(31, low, SOURCE) == int(parsed.network_address) >> low


@cache
def in_virtual_network() -> Any:
    return z3.Or(*(bits(space) for space in SPACES))


def from_port(said: dict[str, Any]) -> Any:
    first, _, last = said["sourcePortRange"].partition("-")
    return z3.And(z3.UGE(SOURCE_PORT, int(first)), z3.ULE(SOURCE_PORT, int(last or first)))


def within(addresses: AddressSet) -> Any:
    return z3.Or(*(z3.And(z3.UGE(SOURCE, a), z3.ULE(SOURCE, b)) for a, b in addresses.intervals))


def contradicted(cases: Sequence[Case]) -> list[Case]:
    """Return the cases in which the oracle finds a caller that fares otherwise."""
    if len(cases) > 1:
        solver = z3.Solver()
        solver.add(z3.Or(*(case.wrong() for case in cases)))
        if solver.check() == z3.unsat:
            return []
        half = len(cases) // 2
        return contradicted(cases[:half]) + contradicted(cases[half:])
    solver = z3.Solver()
    solver.add(*(case.wrong() for case in cases))
    return [] if solver.check() == z3.unsat else list(cases)


def test_z3_finds_no_caller_that_fares_otherwise() -> None:
    outcomes = set()
    for seed in range(SEED, SEED + 6):
        chance = random.Random(seed)  # noqa: S311 - no secret
        cases = [Case(seed, chance) for _ in range(BATCH)]
        outcomes |= {str(case.said.outcome) for case in cases}
        assert all(case.said.outcome != "unknown" for case in cases if case.is_exact)
        assert contradicted(cases) == []
    assert outcomes == {"allow", "deny", "unknown"}


def test_the_oracle_notices_what_is_not_so() -> None:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    cases = [Case(SEED, chance) for _ in range(50)]
    lying = next(case for case in cases if case.said.outcome == "deny" and case.is_exact)
    lying.said = replace(lying.said, denied=AddressSet())
    assert contradicted(cases) == [lying]


def test_another_denial_lets_nobody_in() -> None:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    for _ in range(60):
        rules = some_rules(chance, rule, ports=False)
        free = next(p for p in range(100, 4097) if p not in priorities(rules))
        denial = rule(free, "Deny", sourceAddressPrefix=near(chance, "10.1.1", 28))
        before, after = (alone(several) for several in (rules, [*rules, denial]))
        assert not before.denied - after.denied


def priorities(rules: Rules) -> set[int]:
    return {one["properties"]["priority"] for one in rules}


def alone(rules: Rules) -> Passage:
    """Return what one group does to all of a subnet."""
    guarded = {"addressPrefix": "10.1.1.0/24", "networkSecurityGroup": to("nsg")}
    topology = drawn(
        account(),
        nsg("nsg", *rules),
        network("app", "10.1.0.0/16", {}, snet=guarded, ends={"addressPrefix": "10.1.2.0/24"}),
        machine("vm", "app#subnets/snet", "10.1.1.4"),
        drawn_endpoint("app", "10.1.2.4"),
    )
    asker = replace(caller(topology), addresses=AddressSet.parse("10.1.1.0/25"))
    return passes(topology, asker, the(topology, "pe"), "10.1.2.4", DIRECT)
