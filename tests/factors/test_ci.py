from __future__ import annotations

import pytest

from lab.factors.ci import FACTOR, SERVICES
from lab.factors.host_spec import BARE


def test_none_sets_nothing_and_keeps_what_the_profile_sets():
    base = BARE.with_variables(CI="1", OTHER="x")
    assert FACTOR.realise("none", base) == base


def test_a_service_sets_its_variables():
    made = FACTOR.realise("gitlab-ci", BARE).variables
    assert made["GITLAB_CI"] == made["CI"] == "true"
    assert made == SERVICES["gitlab-ci"]


def test_the_bare_variable():
    assert FACTOR.realise(FACTOR.parse("CI=1"), BARE).variables == {"CI": "1"}


def test_no_service_decides_what_another_factor_decides():
    others = {"HOME", "USER", "LOGNAME", "HOSTNAME", "PWD", "TERM", "TZ", "LANG", "SHELL", "PATH"}
    for variables in SERVICES.values():
        assert not others & variables.keys()
        assert not any(value.startswith(("/", "~")) for value in variables.values())


@pytest.mark.parametrize("level", ["", "github", "CI=", "CI=a b", "GITHUB_ACTIONS=true", "None"])
def test_what_is_no_service_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_a_copy_holds_no_mere_words():
    for service in SERVICES:
        found = FACTOR.needles(service)
        assert service in found
        assert not {"true", "main", "build", "42", "branch", "example", "project"} & set(found)
