"""The registry finds every factor, and lists what exists for whoever mistypes."""

from __future__ import annotations

import pkgutil

import msgspec
import pytest

import lab.factors
from lab.environment import Environment
from lab.errors import UsageError
from lab.factors import registry
from lab.factors.host_spec import BARE, Endpoint


def test_every_module_with_a_factor_is_found_under_its_own_name():
    modules = {module.name for module in pkgutil.iter_modules(lab.factors.__path__)}
    found = registry.factors()
    assert list(found) == sorted(found)
    assert set(found) <= modules
    assert all(name == factor.name for name, factor in found.items())
    assert {"clock", "endpoint", "locale", "timezone", "user"} <= set(found)


def test_the_list_of_factors_cannot_be_changed():
    with pytest.raises(TypeError):
        registry.factors()["x"] = registry.get_factor("ci")  # type: ignore[index]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: registry.get_factor("timezon"), "nearest: timezone"),
        (lambda: registry.control_environment(["host"]), "nearest: hostname"),
        (lambda: registry.parse_setting("timezone=Asia/Tokio"), "nearest: Asia/Tokyo"),
        (lambda: registry.parse_setting("ci=github"), "github-actions"),
        (lambda: registry.parse_setting("terminal=tyt"), "nearest: "),
        (lambda: registry.parse_setting("timezone"), "write FACTOR=LEVEL"),
        (lambda: registry.realise(Environment.of({"ci": "travis"}), BARE), "travis-ci"),
    ],
)
def test_a_mistake_is_answered_in_one_line_with_what_exists(call, expected: str):
    with pytest.raises(UsageError) as caught:
        call()
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_setting_is_a_factor_and_a_canonical_level():
    assert registry.parse_setting("timezone=unset") == ("timezone", "UTC")
    assert registry.parse_setting("clock=2026-01-02") == ("clock", "2026-01-02T12:00:00Z")
    assert registry.parse_setting("timezone=TZ=Asia/Tokyo") == ("timezone", "TZ=Asia/Tokyo")


def test_the_control_environment_has_each_factor_at_its_control():
    every = registry.control_environment(registry.factors())
    assert every["timezone"] == "UTC"
    assert every.difference(every.but({"ci": "jenkins"}))[0].left == "none"


def test_realise_settles_paths_by_the_user_and_the_directory():
    environment = registry.control_environment(registry.factors()).but(
        {"user": "ana:Ana:1001:/data/home/ana:/bin/sh", "directory": "~/a b"}
    )
    made = registry.realise(environment, BARE)
    assert made.directory == "/data/home/ana/a b"
    assert "/data/home/ana/a b/.git/HEAD" in made.files
    assert "/data/home/ana/.gitconfig" in made.files


def test_factors_that_are_not_named_stay_as_the_base_has_them():
    base = msgspec.structs.replace(BARE, hostname="kept", clock=5.0)
    made = registry.realise(registry.control_environment(["timezone"]), base)
    assert (made.hostname, made.clock) == ("kept", 5.0)


def test_the_bare_host_spec():
    """All controls together: what a client sees when nothing is varied."""
    made = registry.realise(registry.control_environment(registry.factors()), BARE)
    assert made.variables == {"LANG": "C.UTF-8", "TERM": "xterm-256color"}
    assert (made.hostname, made.domain, made.user.login) == ("workstation", "", "dev")
    assert made.directory == "/home/dev/project"
    assert made.clock == 1_789_560_000
    assert (made.localtime, made.timezone_file) == ("UTC", "UTC")


def test_a_factor_that_the_profile_gives_no_hold_is_inert():
    assert registry.is_inert("endpoint", BARE)
    assert registry.is_inert("optout", BARE)
    assert not registry.is_inert("timezone", BARE)
    base = msgspec.structs.replace(BARE, endpoint=Endpoint(variables=("X_URL",)))
    assert not registry.is_inert("endpoint", base)
