"""Observation → features: every comparable piece of what one trial sent.

A feature is a :class:`Location` and its values, in order.  Nothing is
normalised: values are kept to the last code point.  Two things are left out because they
only repeat what stands elsewhere: ``Content-Length`` where it is the body's true length,
and ``Host`` where it names the server connected to.  What of a connection no reader understands
(:mod:`lab.observation.wire`) is kept as it came, in the part ``data``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from lab.observation.content_encoding import decode_layers
from lab.observation.documents.body import flatten_body
from lab.observation.documents.budget import Budget
from lab.observation.documents.embedded import find_embedded_leaves
from lab.observation.documents.leaf import Leaf, describe_exact_bytes
from lab.observation.location import Location
from lab.observation.parts import UNCOUNTED_PARTS, MessagePart
from lab.observation.records import (
    ClientHello,
    Connection,
    Datagram,
    DnsQuery,
    Observation,
    ProxyHop,
    Request,
    TlsFailure,
    WebSocketMessage,
)
from lab.observation.roles import DNS_PORT, RESOLVER, HostRoles, locate_message, locate_path
from lab.observation.style.compression_headers import read_compression_headers
from lab.observation.style.dns_query import describe_letter_case, read_query_style
from lab.observation.style.escapes import describe_form_escapes, describe_percent_escapes
from lab.observation.style.serialization import (
    describe_form_style,
    parse_form,
    parse_written_form,
)
from lab.observation.text.rendering import render_bytes
from lab.observation.traffic import get_contacted_host, join_header
from lab.observation.wire.connection_features import (
    list_connection_features,
    list_hello_features,
    list_hop_features,
)
from lab.observation.wire.layer_reader import LayerMessages

__all__ = ["RESOLVER", "Features", "HostRoles", "extract_features"]

Features = Mapping[Location, tuple[str, ...]]

_WRAPPED = re.compile(r"\S{12,}")
"""A value of a body that may hold a document: prose has blanks, and less is none."""

_MOST_UNPACKED = 8 << 20
"""Bytes that all values of a body may be unpacked to."""


def extract_features(observation: Observation, roles: HostRoles) -> Features:
    """The features of one observation, by location, each with its values in order."""
    found: dict[Location, list[str]] = defaultdict(list)
    for location, value in _walk(observation, roles):
        found[location].append(value)
    return {
        location: ("\n".join(sorted(set(values))),)
        if location.part in UNCOUNTED_PARTS
        else tuple(values)
        for location, values in found.items()
    }


def _walk(observation: Observation, roles: HostRoles) -> Iterator[tuple[Location, str]]:
    order: list[str] = []
    messages = LayerMessages(observation)
    for event in observation.events:
        match event:
            case Request():
                base = locate_message(event, roles)
                order.append(f"{event.method} {base.host}{base.path}")
                yield from _request(event, base, roles)
            case DnsQuery():
                yield from _dns(event, roles)
            case ClientHello():
                yield from list_hello_features(event, roles)
            case TlsFailure():
                yield (
                    Location("tls", roles.name(event.host), part=MessagePart.FAILURE),
                    event.reason,
                )
            case Connection():
                yield from list_connection_features(event, messages, roles)
            case ProxyHop():
                yield from list_hop_features(event, roles)
            case WebSocketMessage():
                yield from _message_leaves(event, roles)
            case Datagram():
                host = roles.peer(get_contacted_host(event), event.port)
                base = Location("udp", host, path=f":{event.port}")
                yield base.with_part(MessagePart.DATA), render_bytes(event.data)
    if order:
        yield Location("http", part=MessagePart.REQUEST_ORDER), "\n".join(order)
    end = observation.exit
    status = f"signal {end.signal}" if end.signal is not None else f"code {end.code}"
    yield Location("exit", part=MessagePart.STATUS), f"{end.verdict}, {status}"
    for what in end.refused:
        yield Location("exit", part=MessagePart.REFUSED, pointer=what), "asked for"


def _request(request: Request, base: Location, roles: HostRoles) -> Iterator[tuple[Location, str]]:
    yield base.with_part(MessagePart.REQUEST), "sent"
    route = f"{request.scheme}://{request.host}:{request.port}"
    via = "".join(f" via {proxy}" for proxy in request.via)
    yield Location("http", base.host, part=MessagePart.ROUTE), route + via
    yield base.with_part(MessagePart.PROTOCOL), f"HTTP/{request.version}"
    path, _, query = request.target.partition("?")
    path = roles.path(request.host, path)
    for index, (word, shown) in enumerate(
        zip(path.split("/"), (base.path or "").split("/"), strict=True)
    ):
        if shown == "{id}":
            yield base.with_part(MessagePart.PATH, str(index)), word
            yield from _inside(base, MessagePart.PATH, str(index), unquote(word))
    for pointer, way in describe_percent_escapes(("path", word) for word in path.split("/")):
        yield base.with_part(MessagePart.WRITING, pointer), way
    if query:
        pairs = parse_form(query)
        yield base.with_part(MessagePart.WRITING, "query"), describe_form_style(query)
        for pointer, way in describe_form_escapes("query", parse_written_form(query)):
            yield base.with_part(MessagePart.WRITING, pointer), way
        yield base.with_part(MessagePart.QUERY_ORDER), "\n".join(name for name, _ in pairs)
        for name, value in pairs:
            yield base.with_part(MessagePart.QUERY, name), value
            yield from _inside(base, MessagePart.QUERY, name, value)
    yield from _headers(request, base)
    body, layers = decode_layers(request.body, join_header(request, b"content-encoding"))
    for pointer, value in read_compression_headers(layers, b""):
        yield base.with_part(MessagePart.PACKING, pointer), value
    leaves = flatten_body(body, join_header(request, b"content-type"), request.target)
    if layers:
        leaves.append(describe_exact_bytes("", leaves, request.body))
    yield from _leaves(base, leaves)


def _leaves(base: Location, leaves: Iterable[Leaf]) -> Iterator[tuple[Location, str]]:
    budget = Budget(_MOST_UNPACKED)
    for leaf in leaves:
        yield base.with_part(leaf.part, leaf.pointer), leaf.value
        if leaf.part == MessagePart.BODY and _WRAPPED.fullmatch(leaf.value):
            for inner in find_embedded_leaves(leaf.value, budget=budget):
                yield base.with_part(inner.part, leaf.pointer + inner.pointer), inner.value


def _inside(
    base: Location, part: MessagePart, pointer: str, value: str
) -> Iterator[tuple[Location, str]]:
    """The leaves of a document that a value of a message holds."""
    for leaf in find_embedded_leaves(value, pairs=pointer == "cookie"):
        own = leaf.part == MessagePart.BODY
        inner = f"{pointer}{leaf.pointer}" if own else f"{part}/{pointer}{leaf.pointer}"
        yield base.with_part(part if own else leaf.part, inner), leaf.value


def _headers(request: Request, base: Location) -> Iterator[tuple[Location, str]]:
    order: list[str] = []
    implied = {":path": request.target, ":scheme": request.scheme, ":method": request.method}
    host = f"[{request.host}]" if ":" in request.host else request.host
    authority = {request.host, host, f"{host}:{request.port}"}
    for raw_name, raw_value in request.headers:
        name = raw_name.decode("latin-1")
        lower = name.lower()
        if request.via and lower.startswith("proxy-"):
            # Addressed to the proxy, which takes it out; its login is the level's own.
            if lower != "proxy-authorization":
                value = raw_value.decode("utf-8", "backslashreplace")
                yield (
                    Location("http", base.host, part=MessagePart.PROXY_HEADER, pointer=lower),
                    value,
                )
            continue
        order.append(lower)
        if request.version.startswith("1."):
            yield base.with_part(MessagePart.HEADER_CASE, lower), name
        value = raw_value.decode("utf-8", "backslashreplace")
        if lower == "content-length" and value == str(request.size):
            continue
        if lower in ("host", ":authority") and value in authority:
            yield base.with_part(MessagePart.WRITING, lower), _describe_port(value, request)
            continue
        if implied.get(lower) == value:
            continue
        yield base.with_part(MessagePart.HEADER, lower), value
        yield from _inside(base, MessagePart.HEADER, lower, value)
    yield base.with_part(MessagePart.HEADER_ORDER), "\n".join(order)


def _describe_port(authority: str, request: Request) -> str:
    """Whether a port that is the scheme's own is written, or another is not."""
    is_written = authority.endswith(f":{request.port}") and not authority.endswith(request.host)
    is_default = request.port == (443 if request.scheme == "https" else 80)
    if is_written == is_default:
        return "with its port" if is_written else "without its port"
    return "port as usual"


