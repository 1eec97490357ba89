"""What a client sent in one environment: to which hosts, when, and by which route.

Pure: computed from observations, so that it can be computed for any recorded run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TypeGuard
from urllib.parse import urlsplit

from lab.environment import Environment
from lab.experiment.trials.host_roles import assign_roles
from lab.factors.host_spec import Endpoint
from lab.factors.registry import get_factor
from lab.findings.encodings.search import TextSearch
from lab.internet.models.provider import ProviderRequest
from lab.internet.models.providers import all_providers
from lab.observation.features import extract_features
from lab.observation.location import Location
from lab.observation.records import (
    Connection,
    Datagram,
    DnsQuery,
    Event,
    Observation,
    ProxyHop,
    Request,
    TlsFailure,
    WebSocketMessage,
)
from lab.observation.roles import HostRoles, locate_message
from lab.observation.traffic import decode_body, get_contacted_host
from lab.observation.wire.remainder import list_raw_layers
from lab.reports.text.safe import clip, make_visible

__all__ = ["Traffic"]

_MAX_WIDTH = 200
_DNS_PORTS = (53, 853)


class Traffic:
    """One environment, and what the client sent in each run in it."""

    def __init__(self, environment: Environment, observations: Sequence[Observation]) -> None:
        self.environment = environment
        self.observations = tuple(observations)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The hosts to which anything was sent, in any run; a name that was only resolved is none.

        A host counts by the name of the connection and by the name in the request, which can
        differ.
        """
        return frozenset(
            host
            for run in self.observations
            for event in _iterate_payloads(run)
            for host in _list_hosts(event, run)
        )

    @cached_property
    def locations(self) -> frozenset[Location]:
        """Every location of a feature, in any run, as signals name them."""
        return frozenset(
            location for run in self.observations for location in extract_features(run, self._roles)
        )

    @property
    def places(self) -> frozenset[Location]:
        """The same; the name of ``locations`` in earlier versions."""
        return self.locations

    @cached_property
    def messages(self) -> frozenset[Location]:
        """The messages of which these locations are parts."""
        return frozenset(location.message for location in self.locations)

    @cached_property
    def model_requests(self) -> frozenset[Location]:
        """The requests to a model."""
        return frozenset(
            locate_message(event, self._roles)
            for run in self.observations
            for event in run.events
            if _is_model_request(event)
        )

    @cached_property
    def model_hosts(self) -> frozenset[str]:
        """The hosts of models."""
        return frozenset(
            host
            for run in self.observations
            for event in run.events
            if _is_model_request(event)
            for host in _list_hosts(event, run)
        )

    @cached_property
    def _roles(self) -> HostRoles:
        return assign_roles(self.environment, Endpoint(), None)

    @property
    def beyond_the_model(self) -> frozenset[str]:
        """The hosts to which anything was sent, without those of models."""
        return self.hosts - self.model_hosts

    def before_the_model(self) -> tuple[str, ...]:
        """What was sent before the first request to a model, in any run, and to which host.

        What goes to the host of the model itself is left out, unless it contains a level of this
        environment that is not the control.  Empty for runs without a request to a model.
        """
        named = [
            name for name, level in self.environment.levels if level != get_factor(name).control
        ]
        search = TextSearch([get_factor(name).needles(self.environment[name]) for name in named])
        lines = []
        for run in self.observations:
            for event in _select_before_model(run):
                levels = list(_find_levels(event, named, search))
                if levels or not self.model_hosts.issuperset(_list_hosts(event, run)):
                    with_what = f", with {', '.join(levels)}" if levels else ""
                    others = sorted({*_list_hosts(event, run)} - {_get_host(event)})
                    by = f", by {clip(', '.join(others), _MAX_WIDTH)}" if others else ""
                    lines.append(f"{_describe_event(event)}{by}{with_what}")
        return tuple(dict.fromkeys(lines))

    def past_the_proxy(self) -> tuple[str, ...]:
        """Connections and datagrams that bypassed the proxy of this environment, in any run."""
        proxy = urlsplit(self.environment["proxy"].removeprefix("upper:").removeprefix("lower:"))
        lines = [
            _describe_event(event)
            for run in self.observations
            for event in run.events
            if isinstance(event, Connection | Datagram)
            and event.host != proxy.hostname
            and not _is_dns_lookup(event, run)
        ]
        return tuple(dict.fromkeys(lines))


