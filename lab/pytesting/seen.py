"""What a client sent in one environment, in the words of questions: to whom, when, which way.

Pure: made of observations, so that a question can be asked of any run that was recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TypeGuard
from urllib.parse import urlsplit

from lab.environment import Environment
from lab.experiment.roles import roles
from lab.factors.registry import factor
from lab.factors.surroundings import Endpoint
from lab.findings.search import Search
from lab.internet.provider import Asked, all_providers
from lab.observation.features import Roles, extract, message_of
from lab.observation.location import Location
from lab.observation.records import (
    Connection,
    Datagram,
    DnsQuery,
    Event,
    Observation,
    Request,
    WebSocketMessage,
)

__all__ = ["Seen"]


class Seen:
    """One environment, and what the client sent in each of some runs in it."""

    def __init__(self, environment: Environment, observations: Sequence[Observation]) -> None:
        self.environment = environment
        self.observations = tuple(observations)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """To whom anything was sent, in any run; a name looked up is not yet one."""
        return frozenset(host for run in self.observations for host in map(_host, _data(run)))

    @cached_property
    def places(self) -> frozenset[Location]:
        """Every place at which something stands, in any run, as signals name them."""
        return frozenset(place for run in self.observations for place in extract(run, self._roles))

    @cached_property
    def messages(self) -> frozenset[Location]:
        """The messages of which these places are parts."""
        return frozenset(place.message for place in self.places)

    @cached_property
    def model_requests(self) -> frozenset[Location]:
        """The messages that ask a model."""
        return frozenset(
            message_of(event, self._roles)
            for run in self.observations
            for event in run.events
            if _asks_a_model(event)
        )

    @cached_property
    def model_hosts(self) -> frozenset[str]:
        """The hosts of models."""
        return frozenset(
            _host(event)
            for run in self.observations
            for event in run.events
            if _asks_a_model(event)
        )

    @cached_property
    def _roles(self) -> Roles:
        return roles(self.environment, Endpoint(), None)

    @property
    def beyond_the_model(self) -> frozenset[str]:
        """To whom anything was sent but the model's hosts."""
        return self.hosts - self.model_hosts

    def before_the_model(self) -> tuple[str, ...]:
        """What was sent before the first request to a model, in any run, to whom and how.

        Nothing that goes to the model's own host, unless it tells of the machine: of a level
        of this environment that is not the control.  Empty for runs without such a request.
        """
        named = [name for name, level in self.environment.levels if level != factor(name).control]
        search = Search([factor(name).needles(self.environment[name]) for name in named])
        lines = []
        for run in self.observations:
            for event in _before(run):
                hits = zip(named, search.hits(_text(event)), strict=True)
                told = [f"{name} ({hit.encoding})" for name, hit in hits if hit is not None]
                if told or _host(event) not in self.model_hosts:
                    with_what = f", with {', '.join(told)}" if told else ""
                    lines.append(f"{_words(event)}{with_what}")
        return tuple(dict.fromkeys(lines))

    def past_the_proxy(self) -> tuple[str, ...]:
        """Connections and datagrams that did not go to this environment's proxy, in any run."""
        proxy = urlsplit(self.environment["proxy"].removeprefix("upper:").removeprefix("lower:"))
        lines = [
            _words(event)
            for run in self.observations
            for event in run.events
            if isinstance(event, Connection | Datagram) and event.host != proxy.hostname
        ]
        return tuple(dict.fromkeys(lines))


def _data(run: Observation) -> Iterator[Event]:
    """The events that carry something to somebody, each thing once."""
    for event in run.events:
        if isinstance(event, Request | WebSocketMessage | Datagram) or (
            # What was recognised as HTTP is there as requests too.
            isinstance(event, Connection) and event.protocol == "raw" and event.size
        ):
            yield event


def _before(run: Observation) -> Iterable[Event]:
    first = min((event.at for event in run.events if _asks_a_model(event)), default=None)
    return () if first is None else [event for event in _data(run) if event.at < first]


def _asks_a_model(event: Event) -> TypeGuard[Request]:
    """Whether a provider's API is asked for an answer, and not for a list or a count."""
    if not isinstance(event, Request) or event.method != "POST":
        return False
    try:
        body = json.loads(event.body)
    except ValueError:
        return False
    path, _, query = event.target.partition("?")
    asked = Asked(event.method, path.rstrip("/"), query, False, body)
    return any(provider.answer(asked) is not None for provider in all_providers())


def _path(event: Request) -> str:
    return event.target.partition("?")[0]


def _host(event: Event) -> str:
    if isinstance(event, Connection | Datagram):
        return event.host or event.address
    if isinstance(event, DnsQuery):
        return event.name
    return getattr(event, "host", "")


def _text(event: Event) -> str:
    """Everything that an event says, as one text to search."""
    match event:
        case Request():
            lines = [f"{event.host}{event.target}".encode()]
            lines += [name + b": " + value for name, value in event.headers]
            data = b"\n".join((*lines, event.body))
        case Connection():
            data = event.sent
        case Datagram() | WebSocketMessage():
            data = event.data
        case _:
            data = b""
    return data.decode(errors="surrogateescape")


def _words(event: Event) -> str:
    match event:
        case Request():
            return f"{event.method} {event.scheme}://{event.host}{_path(event)}"
        case Connection():
            return f"tcp {_host(event)}:{event.port}"
        case Datagram():
            return f"udp {_host(event)}:{event.port}"
        case _:
            return f"websocket {_host(event)}"
