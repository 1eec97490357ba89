"""How a client is configured for its provider, and which host that means."""

from __future__ import annotations

import msgspec
import pytest

from lab.factors.data.endpoint_hosts import ALL_COUNTRIES, COUNTRIES, GENERIC, PROVIDERS
from lab.factors.endpoint import FACTOR, resolve_host
from lab.factors.host_spec import BARE, Endpoint, File, HostSpec

PLAIN = Endpoint(host="api.client.example", variables=("BASE_URL",))
VERSIONED = Endpoint(
    host="api.client.example",
    variables=("BASE_URL", "API_BASE"),
    official="https://api.client.example/v1/",
    files={".client/config.toml": 'base = "{endpoint}" # {other}', "~/x": "{endpoint}"},
)


def made(level: str, endpoint: Endpoint) -> HostSpec:
    base = msgspec.structs.replace(BARE, endpoint=endpoint)
    return FACTOR.realise(FACTOR.parse(level), base)


@pytest.mark.parametrize(
    ("level", "plain", "versioned", "contacted"),
    [
        ("unset", None, None, "api.client.example"),
        (
            "official",
            "https://api.client.example",
            "https://api.client.example/v1/",
            "api.client.example",
        ),
        ("https://a.example", "https://a.example", "https://a.example/v1", "a.example"),
        (
            "http://A.example:8080/gw/",
            "http://a.example:8080/gw",
            "http://a.example:8080/gw/v1",
            "a.example",
        ),
        ("http://[2001:db8::1]", "http://[2001:db8::1]", "http://[2001:db8::1]/v1", "2001:db8::1"),
    ],
)  # fmt: skip
def test_the_url_and_the_host(level: str, plain: str | None, versioned: str | None, contacted: str):
    assert made(level, PLAIN).variables.get("BASE_URL") == plain
    assert made(level, VERSIONED).variables.get("API_BASE") == versioned
    assert (
        resolve_host(FACTOR.parse(level), PLAIN)
        == resolve_host(FACTOR.parse(level), VERSIONED)
        == contacted
    )


def test_files_are_written_only_where_an_endpoint_is_configured():
    assert made("unset", VERSIONED).files == {}
    files = made("https://a.example", VERSIONED).files
    assert files["~/.client/config.toml"] == File(b'base = "https://a.example/v1" # {other}', 0o600)
    assert files["~/x"] == File(b"https://a.example/v1", 0o600)


def test_unset_takes_away_what_the_base_had():
    base = msgspec.structs.replace(BARE, endpoint=PLAIN).with_variables(
        BASE_URL="https://b.example"
    )
    assert "BASE_URL" not in FACTOR.realise("unset", base).variables


def test_of_a_client_that_needs_an_endpoint_unset_keeps_what_the_profile_sets():
    needed = msgspec.structs.replace(PLAIN, required=True)
    base = msgspec.structs.replace(BARE, endpoint=needed).with_variables(
        BASE_URL="https://b.example"
    )
    assert FACTOR.realise("unset", base) == base
    other = FACTOR.realise("https://c.example", base)
    assert other.variables["BASE_URL"] == "https://c.example"


def test_a_client_without_a_provider():
    nothing = Endpoint(variables=("BASE_URL",))
    assert made("official", nothing).variables == {}
    assert resolve_host("unset", nothing) is None
    assert resolve_host("official", nothing) is None
    assert made("https://a.example", nothing).variables == {"BASE_URL": "https://a.example"}
    assert resolve_host("unset", Endpoint(official="https://o.example/v1")) == "o.example"


@pytest.mark.parametrize(
    "level",
    ["", "api.example.com", "ftp://a.example", "https://", "https://u:p@a.example",
     "https://a.example?x=1", "https://a.example/#f", "https://a.example?", "https://a.example:0",
     "https://a.example:99999", "http://localhost:8080", "http://127.0.0.1", "https://a.example//b",
     "https://a.example/ü", "https://[::1", "https://a b.example"],
)  # fmt: skip
def test_what_is_no_base_url_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_the_named_levels_are_spread():
    hosts = {resolve_host(level, Endpoint()) or "" for level in FACTOR.levels}
    assert len(hosts & set(PROVIDERS)) == 3
    assert len({name.rpartition(".")[2] for name in hosts} & {"br", "cn", "de"}) == 3
    assert any(level.startswith("http://") for level in FACTOR.levels)


def test_the_word_lists_have_no_repetition_and_are_well_formed():
    assert len(set(ALL_COUNTRIES)) == len(ALL_COUNTRIES)
    assert len(set(GENERIC)) == len(GENERIC)
    assert len(set(COUNTRIES) & set(ALL_COUNTRIES)) == len(COUNTRIES)
    assert len(set(PROVIDERS)) == len(PROVIDERS)
    for name in (*PROVIDERS, *(f"models.example.{country}" for country in COUNTRIES)):
        assert FACTOR.parse(f"https://{name}") == f"https://{name}"
