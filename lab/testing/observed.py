"""What a subject sends in one environment, as a test sees it.

No trial runs before a result is needed.  The first access runs the first trial; further replicates
run when they are requested.
"""

from __future__ import annotations

from functools import cached_property

from lab.environment import Environment
from lab.errors import UsageError
from lab.factors.registry import control_environment, factors
from lab.findings.encodings.search import MIN_LENGTH, TextSearch
from lab.observation.features import HostRoles, extract_features
from lab.observation.records import (
    Connection,
    Datagram,
    DnsQuery,
    Event,
    Observation,
    ProxyHop,
    Request,
    WebSocketMessage,
)
from lab.observation.traffic import decode_body, get_contacted_host
from lab.observation.wire.layer_reader import LayerMessages
from lab.observation.wire.remainder import list_texts_beside_messages
from lab.testing.comparison import Comparison, compare
from lab.testing.comparison_cache import ComparisonCache
from lab.testing.subject_runner import SubjectRunner

__all__ = ["Observed"]


class Observed:
    """What a subject sends in one environment.  :func:`lab.observe` returns it.

    >>> import socket, urllib.request
    >>> def probe():
    ...     name = socket.gethostname().encode().hex()
    ...     urllib.request.urlopen("https://collect.example/start", data=name.encode())
    >>> seen = lab.observe(lab.control(hostname="juniper"), probe)
    >>> seen.requests[0].target, seen.requests[0].body
    ('/start', b'6a756e69706572')
    >>> "juniper" in seen.text, seen.sends("juniper")
    (False, True)

    Every attribute raises MachineError where no cell can be made, ClientError where the client
    cannot start, and UnmeasurableError where none of the levels that differ from the control
    reaches the client.  If only some of them reach it, the others are dropped.
    ``observation.exit`` is how the client ended.
    """

    def __init__(
        self, subject: SubjectRunner, environment: Environment, comparisons: ComparisonCache
    ) -> None:
        self.subject = subject
        self.environment = environment
        self._comparisons = comparisons

    def __repr__(self) -> str:
        varied = [
            f"{name}={text}"
            for name, text in self.environment.levels
            if text != factors()[name].control
        ]
        words = " ".join([self.subject.label, *varied])
        return f"<observed {words if len(words) < 150 else words[:147] + '…'}>"

    @property
    def observation(self) -> Observation:
        """Everything that the first trial sent, byte-exact, and how it ended."""
        return self.observations(1)[0]

    def observations(self, number: int) -> tuple[Observation, ...]:
        """The first ``number`` replicates, in order.

        Raises:
            UsageError: The number is below 1, or no level that differs reaches the client.
        """
        if number < 1:
            raise UsageError(f"observations are counted from 1, not {number}")
        # If no level reaches the client, the absence of a text in its traffic proves nothing.
        self.subject.require_measurable(control_environment(factors()), self.environment)
        return tuple(self.subject.observation(self.environment, n) for n in range(number))

    @property
    def requests(self) -> tuple[Request, ...]:
        """The HTTP requests, in order."""
        return tuple(event for event in self.observation.events if isinstance(event, Request))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host contacted or looked up, sorted; by name where it has one."""
        return tuple(sorted({get_contacted_host(event) for event in self.observation.events}))

    @cached_property
    def text(self) -> str:
        """Everything that was sent, as one text to search in.

        It has the requests with their headers and bodies, the names looked up, and other data sent
        over connections and in datagrams.  Compressed bodies are decompressed; bytes that are not
        UTF-8 are escaped.
        """
        messages = LayerMessages(self.observation)
        return "\n".join(_event_text(event, messages) for event in self.observation.events)

    def sends(self, text: str) -> bool:
        """Whether this text was sent, as it is or in a form that the lab knows.

        The search covers encodings (base64, hex, percent, …), digests also where they are
        truncated, other spellings of a name or number, compression, and each of these within
        another.  A digest of more than the text, or one with a key, is not found.

        Raises:
            UsageError: The text has fewer than three characters and could be sent by chance.
        """
        if len(text) < MIN_LENGTH:
            raise UsageError(f"{text!r} is too short to look for: it could be sent by chance")
        search = TextSearch([[text]])
        features = extract_features(self.observation, HostRoles())
        values = dict.fromkeys(value for found in features.values() for value in found)
        pointers = dict.fromkeys(location.pointer for location in features if location.pointer)
        return any(search.hits(value)[0] for value in (self.text, *values, *pointers))

    def indistinguishable_from(self, other: Observed) -> Comparison:
        """Whether nothing that is sent distinguishes these two environments.

        False only for what differs beyond noise in fresh, interleaved replicates of both;
        :mod:`lab.testing.pairwise_test` states the confidence.  Trials run at once; the same
        question always has the same answer.

        UnmeasurableError where nothing that differs reaches the client, ClientError where the
        client fails in both without having sent anything: neither is a pass.

        Raises:
            UsageError: The two are observations of different subjects.
        """
        if other.subject is not self.subject:
            raise UsageError(
                f"{self!r} and {other!r} are of two subjects; "
                "observe both environments with the same client"
            )
        return compare(self._comparisons, self.environment, other.environment)


def _event_text(event: Event, messages: LayerMessages) -> str:
    match event:
        case Request():
            lines = [f"{event.method} {event.scheme}://{event.host}:{event.port}{event.target}"]
            lines += [f"{_decode(name)}: {_decode(value)}" for name, value in event.headers]
            return "\n".join([*lines, "", _decode(decode_body(event))])
        case DnsQuery():
            return f"{event.type} {event.name}"
        case Connection():
            # The messages of recognised protocols are events of their own.
            address = f"{get_contacted_host(event)}:{event.port}"
            return "\n".join([*list_texts_beside_messages(event, messages)] or [address])
        case WebSocketMessage() | Datagram():
            return _decode(event.data)
        case ProxyHop():
            lines = [f"{event.scheme} {event.target}"]
            lines += [f"{_decode(name)}: {_decode(value)}" for name, value in event.headers]
            return "\n".join([*lines, event.credentials or ""])
        case _:
            return event.host


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
