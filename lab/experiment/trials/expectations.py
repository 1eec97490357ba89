"""What a normal run of a client contains, and what one trial lacks of it.

``[expects]`` of the profile says it.  By default a client whose profile names a provider's host
sends a request to the model there, under whatever host an endpoint puts in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from lab.clients.base_spec import build_endpoint
from lab.clients.profile import Client
from lab.environment import Environment
from lab.experiment.trials.host_roles import assign_roles
from lab.internet.models.conversation import TurnRequest
from lab.internet.models.providers import all_providers, list_protocols
from lab.internet.models.responder import make_provider_request
from lab.observation.features import HostRoles
from lab.observation.records import Connection, Observation, Request
from lab.observation.traffic import get_contacted_host

__all__ = ["NormalRun"]


class NormalRun:
    """The expectations of one client."""

    def __init__(self, client: Client) -> None:
        self._endpoint = build_endpoint(client)
        self._host = self._endpoint.host or urlsplit(self._endpoint.official or "").hostname
        self._protocols = client.profile.provider.protocols
        self._providers = [
            one for one in all_providers() if one.protocol in (self._protocols or list_protocols())
        ]
        self._expects = client.profile.expects

    @property
    def needs_provider(self) -> bool:
        """Whether a normal run has a request to the provider."""
        stated = self._expects.provider
        return stated if stated is not None else self._host is not None

    @property
    def exit_code(self) -> int:
        """The exit code of a client that did its work."""
        return self._expects.exit_code or 0

    def list_missing(
        self, environment: Environment, seen: Observation, *, anywhere: bool = False
    ) -> tuple[str, ...]:
        """What a normal run has and this one has not, in words that follow "it has no".

        Args:
            environment: The environment of the trial.
            seen: What was observed.
            anywhere: Accept a request to the model at another host than the provider's, as of a
                client that chooses its host by where it runs.
        """
        return tuple(self._list_missing(environment, seen, anywhere=anywhere))

    def _list_missing(
        self, environment: Environment, seen: Observation, *, anywhere: bool
    ) -> Iterator[str]:
        roles = assign_roles(environment, self._endpoint, self._host)
        if self.needs_provider or self._expects.tool_result:
            turns = list(self._list_turns(seen, roles, anywhere=anywhere))
            if self.needs_provider and not turns:
                yield f"request to the provider ({self._host or 'its host is unknown'})"
            if self._expects.tool_result and not any(turn.results for turn in turns):
                yield "tool result sent to the provider"
        code = self._expects.exit_code
        if code is not None and seen.exit.code != code:
            yield f"exit code {code}"
        if self._expects.hosts:
            contacted = {
                roles.name(event.host if isinstance(event, Request) else get_contacted_host(event))
                for event in seen.events
                if isinstance(event, Request | Connection)
            }
            for host in self._expects.hosts:
                if host.lower() not in contacted:
                    yield f"contact with {host}"

    def _list_turns(
        self, seen: Observation, roles: HostRoles, *, anywhere: bool
    ) -> Iterator[TurnRequest]:
        """The requests to the model at the provider's host, as its protocols read them."""
        for event in seen.events:
            if not isinstance(event, Request):
                continue
            is_there = self._host is None or roles.name(event.host) == self._host
            if not is_there and not anywhere:
                continue
            asked = make_provider_request(event)
            turns = [turn for one in self._providers if (turn := one.read_turn(asked)) is not None]
            is_cut = event.size > len(event.body) and event.method == "POST"
            if turns:
                yield turns[0]
            elif is_there and (not self._protocols or is_cut):
                # Without a protocol any request counts; a body that is cut off cannot be read.
                yield TurnRequest()
