"""Any variable may be set, except those that something else decides."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.factors.host_spec import BARE
from lab.factors.registry import factors
from lab.factors.variables import (
    FACTOR,
    GENERAL,
    format_level,
    names_of_other_factors,
    parse_assignments,
)
from lab.sandbox.jail.login_variables import add_login_variables

NAMES = st.from_regex(r"ZQ_[A-Z0-9_]{1,12}", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=30)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_a_level_says_what_a_shell_would_set(variables: dict[str, str]):
    level = format_level(variables)
    assert FACTOR.parse(level) == level
    assert parse_assignments(level) == variables
    assert FACTOR.realise(level, BARE).variables == variables
    if variables:
        assert dict(word.split("=", 1) for word in shlex.split(level)) == variables


@pytest.mark.parametrize(
    ("level", "canonical"),
    [
        ("none", "none"),
        ("B=2 A=1", "A=1 B=2"),
        ("A='1'  B=\"x y\" ", "A=1 B='x y'"),
        ("A=", "A=''"),
        ("A=it\\'s", "A='it'\"'\"'s'"),
        ("A=a=b", "A=a=b"),
        ("A=$X", "A='$X'"),
        ("A=x\N{NO-BREAK SPACE}y", "A='x\N{NO-BREAK SPACE}y'"),
    ],
)
def test_the_canonical_spelling(level: str, canonical: str):
    assert FACTOR.parse(level) == canonical


@pytest.mark.parametrize(
    ("level", "why"),
    [
        ("", "write none"),
        (" ", "write none"),
        ("A", "write none"),
        ("none A=1", "write none"),
        ("A=1 A=2", "twice"),
        ("=1", "letters, digits"),
        ("1A=1", "letters, digits"),
        ("A-B=1", "letters, digits"),
        ("Ä=1", "letters, digits"),
        ("A='1", "quote"),
        ("A=1\\", "quote"),
        ("A='1\n2'", "new line"),
        ("A=1\0", "control character"),
        ("A=\x1b[1m", "control character"),
        ("A=\N{LINE SEPARATOR}", "control character"),
        ("CI=1", "factor ci"),
        ("TZ=UTC", "factor timezone"),
        ("https_proxy=x", "factor proxy"),
        ("HOME=/x", "user and directory"),
        ("A=" + "x" * 2**17, "at most"),
        (" ".join(f"A{number}=" + "x" * 100_000 for number in range(11)), "at most"),
    ],
    ids=lambda text: text[:12],
)
def test_what_cannot_be_set_is_refused(level: str, why: str):
    with pytest.raises(ValueError, match=why):
        FACTOR.parse(level)


def test_a_mapping_is_held_to_the_same():
    for wrong in ({"A B": "1"}, {"A": "1\n"}, {"PATH": "/bin"}, {"A": "\ud800"}):
        with pytest.raises(ValueError):
            format_level(wrong)


def test_what_is_owned():
    assert set(add_login_variables(BARE)) <= names_of_other_factors()
    for factor in factors().values():
        if factor is not FACTOR:
            for level in (factor.control, *factor.levels):
                assert set(factor.realise(level, BARE).variables) <= names_of_other_factors(), (
                    factor.name
                )
    assert not names_of_other_factors() & {"DEBUG", "LOG_LEVEL", "NODE_ENV", "TMPDIR", "VERBOSE"}


def test_hundreds_of_variables():
    variables = {f"ZQ_VARIABLE_{number:04}": f"{number} x" for number in range(2000)}
    level = format_level(variables)
    assert parse_assignments(level) == variables
    assert len(FACTOR.needles(level)) == 1990  # values of four characters and more


def test_a_copy_may_hold_values_but_no_switches():
    level = format_level({"A": "1", "B": "true", "C": "debug", "D": "value-1234"})
    assert FACTOR.needles(level) == ("value-1234", "debug")


def test_general_names_are_different():
    assert len(set(GENERAL)) == len(GENERAL)
