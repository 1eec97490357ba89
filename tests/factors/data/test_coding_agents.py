"""What agents leave is a past, never a setting."""

from __future__ import annotations

import json

import pytest

from lab.clients.builtin_profiles import load_builtin_profiles
from lab.factors import ci, terminal
from lab.factors.data.coding_agents import FILES, SESSION, VARIABLES


def test_no_two_agents_are_alike():
    assert len({frozenset(texts.items()) for texts in VARIABLES.values()}) == len(VARIABLES)
    paths = [path for files in FILES.values() for path in files]
    assert len(set(paths)) == len(paths)


def test_no_variable_is_another_factors():
    theirs = {"TERM", "LANG", "TZ", "HOME", *terminal.VARIABLES}
    theirs |= {name for variables in ci.SERVICES.values() for name in variables}
    for variables in VARIABLES.values():
        assert not theirs & variables.keys()


def test_no_client_finds_its_own_configuration_there():
    """Neither what a profile writes, nor what its endpoint is written into."""
    paths = {path for files in FILES.values() for path in files}
    assert all(path.startswith("~/.") for path in paths)
    for profile in load_builtin_profiles().values():
        own = {*profile.home_files, *profile.provider.endpoint_files}
        assert not paths & {f"~/{path.removeprefix('~/')}" for path in own}


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_is_in_the_format_that_its_name_says(name: str):
    for path, text in FILES[name].items():
        lines = text.splitlines() if path.endswith(".jsonl") else [text]
        if path.endswith((".json", ".jsonl")):
            assert [json.loads(line) for line in lines]
        assert text.endswith("\n")


def test_what_is_looked_for_is_there():
    everything = "".join(path + text for files in FILES.values() for path, text in files.items())
    assert SESSION in everything
