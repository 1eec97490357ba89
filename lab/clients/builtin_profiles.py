"""The profiles that come with the lab, and the profile of a program that has none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from lab.clients.profile import Profile, ProviderSettings
from lab.clients.profile_loader import parse_profile
from lab.internet.models.providers import list_protocols

__all__ = ["FAKE_KEYS", "TRUST_VARIABLES", "load_builtin_profiles", "make_generic_profile"]

FAKE_KEYS: Mapping[str, str] = {
    "ANTHROPIC_API_KEY": "sk-ant-api03-0000000000000000",
    "OPENAI_API_KEY": "sk-0000000000000000",
    "GEMINI_API_KEY": "AIza0000000000000000",
    "GOOGLE_API_KEY": "AIza0000000000000000",
}
"""Keys in the form that each vendor documents; none is valid."""

TRUST_VARIABLES = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that add a certificate authority to TLS stacks with root certificates of their own.

Node, Python's requests (certifi) and conda's OpenSSL do not read the system's bundle.  An
unknown program gets all of these, because a client that cannot connect sends nothing; a profile
sets only those that its client needs.
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
    """A profile for an unknown program: every provider, every endpoint variable."""
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
