"""What every factor promises, whoever wrote it: these tests run over all there are."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lab.factors
from lab.factors.factor import Factor
from lab.factors.host_spec import BARE, Endpoint, File, HostSpec
from lab.factors.registry import factors

ALL = tuple(factors().values())
EACH = pytest.mark.parametrize("factor", ALL, ids=lambda factor: factor.name)
FIELDS = HostSpec.__struct_fields__
MAPPINGS = ("files", "variables")

FULL = msgspec.structs.replace(
    BARE,
    variables={"API_KEY": "k", "PATH": "/usr/bin:/bin"},
    files={"~/.client/state.json": File(b"{}")},
    directories=("~/.cache",),
    endpoint=Endpoint(
        host="api.client.example",
        variables=("CLIENT_BASE_URL", "CLIENT_API_BASE"),
        official="https://api.client.example/v1",
        files={".client/config.toml": 'base = "{endpoint}"\n'},
    ),
    optout={"CLIENT_TELEMETRY": "0", "DO_NOT_TRACK": "1"},
)
"""A host spec with everything that a profile can set."""


def named(factor: Factor) -> tuple[str, ...]:
    """All named levels, the control first."""
    return (factor.control, *factor.levels)


def over_examples(check: Callable[[Factor, str], None], factor: Factor) -> None:
    """Calls the check with every named level and with many generated ones."""
    for level in named(factor):
        check(factor, level)

    @settings(
        max_examples=60,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(level=factor.strategy())
    def generated(level: str) -> None:
        check(factor, level)

    generated()


def touched(factor: Factor, level: str) -> set[tuple[str, ...]]:
    """What the level changes: names of fields, and of the entries of mappings."""
    after = factor.realise(level, FULL)
    places: set[tuple[str, ...]] = {
        (field,)
        for field in FIELDS
        if field not in (*MAPPINGS, "directories") and getattr(after, field) != getattr(FULL, field)
    }
    for field in MAPPINGS:
        left, right = getattr(FULL, field), getattr(after, field)
        places |= {
            (field, key) for key in left.keys() | right.keys() if left.get(key) != right.get(key)
        }
    places |= {("directories", path) for path in set(after.directories) ^ set(FULL.directories)}
    return places


@EACH
def test_the_control_is_not_among_the_levels_and_no_level_comes_twice(factor: Factor):
    assert len(set(named(factor))) == 1 + len(factor.levels)
    assert factor.levels


@EACH
def test_named_levels_are_in_canonical_spelling(factor: Factor):
    assert tuple(map(factor.parse, named(factor))) == named(factor)


@EACH
def test_parse_accepts_what_the_strategy_makes_and_changes_nothing_twice(factor: Factor):
    def check(factor: Factor, level: str) -> None:
        canonical = factor.parse(level)
        assert factor.parse(canonical) == canonical
        assert factor.realise(level, FULL) == factor.realise(canonical, FULL)

    over_examples(check, factor)


@EACH
def test_realise_is_pure(factor: Factor):
    before = msgspec.json.encode(FULL)

    def check(factor: Factor, level: str) -> None:
        assert factor.realise(level, FULL) == factor.realise(level, FULL)
        assert msgspec.json.encode(FULL) == before

    over_examples(check, factor)


@EACH
def test_two_levels_are_two_host_specs(factor: Factor):
    """Over the base with everything; a level that is a synonym belongs into ``parse``."""
    seen: dict[bytes, str] = {}

    def check(factor: Factor, level: str) -> None:
        canonical = factor.parse(level)
        made = msgspec.json.encode(factor.realise(canonical, FULL), order="deterministic")
        assert seen.setdefault(made, canonical) == canonical

    over_examples(check, factor)


@EACH
def test_realising_twice_is_realising_once(factor: Factor):
    def check(factor: Factor, level: str) -> None:
        once = factor.realise(level, FULL)
        assert factor.realise(level, once) == once

    over_examples(check, factor)


@EACH
def test_a_factor_touches_only_what_is_its_own(factor: Factor):
    """Generated levels change no other fields of the host spec than the named levels do."""
    own = {place[0] for level in named(factor) for place in touched(factor, level)}
    own |= {"directories"} if "files" in own else set()

    def check(factor: Factor, level: str) -> None:
        assert {place[0] for place in touched(factor, level)} <= own

    over_examples(check, factor)


def test_no_two_factors_decide_the_same_thing():
    owners: dict[tuple[str, ...], str] = {}
    for factor in ALL:
        for place in set().union(*(touched(factor, level) for level in named(factor))):
            assert owners.setdefault(place, factor.name) == factor.name, place


@pytest.mark.parametrize(
    ("left", "right"),
    list(itertools.combinations(ALL, 2)),
    ids=lambda factor: factor.name,
)
def test_the_order_of_two_factors_does_not_matter(left: Factor, right: Factor):
    if left.rank != right.rank:  # no factor needs an order today
        pytest.fail("give this test the exception and say in the factor why it needs an order")
    one, two = left.levels[-1], right.levels[-1]
    assert (
        right.realise(two, left.realise(one, FULL)).settled()
        == left.realise(one, right.realise(two, FULL)).settled()
    )


@EACH
def test_every_path_settles_to_an_absolute_one(factor: Factor):
    def check(factor: Factor, level: str) -> None:
        settled = factor.realise(level, FULL).settled()
        paths = [settled.directory, *settled.files, *settled.directories]
        assert all(path.startswith("/") and "//" not in path for path in paths)

    over_examples(check, factor)


@EACH
def test_variables_can_be_passed_to_a_program(factor: Factor):
    def check(factor: Factor, level: str) -> None:
        for name, value in factor.realise(level, FULL).variables.items():
            assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
            assert "\0" not in value
            assert value.encode().decode() == value

    over_examples(check, factor)


@EACH
def test_needles_are_texts_without_repetition(factor: Factor):
    def check(factor: Factor, level: str) -> None:
        found = factor.needles(level)
        assert all(found)
        assert len(set(found)) == len(found)

    over_examples(check, factor)


@EACH
@settings(max_examples=60, database=None, deadline=None)
@given(text=st.text(max_size=40) | st.text("=:;/.@~ axZ09-", max_size=40))
def test_anything_else_is_refused_with_one_line(factor: Factor, text: str):
    message = ""
    try:
        canonical = factor.parse(text)
    except ValueError as error:
        message = str(error)
        canonical = factor.control
    assert factor.parse(canonical) == canonical
    assert "\n" not in message


@EACH
def test_a_new_line_never_gets_through(factor: Factor):
    """Levels end up in passwd, in variables and in one-line messages."""
    for level in named(factor):
        for place in range(len(level) + 1):
            try:
                text = factor.parse(f"{level[:place]}\n{level[place:]}")
            except ValueError as error:
                text = str(error)
            assert "\n" not in text


_REALISE_ALL = """
import hashlib, msgspec
from lab.factors.registry import factors
from lab.factors.host_spec import Endpoint, HostSpec
base = HostSpec(endpoint=Endpoint("h.example", ("CLIENT_BASE_URL",)), optout={"X": "1"})
digest = hashlib.sha256()
for factor in factors().values():
    for level in (factor.control, *factor.levels):
        made = [factor.realise(level, base).settled(), factor.needles(level)]
        digest.update(msgspec.json.encode(made, order="deterministic"))
