"""What every profile that ships with the lab is held to."""

import re

import pytest

from lab.clients.builtin_profiles import (
    FAKE_KEYS,
    TRUST_VARIABLES,
    load_builtin_profiles,
    make_generic_profile,
)
from lab.internet.models.providers import list_protocols


def test_the_promised_clients_are_there():
    assert {
        "claude-code",
        "codex",
        "gemini-cli",
        "pi",
        "opencode",
    } <= load_builtin_profiles().keys()


@pytest.mark.parametrize("name", load_builtin_profiles())
class TestConformance:
    def test_it_can_be_installed_and_asked(self, name):
        profile = load_builtin_profiles()[name]
        assert profile.name == name
        assert profile.install is not None
        assert any("{prompt}" in word for word in profile.argv)
        assert profile.provider.protocols
        assert profile.provider.host

    def test_it_can_be_given_another_endpoint(self, name):
        provider = load_builtin_profiles()[name].provider
        assert provider.endpoint_variable or provider.endpoint_files
        assert provider.official is not None
        assert provider.host in provider.official

    def test_its_keys_are_plainly_fake(self, name):
        for variable, value in load_builtin_profiles()[name].environment.items():
            if "KEY" in variable or "TOKEN" in variable:
                assert re.fullmatch(r"[A-Za-z0-9-]*-?0{16}", value), variable

    def test_it_sets_nothing_that_a_factor_controls(self, name):
        """A profile that set these would hide a factor from the experiment."""
        controlled = {"TZ", "LANG", "LC_ALL", "TERM", "CI", "HOME", "USER", "HTTPS_PROXY", "PATH"}
        profile = load_builtin_profiles()[name]
        assert not controlled & {*profile.environment, *profile.optout}
        assert not set(profile.environment) & set(profile.optout)


def test_a_program_without_a_profile_gets_every_provider_and_variable():
    profile = make_generic_profile("x", ("/x",))
    assert set(profile.provider.protocols) == set(list_protocols())
    assert {"anthropic-messages", "openai-chat", "openai-responses", "gemini"} <= set(
        profile.provider.protocols
    )
    variables = profile.provider.endpoint_variable
    assert len(variables) == len(set(variables))
    assert {"ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "OPENAI_API_BASE"} <= set(variables)
    assert profile.environment == FAKE_KEYS
    assert profile.trust == TRUST_VARIABLES
