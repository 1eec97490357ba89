"""Which hosts of an environment stand for what: the endpoint, the proxy, the name servers.

Where the client's profile names the official host of its provider, what is said to a
configured endpoint is compared under that name.  Where it names none, the host is learnt:
the one that receives, when no endpoint is configured, the very requests that a configured
endpoint receives.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

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
    """The roles of hosts in one environment; ``official`` is the provider's own host."""
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
    here = BARE
    if (level := levels.get("network")) is not None:
        here = network_factor.FACTOR.realise(level, BARE)
    return HostRoles(names, prefixes, official_prefix, frozenset(here.resolvers))


def _parse_proxy_host(level: str) -> str | None:
    """The host of a proxy's level, which is a URL, with or without a form before it."""
    form, separator, rest = level.partition("://")
    return urlsplit(f"{form.rpartition(':')[2]}://{rest}").hostname if separator else None


def learn_default_host(
    plain: Iterable[Observation], moved: Iterable[tuple[str, Observation]]
) -> str | None:
    """The host that a client talks to when no endpoint is configured, learnt from traffic.

    ``plain`` are observations without an endpoint, ``moved`` pairs of a configured host and
    what was seen with it.  None where the two do not correspond.
    """
    asked: set[tuple[str, str]] = set()
    elsewhere: set[str] = set()
    for host, observation in moved:
        for event in observation.events:
            if isinstance(event, Request):
                if event.host == host:
                    asked.add(_request_key(event))
                else:
                    elsewhere.add(event.host)
    scores: dict[str, int] = {}
    for observation in plain:
        for event in observation.events:
            if isinstance(event, Request) and _request_key(event) in asked:
                scores[event.host] = scores.get(event.host, 0) + 1
    usable = {host: score for host, score in scores.items() if host not in elsewhere} or scores
    return max(usable, key=lambda host: (usable[host], host), default=None)


def _request_key(event: Request) -> tuple[str, str]:
    """What stays the same wherever a base URL points: the method, and the path's last word."""
    return event.method, event.target.partition("?")[0].rpartition("/")[2]
