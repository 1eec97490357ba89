"""Destinations of a trial's traffic that are not allowed.

Every name looked up and every host contacted is compared with the allowed names: DNS queries,
connections, handshakes, requests, datagrams, and targets of a proxy.  Host roles
(:mod:`lab.experiment.trials.host_roles`) account for the configuration of the machine: a configured
endpoint stands for the provider's own host; a configured proxy and configured name servers are
part of the route and not destinations.  The machine's search domain is removed from names that
the resolver completed with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from lab.environment import Environment
from lab.errors import UsageError
from lab.experiment.trials.host_roles import ENDPOINT, PROXY, assign_roles
from lab.factors.host_spec import BARE, Endpoint
from lab.factors.registry import realise
from lab.observation.features import RESOLVER, HostRoles
from lab.observation.records import (
    ClientHello,
    Connection,
    Datagram,
    DnsQuery,
    Event,
    Observation,
    ProxyHop,
    Request,
    TlsFailure,
)
from lab.observation.traffic import get_contacted_host, split_host
from lab.observation.wire.remainder import list_raw_layers

__all__ = ["describe_destinations", "find_disallowed", "parse_allowed_names"]


def parse_allowed_names(hosts: Sequence[str]) -> tuple[str, ...]:
    """The allowed names in the form in which they are compared.

    Raises:
        UsageError: A text is not the name of a host.
    """
    for host in hosts:
        if not host or "/" in host or " " in host or (":" in host and "." in host):
            raise UsageError(
                f"{host!r} is no name of a host; write one without scheme, port and path, "
                "such as api.example.com or *.example.com"
            )
    return tuple(host.lower().rstrip(".") for host in hosts)


def find_disallowed(
    observation: Observation,
    environment: Environment,
    endpoint: Endpoint,
    allowed: Sequence[str],
) -> tuple[str, ...]:
    """Each destination that is not allowed, as ``DNS evil.example``, without repetition.

    If the provider's own host is unknown, the endpoint that the user configures is allowed.

    Args:
        observation: The trial.
        environment: The environment in which it ran.
        endpoint: The provider's endpoint.
        allowed: Names of hosts; ``*`` stands for any text.
    """
    names = assign_roles(environment, endpoint, endpoint.host)
    search = _search_domain(environment)
    ways = {PROXY, RESOLVER, *(() if endpoint.host else (ENDPOINT,))}
    found = {
        f"{kind} {name}": None
        for event in observation.events
        for kind, name in _list_destinations(event, names, search)
        if name not in ways and not any(fnmatchcase(name, pattern) for pattern in allowed)
    }
    return tuple(found)


def describe_destinations(observation: Observation) -> Iterator[str]:
    """The requests of a trial and its other destinations, each in a few words."""
    for event in observation.events:
        match event:
            case Request():
                yield f"{event.method} {event.scheme}://{event.host}{event.target}"
            case Datagram():
                yield f"UDP {get_contacted_host(event)}:{event.port}"
            case Connection() if event.protocol in ("none", "raw") and not event.sent:
                yield f"TCP {get_contacted_host(event)}:{event.port}"
            case Connection():
                for layer in list_raw_layers(event):
                    yield f"TCP {layer.host}:{layer.port}"
            case DnsQuery():
                yield f"DNS {event.name}"
            case _:
                continue


def _list_destinations(event: Event, names: HostRoles, search: str) -> Iterator[tuple[str, str]]:
    """The destinations of an event: the kind of contact, and the host or its role."""
    match event:
        case DnsQuery():
            name = event.name.rstrip(".").lower()
            if search and name.endswith(f".{search}"):
                name = name.removesuffix(f".{search}")
            yield "DNS", names.name(name)
            if names.resolvers and event.transport != "https":
                # The resolver is a destination, too.
                yield "DNS at", names.peer(split_host(event.resolver), 53)
        case Connection() | Datagram():
            kind = "TCP" if isinstance(event, Connection) else "UDP"
            yield kind, names.peer(get_contacted_host(event), event.port)
        case ProxyHop():
            yield "proxy at", names.name(split_host(event.proxy))
            yield "proxied", names.name(split_host(event.target))
        case ClientHello() | TlsFailure():
            yield "TLS", names.name(event.host)
        case _:
            yield "HTTP", names.name(event.host)


def _search_domain(environment: Environment) -> str:
    level = environment.mapping.get("network")
    if level is None:
        return ""
    return realise(Environment.of({"network": level}), BARE).search_domain
