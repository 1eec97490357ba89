"""The host name: the name of the machine, with or without a domain.

The control is ``workstation``, a neutral word.  The named levels are the forms of names, because
a name's form reveals the kind of machine: a plain word, a person's laptop, a cloud instance
named by its address, a container named by twelve hexadecimal digits, a Windows machine in
capitals, and one inside a company's domain.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR"]

CONTROL = "workstation"

LEVELS = (
    "juniper",
    "robins-macbook-pro",
    "ip-10-0-3-17",
    "3f9c1b7ae2d4",
    "DESKTOP-7K2QF9M",
    "build07.eng.example.com",
)

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def parse(level: str) -> str:
    """The name, with its domain in lower case.

    Raises:
        ValueError: RFC 1123 forbids the name, or it means this machine only.
    """
    name, dot, domain = level.partition(".")
    labels = [name, *domain.split(".")] if dot else [name]
    if not all(_LABEL.fullmatch(label) for label in labels) or len(level) > 64:
        raise ValueError(
            f"a host name is letters, digits and hyphens, at most 64, and dots, not {level!r}"
        )
    if name.isdigit() or labels[0].lower() == "localhost":
        raise ValueError(f"{name!r} is not a name of a machine on a network")
    return f"{name}{dot}{domain.lower()}"


def realise(level: str, spec: HostSpec) -> HostSpec:
    """The short name and the domain."""
    name, _, domain = level.partition(".")
    return msgspec.structs.replace(spec, hostname=name, domain=domain)


def strategy() -> SearchStrategy[str]:
    """Names of every shape; shrinks to a short word."""
    from hypothesis import strategies as st

    def invented(seed: int) -> str:
        from faker import Faker

        maker = Faker()
        maker.seed_instance(seed)
        return maker.hostname()

    seeds = st.integers(0, 9999)
    number = st.integers(0, 255)
    word = st.sampled_from(("atlas", "birch", "comet", "delta", "ember"))
    return st.one_of(
        word,
        st.builds("{}-{}".format, word, number),
        st.builds("ip-10-{}-{}-{}".format, number, number, number),
        st.integers(0xA << 44, 0xF << 44).map("{:x}".format),
        seeds.map(invented),
    ).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """The whole name, the short name, the domain."""
    name, _, domain = level.partition(".")
    return tuple(dict.fromkeys(text for text in (level, name, domain) if text))


FACTOR = Factor(
    name="hostname",
    summary="the machine's name and domain",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    free=True,
)
