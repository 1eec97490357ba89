"""How many bytes of each connection were understood, as what, and how many were not.

What is not understood is compared all the same, as it came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from lab.internet.models.providers import all_providers
from lab.internet.models.responder import make_provider_request
from lab.observation.records import Connection, Observation, Request
from lab.observation.traffic import get_contacted_host
from lab.observation.wire.layer_reader import LayerMessages, read_layers

__all__ = ["BytesSent", "count_bytes", "count_tool_results", "describe_bytes"]


_SHOWN = 400


class BytesSent(msgspec.Struct, frozen=True):
    """The bytes that one connection sent in clear text, proxies and tunnels included.

    ``understood`` says as what; ``remainder`` is what no reader understands, ``unrecorded`` what is
    beyond the limit of the recording.
    """

    connection: int
    host: str
    port: int
    size: int
    understood: Mapping[str, int]
    remainder: int
    unrecorded: int
    beginning: bytes
    """How the remainder begins."""


def count_bytes(observation: Observation) -> Iterator[BytesSent]:
    """Yield the bytes of each connection that sent any, in order of connection."""
    messages = LayerMessages(observation)
    for event in observation.events:
        if not isinstance(event, Connection) or not event.size:
            continue
        understood: Counter[str] = Counter()
        beginning = b""
        for each in read_layers(event, messages):
            understood.update(each.reading.count_bytes())
            for start, end in each.reading.list_gaps():
                beginning = (beginning + each.data[start:end])[:_SHOWN]
        yield BytesSent(
            connection=event.connection,
            host=get_contacted_host(event),
            port=event.port,
            size=event.size,
            understood=dict(understood),
            remainder=len(event.sent) - understood.total(),
            unrecorded=event.size - len(event.sent),
            beginning=beginning,
        )


def describe_bytes(observation: Observation) -> Iterator[str]:
    """Yield a line for each connection that sent any bytes, and how its remainder begins."""
    for sent in count_bytes(observation):
        words = [f"{count:,} {name}" for name, count in sent.understood.items()]
        if sent.remainder:
            words.append(f"{sent.remainder:,} not understood")
        if sent.unrecorded:
            words.append(f"{sent.unrecorded:,} not recorded")
        line = f"{sent.host}:{sent.port}  {sent.size:,} bytes: {', '.join(words)}"
        text = sent.beginning.decode("utf-8", "backslashreplace")
        yield f"{line}: {text}" if text else line


def count_tool_results(observation: Observation) -> int:
    """The largest number of tool results in a request to a model: 0 where no tool was called."""
    providers = tuple(all_providers())
    return max(
        (
            turn.results
            for event in observation.events
            if isinstance(event, Request) and event.method == "POST"
            for asked in [make_provider_request(event)]
            for provider in providers
            if (turn := provider.read_turn(asked)) is not None
        ),
        default=0,
    )