def _dns(query: DnsQuery, roles: HostRoles) -> Iterator[tuple[Location, str]]:
    """Name and type of a query, its name server, transport, letter case and options.

    Nothing of it depends on how often it was asked, nor on which of two answers came first.
    """
    name = roles.name(query.name)
    base = Location("dns", name)
    yield base.with_part(MessagePart.QUERY), f"{name} {query.type}"
    yield base.with_part(MessagePart.RESOLVER), roles.peer(query.resolver, DNS_PORT)
    yield base.with_part(MessagePart.TRANSPORT), query.transport
    # One location for all queries: the ids of resolvers are random (RFC 5452).
    yield Location("dns", part=MessagePart.QUERY_OPTIONS, pointer="id"), query.raw[:2].hex()
    if (style := read_query_style(query.raw)) is None:
        return
    for sent in style.names:
        if sent.lower() == query.name:
            yield base.with_part(MessagePart.QUERY_CASE), describe_letter_case(sent)
    yield base.with_part(MessagePart.QUERY_OPTIONS), style.summary
    for pointer, value in style.contents:
        yield base.with_part(MessagePart.QUERY_OPTIONS, pointer), value


def _message_leaves(message: WebSocketMessage, roles: HostRoles) -> Iterator[tuple[Location, str]]:
    path = locate_path(message.host, message.target, roles)
    base = Location("websocket", roles.name(message.host), path=path)
    yield base.with_part(MessagePart.MESSAGE), "sent"
    yield from _leaves(base, flatten_body(message.data, ""))