def _iterate_payloads(run: Observation) -> Iterator[Event]:
    """The events that carry data to a host, each piece of data once."""
    tunnels = {event.connection for event in run.events if isinstance(event, ProxyHop)}
    for event in run.events:
        match event:
            # A client that accepts its own certificates only would have sent something.
            case Request() | WebSocketMessage() | Datagram() | TlsFailure():
                yield event
            # A connection recognised as HTTP has requests of its own.
            case Connection() if event.size and not _is_dns_lookup(event, run):
                clear = event.protocol == "tls" and event.connection not in tunnels
                if clear or any(list_raw_layers(event)):
                    yield event
            case _:
                continue


def _is_dns_lookup(event: Connection | Datagram, run: Observation) -> bool:
    """Whether a connection carries DNS queries only, as DNS over TCP does."""
    address, port = event.address, event.port
    resolver = {event.host, address, f"{address}:{port}", f"[{address}]:{port}"}
    return port in _DNS_PORTS and any(
        isinstance(other, DnsQuery) and other.transport == "tcp" and other.resolver in resolver
        for other in run.events
    )


def _select_before_model(run: Observation) -> Iterable[Event]:
    first = min((event.at for event in run.events if _is_model_request(event)), default=None)
    return () if first is None else [event for event in _iterate_payloads(run) if event.at < first]


def _is_model_request(event: Event) -> TypeGuard[Request]:
    """Whether the request asks a provider's API for an answer, and not for a list or a count."""
    if not isinstance(event, Request) or event.method != "POST":
        return False
    try:
        body = json.loads(decode_body(event))
    except (ValueError, RecursionError):
        return False
    path, _, query = event.target.partition("?")
    asked = ProviderRequest(event.method, path.rstrip("/"), query, False, body)
    return any(provider.answer(asked) is not None for provider in all_providers())


def _find_levels(event: Event, named: Sequence[str], search: TextSearch) -> Iterator[str]:
    """The named levels that an event contains, each with the encoding of its first occurrence."""
    found: dict[str, str] = {}
    for text in _list_texts(event):
        for name, hit in zip(named, search.hits(text), strict=True):
            if hit is not None:
                found.setdefault(name, hit.encoding)
    return (f"{name} ({found[name]})" for name in named if name in found)


def _get_path(event: Request) -> str:
    return event.target.partition("?")[0]


def _list_hosts(event: Event, run: Observation) -> Iterator[str]:
    """The host that an event names, and the one of its connection unless that is a proxy."""
    yield _get_host(event)
    if isinstance(event, Request | WebSocketMessage):
        same = [
            each for each in run.events if getattr(each, "connection", None) == event.connection
        ]
        if not any(isinstance(each, ProxyHop) for each in same):
            yield from (_get_host(each) for each in same if isinstance(each, Connection))


def _get_host(event: Event) -> str:
    """The host that an event names; escaped, because the client may have chosen any name."""
    return make_visible(get_contacted_host(event))


def _list_texts(event: Event) -> Sequence[str]:
    """Everything that an event contains, as texts to search one by one."""
    match event:
        case Request():
            lines = [f"{event.host}{event.target}".encode(errors="surrogateescape")]
            lines += [name + b": " + value for name, value in event.headers]
            parts = [b"\n".join(lines), decode_body(event)]
        case Connection():
            parts = [event.sent]
        case Datagram() | WebSocketMessage():
            parts = [event.data]
        case _:
            parts = []
    return [part.decode(errors="surrogateescape") for part in parts]


def _describe_event(event: Event) -> str:
    """What was sent, and to which host; escaped, because the client chose the text."""
    match event:
        case Request():
            words = f"{event.method} {event.scheme}://{event.host}{_get_path(event)}"
        case Connection():
            words = f"tcp {_get_host(event)}:{event.port}"
        case Datagram():
            words = f"udp {_get_host(event)}:{event.port}"
        case TlsFailure():
            words = f"tls {_get_host(event)}"
        case _:
            words = f"websocket {_get_host(event)}"
    return clip(words, _MAX_WIDTH)
