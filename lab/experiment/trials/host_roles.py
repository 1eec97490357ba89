"""The roles of hosts in an environment: the endpoint, the proxy, the name servers.

Traffic to a configured endpoint is compared under the official host of the client's provider.  The
profile names that host, or it is learnt: the host that receives, without a configured endpoint,
the same requests that a configured endpoint receives.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import SplitResult, unquote, urlsplit

from lab.environment import Environment
from lab.factors import endpoint as endpoint_factor
from lab.factors import network as network_factor
from lab.factors.host_spec import BARE, Endpoint
from lab.observation.features import HostRoles
from lab.observation.records import Observation, Request

__all__ = ["ENDPOINT", "PROXY", "assign_roles", "learn_default_host"]

ENDPOINT = "(endpoint)"
PROXY = "(proxy)"


def assign_roles(environment: Environment, endpoint: Endpoint, official: str | None) -> HostRoles:
    """The roles of hosts in one environment.

    Args:
        environment: The levels of the factors that name hosts.
        endpoint: How the client's endpoint is configured.
        official: The provider's own host, if it is known.
    """
    names: dict[str, str] = {} if official is None else {official: official}
    prefixes: dict[str, str] = {}
    levels = environment.mapping
    official_prefix = urlsplit(endpoint.official or "").path.rstrip("/")
    if (level := levels.get("endpoint")) is not None:
        url = endpoint_factor.resolve_base_url(level, endpoint)
        host = urlsplit(url).hostname if url is not None else None
        if url is not None and host is not None:
            names[host] = official or ENDPOINT
            prefixes[host] = urlsplit(url).path.rstrip("/")
    if (host := _parse_proxy_host(levels.get("proxy", ""))) is not None:
        names.setdefault(host, PROXY)
    spec = BARE
    if (level := levels.get("network")) is not None:
        spec = network_factor.FACTOR.realise(level, BARE)
    logins = _parse_proxy_logins(levels.get("proxy", ""))
    return HostRoles(names, prefixes, official_prefix, frozenset(spec.resolvers), logins)


def _parse_proxy_host(level: str) -> str | None:
    """The host of a proxy's level: a URL, with or without a prefix that says how it is set."""
    url = _parse_proxy_url(level)
    return url.hostname if url is not None else None


def _parse_proxy_logins(level: str) -> frozenset[str]:
    """What a client can send as the login in a proxy's level: with SOCKS 4 the user alone."""
    url = _parse_proxy_url(level)
    if url is None or url.username is None:
        return frozenset()
    user, password = unquote(url.username), unquote(url.password or "")
    return frozenset({f"{user}:{password}", user, f"{url.username}:{url.password or ''}"})


def _parse_proxy_url(level: str) -> SplitResult | None:
    form, separator, rest = level.partition("://")
    return urlsplit(f"{form.rpartition(':')[2]}://{rest}") if separator else None


def learn_default_host(
    without_endpoint: Iterable[Observation], with_endpoint: Iterable[tuple[str, Observation]]
) -> str | None:
    """Learn from traffic to which host a client talks when no endpoint is configured.

    Args:
        without_endpoint: Observations without a configured endpoint.
        with_endpoint: Configured hosts, each with an observation.

    Returns:
        The host; None where no request corresponds.
    """
    requested: set[tuple[str, str]] = set()
    elsewhere: set[str] = set()
    for host, observation in with_endpoint:
        for event in observation.events:
            if isinstance(event, Request):
                if event.host == host:
                    requested.add(_request_key(event))
                else:
                    elsewhere.add(event.host)
    scores: dict[str, int] = {}
    for observation in without_endpoint:
        for event in observation.events:
            if isinstance(event, Request) and _request_key(event) in requested:
                scores[event.host] = scores.get(event.host, 0) + 1
    usable = {host: score for host, score in scores.items() if host not in elsewhere} or scores
    return max(usable, key=lambda host: (usable[host], host), default=None)


def _request_key(event: Request) -> tuple[str, str]:
    """What is the same for every base URL: the method and the last segment of the path."""
    return event.method, event.target.partition("?")[0].rpartition("/")[2]
