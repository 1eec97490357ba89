"""The profiles that come with the lab, and what they have in common."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from lab.clients.profile import Profile, ProviderSettings
from lab.clients.profile_loader import parse_profile
from lab.internet.models.provider import list_protocols

__all__ = ["FAKE_KEYS", "TRUST_VARIABLES", "load_builtin_profiles", "make_generic_profile"]

FAKE_KEYS: Mapping[str, str] = {
    "ANTHROPIC_API_KEY": "sk-ant-api03-0000000000000000",
    "OPENAI_API_KEY": "sk-0000000000000000",
    "GEMINI_API_KEY": "AIza0000000000000000",
    "GOOGLE_API_KEY": "AIza0000000000000000",
}
"""Keys in the form that each vendor documents, that open nothing."""

TRUST_VARIABLES = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""How the common TLS stacks that bring their own roots are told of another authority.

Node reads no system bundle; Python's requests (certifi) and conda's OpenSSL neither.  Of an
unknown program nothing is known, and one that cannot connect would tell nothing at all, so
these are set for it; a profile sets only what its client needs.
"""

_ENDPOINT_VARIABLES = (
    "ANTHROPIC_BASE_URL",
    "OPENAI_BASE_URL",
    "OPENAI_API_BASE",
    "GOOGLE_GEMINI_BASE_URL",
)
"""The variables that the vendors' own client libraries document."""


@cache
def load_builtin_profiles() -> Mapping[str, Profile]:
    """Every profile in ``profiles/``, by name."""
    found: dict[str, Profile] = {}
    for file in sorted(files("lab.clients").joinpath("profiles").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            profile = parse_profile(file.read_text(encoding="utf-8"), file.name)
            found[profile.name] = profile
    return found


def make_generic_profile(name: str, argv: tuple[str, ...]) -> Profile:
    """A profile for a program of which nothing is known: every provider, every variable."""
    variables = list(_ENDPOINT_VARIABLES)
    for profile in load_builtin_profiles().values():
        own = profile.provider.endpoint_variable or ()
        variables += [own] if isinstance(own, str) else own
    return Profile(
        name=name,
        argv=argv,
        provider=ProviderSettings(
            protocols=list_protocols(),
            endpoint_variable=tuple(dict.fromkeys(variables)),
        ),
        environment=FAKE_KEYS,
        trust=TRUST_VARIABLES,
    )
