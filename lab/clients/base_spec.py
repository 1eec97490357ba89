"""The host spec of a client before any factor is applied: what its profile sets.

Pure functions of a client's profile.  Their result goes to
:func:`lab.factors.registry.realise`, which applies the levels of an environment to it.
"""

from __future__ import annotations

from lab.clients.profile import Client
from lab.factors.host_spec import Endpoint, File, HostSpec

__all__ = ["build_base_spec", "build_endpoint"]

CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
"""Path inside the simulated host of the certificates that a client accepts."""


def build_endpoint(client: Client) -> Endpoint:
    """Build the record of how this client is configured with its provider's address."""
    provider = client.profile.provider
    variable = provider.endpoint_variable
    variables = (variable,) if isinstance(variable, str) else tuple(variable or ())
    return Endpoint(
        host=provider.host,
        variables=variables,
        official=provider.official,
        files=provider.endpoint_files,
        required=provider.endpoint_required,
    )


def build_base_spec(client: Client) -> HostSpec:
    """Build the host spec that holds what the client's profile sets, and no level.

    A relative path of a profile's file is relative to the home directory.
    """
    profile = client.profile
    files = {
        path if path.startswith(("/", "~/", "./")) else f"~/{path}": File(text.encode(), 0o600)
        for path, text in profile.home_files.items()
    }
    return HostSpec(
        variables={**profile.environment, **dict.fromkeys(profile.trust, CA_BUNDLE)},
        files=files,
        endpoint=build_endpoint(client),
        optout=profile.optout,
    )