print(digest.hexdigest())
"""


def test_nothing_depends_on_the_host(tmp_path: Path):
    """The same host specs in processes whose own environments have nothing in common."""
    source = str(Path(lab.factors.__path__[0]).parents[1])
    scrambled = {
        "TZ": "Pacific/Kiritimati", "LANG": "de_DE.UTF-8", "LC_ALL": "C", "HOME": "/nowhere",
        "USER": "zoe", "LOGNAME": "zoe", "CI": "1", "TERM": "vt52", "HTTPS_PROXY": "http://x:1",
        "GIT_AUTHOR_NAME": "Zoe", "GIT_AUTHOR_DATE": "2001-01-01", "EMAIL": "zoe@example.org",
        "CLIENT_BASE_URL": "http://y", "PYTHONHASHSEED": "7", "COLUMNS": "13",
    }  # fmt: skip
    outputs = {
        subprocess.run(
            (sys.executable, "-c", _REALISE_ALL),
            env={"PATH": os.defpath, "PYTHONPATH": source, **variables},
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for variables, folder in ((scrambled, "/"), ({"PYTHONHASHSEED": "1"}, tmp_path))
    }
    assert len(outputs) == 1
    assert len(outputs.pop().strip()) == 64


@EACH
def test_what_a_sweep_tries_is_spelt_canonically_and_goes_beyond_the_named_levels(factor):
    if factor.every is None:
        return
    every = factor.every()
    assert len(set(every)) == len(every) > 3 * len(factor.levels)
    assert all(factor.parse(level) == level for level in every)
