"""What a client's profile sets in the host spec, before any factor."""

from __future__ import annotations

import pytest

from lab.clients.base_spec import CA_BUNDLE, build_base_spec, build_endpoint
from lab.clients.profile import Client, Profile, ProviderSettings
from lab.factors.host_spec import File


def make_client(**settings: object) -> Client:
    return Client(
        profile=Profile("thing", ("thing",), **settings),  # type: ignore[arg-type]
        version="1",
        digest="0" * 64,
        source="here",
        program=("thing",),
        readable=(),
    )


def test_variables_are_the_profiles_and_the_trust_variables_name_the_bundle():
    client = make_client(environment={"KEY": "sk"}, trust=("NODE_EXTRA_CA_CERTS",))
    assert build_base_spec(client).variables == {"KEY": "sk", "NODE_EXTRA_CA_CERTS": CA_BUNDLE}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".thing/config.json", "~/.thing/config.json"),
        ("~/.thingrc", "~/.thingrc"),
        ("./AGENTS.md", "./AGENTS.md"),
        ("/etc/thing", "/etc/thing"),
    ],
)
def test_a_relative_path_is_below_home(path, expected):
    assert build_base_spec(make_client(home_files={path: "{}"})).files == {
        expected: File(b"{}", 0o600)
    }


@pytest.mark.parametrize(
    ("variable", "expected"), [(None, ()), ("BASE", ("BASE",)), (("A", "B"), ("A", "B"))]
)
def test_the_endpoint_names_every_variable_that_sets_it(variable, expected):
    provider = ProviderSettings(host="api.example.com", endpoint_variable=variable)
    endpoint = build_endpoint(make_client(provider=provider))
    assert (endpoint.host, endpoint.variables) == ("api.example.com", expected)
    assert build_base_spec(make_client(provider=provider)).endpoint == endpoint


def test_switches_to_opt_out_are_handed_on():
    assert build_base_spec(make_client(optout={"OFF": "1"})).optout == {"OFF": "1"}


def test_an_endpoint_can_be_required():
    needed = ProviderSettings(endpoint_variable="URL", endpoint_required=True)
    assert build_endpoint(make_client(provider=needed)).required
    assert not build_endpoint(make_client()).required
