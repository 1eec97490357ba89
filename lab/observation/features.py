"""Observation → features: every comparable piece of what one trial sent.

A feature is a :class:`Location` and its values, in order.  Nothing is
normalised: values are kept to the last code point.  Two things are left out because they
only repeat what stands elsewhere: ``Content-Length`` where it is the body's true length,
and ``Host`` where it names the server connected to.  What an HTTP/1 connection sent that no
server could read is kept as it came.

**Roles.**  Where an environment names a host (the model endpoint, a proxy), the traffic
that follows is a consequence of routing.  :class:`HostRoles` translates such hosts to one name,
so that what is said to the endpoint can be compared although it moved; *where* it went is
a feature of its own, in the part ``route``.  Likewise the name servers that an environment
configures are one name: what shows is a client that asks another.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

import msgspec

from lab.observation.content_encoding import decode_layers
from lab.observation.documents.body import flatten_body
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
from lab.observation.style.compression_headers import read_compression_headers
from lab.observation.style.dns_query import describe_letter_case, read_query_style
from lab.observation.style.escapes import describe_form_escapes, describe_percent_escapes
from lab.observation.style.http1_head import (
    describe_chunks,
    describe_head_spacing,
    find_heads,
    group_by_connection,
)
from lab.observation.style.serialization import (
    describe_form_style,
    normalise_path,
    parse_form,
    parse_written_form,
)
from lab.observation.text.masks import is_identifier_like
from lab.observation.text.rendering import render_bytes
from lab.observation.traffic import get_contacted_host, join_header, split_host

__all__ = ["RESOLVER", "Features", "HostRoles", "extract_features"]

Features = Mapping[Location, tuple[str, ...]]

RESOLVER = "(resolver)"
"""Stands for each name server that the environment configures."""

_WRAPPED = re.compile(r"\S{12,}")
"""A value of a body that may hold a document: prose has blanks, and less is none."""

_DNS_PORT = 53
_NAME_SERVICE = frozenset({_DNS_PORT, 853})
_GREASE = frozenset(0x0A0A + 0x1010 * step for step in range(16))


class HostRoles(msgspec.Struct, frozen=True):
    """Which hosts stand for what in one environment.

    ``names`` maps a host to the name that it is reported under.  ``prefixes`` maps an
    endpoint's host to the path prefix configured for it, replaced by ``official_prefix``.
    """

    names: Mapping[str, str] = {}
    prefixes: Mapping[str, str] = {}
    official_prefix: str = ""
    resolvers: frozenset[str] = frozenset()
    """Addresses of the name servers that the environment configures."""

    def name(self, host: str) -> str:
        """The name under which this host is reported."""
        return self.names.get(host, host)

    def path(self, host: str, path: str) -> str:
        """The path without the prefix that the environment style before it."""
        prefix = self.prefixes.get(host, "")
        if prefix and (path == prefix or path.startswith(prefix + "/")):
            return self.official_prefix + path[len(prefix) :] or "/"
        return path

    def peer(self, host: str, port: int) -> str:
        """The name of a host at this port: a configured name server has a role of its own."""
        resolves = port in _NAME_SERVICE and host in self.resolvers
        return RESOLVER if resolves else self.name(host)


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
    spoken = group_by_connection(
        event for event in observation.events if isinstance(event, Request)
    )
    for event in observation.events:
        match event:
            case Request():
                base = locate_message(event, roles)
                order.append(f"{event.method} {base.host}{base.path}")
                yield from _request(event, base, roles)
            case DnsQuery():
                yield from _dns(event, roles)
            case ClientHello():
                yield from _hello(event, roles)
            case TlsFailure():
                yield (
                    Location("tls", roles.name(event.host), part=MessagePart.FAILURE),
                    event.reason,
                )
            case Connection():
                requests = spoken.get(event.connection, [])
                yield from _connection(event, requests, roles)
            case ProxyHop():
                yield from _hop(event, roles)
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


def locate_message(request: Request, roles: HostRoles) -> Location:
    """The location of a request, under the names that its environment's roles give."""
    return Location(
        "http", roles.name(request.host), request.method, _path(request.host, request.target, roles)
    )


def _path(host: str, target: str, roles: HostRoles) -> str:
    """The path of a target, words that look like identifiers blanked."""
    path = normalise_path(roles.path(host, target.partition("?")[0]))
    return "/".join("{id}" if is_identifier_like(word) else word for word in path.split("/"))


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
    archive = body if body.startswith(b"PK") else b""
    for pointer, value in read_compression_headers(layers, archive):
        yield base.with_part(MessagePart.PACKING, pointer), value
    leaves = flatten_body(body, join_header(request, b"content-type"))
    if layers:
        leaves.append(describe_exact_bytes("", leaves, request.body))
    yield from _leaves(base, leaves)


def _leaves(base: Location, leaves: Iterable[Leaf]) -> Iterator[tuple[Location, str]]:
    for leaf in leaves:
        yield base.with_part(leaf.part, leaf.pointer), leaf.value
        if leaf.part == MessagePart.BODY and _WRAPPED.fullmatch(leaf.value):
            for inner in find_embedded_leaves(leaf.value):
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
        if request.version != "2":
            yield base.with_part(MessagePart.HEADER_CASE, lower), name
        value = raw_value.decode("utf-8", "backslashreplace")
        if lower == "content-length" and value == str(request.size):
            continue
        if lower in ("host", ":authority") and value in authority:
            continue
        if lower in (":path", ":scheme", ":method"):
            continue
        yield base.with_part(MessagePart.HEADER, lower), value
        yield from _inside(base, MessagePart.HEADER, lower, value)
    yield base.with_part(MessagePart.HEADER_ORDER), "\n".join(order)


def _dns(query: DnsQuery, roles: HostRoles) -> Iterator[tuple[Location, str]]:
    """Name and type of a query, its name server, transport, letter case and options.

    Nothing of it depends on how often it was asked, nor on which of two answers came first.
    """
    name = roles.name(query.name)
    base = Location("dns", name)
    yield base.with_part(MessagePart.QUERY), f"{name} {query.type}"
    yield base.with_part(MessagePart.RESOLVER), roles.peer(query.resolver, _DNS_PORT)
    yield base.with_part(MessagePart.TRANSPORT), query.transport
    if (style := read_query_style(query.raw)) is None:
        return
    for sent in style.names:
        if sent.lower() == query.name:
            yield base.with_part(MessagePart.QUERY_CASE), describe_letter_case(sent)
    yield base.with_part(MessagePart.QUERY_OPTIONS), style.summary
    for pointer, value in style.contents:
        yield base.with_part(MessagePart.QUERY_OPTIONS, pointer), value


def _hello(hello: ClientHello, roles: HostRoles) -> Iterator[tuple[Location, str]]:
    base = Location("tls", roles.name(hello.host))
    fields: dict[MessagePart, tuple[int, ...]] = {
        MessagePart.VERSIONS: hello.versions,
        MessagePart.CIPHERS: hello.ciphers,
        MessagePart.EXTENSIONS: hello.extensions,
        MessagePart.GROUPS: hello.groups,
        MessagePart.SIGNATURE_ALGORITHMS: hello.signature_algorithms,
    }
    for part, numbers in fields.items():
        words = ["GREASE" if number in _GREASE else f"{number:04x}" for number in numbers]
        yield base.with_part(part), " ".join(words)
    yield base.with_part(MessagePart.ALPN), " ".join(hello.alpn)
    yield base.with_part(MessagePart.HELLO), "sent"


def _connection(
    connection: Connection, requests: list[Request], roles: HostRoles
) -> Iterator[tuple[Location, str]]:
    host = roles.peer(get_contacted_host(connection), connection.port)
    location = Location("tcp", host, path=f":{connection.port}", part=MessagePart.DATA)
    if connection.protocol in ("raw", "none"):
        yield location, render_bytes(connection.sent)
        return
    end: int | None = 0 if not requests else None
    for request, head in zip(requests, find_heads(connection.sent, requests), strict=False):
        base = locate_message(request, roles)
        for name, spacing in describe_head_spacing(head.text):
            if not (request.via and name.startswith("proxy-")):
                yield base.with_part(MessagePart.HEADER_SPACING, name), spacing
        end = head.body + request.size
        if "chunked" in join_header(request, b"transfer-encoding").lower():
            chunks, end = describe_chunks(connection.sent, head.body)
            for name, value in chunks:
                yield base.with_part(MessagePart.HEADER_SPACING, f"(chunks)/{name}"), value
        end = end if request is requests[-1] and request.complete else None
    unread = connection.sent[end:] if end is not None else b""
    if connection.protocol == "http/1.1" and unread:
        yield location, render_bytes(unread)


def _hop(hop: ProxyHop, roles: HostRoles) -> Iterator[tuple[Location, str]]:
    proxy = roles.name(split_host(hop.proxy))
    target = roles.name(split_host(hop.target))
    yield Location("http", target, part=MessagePart.PROXY_REQUEST, pointer=hop.scheme), proxy
    for name, value in hop.headers:
        lower = name.decode("latin-1").lower()
        if lower not in ("host", "proxy-authorization", "content-length"):
            text = value.decode("utf-8", "backslashreplace")
            yield Location("http", target, part=MessagePart.PROXY_HEADER, pointer=lower), text


def _message_leaves(message: WebSocketMessage, roles: HostRoles) -> Iterator[tuple[Location, str]]:
    path = _path(message.host, message.target, roles)
    base = Location("websocket", roles.name(message.host), path=path)
    yield base.with_part(MessagePart.MESSAGE), "sent"
    yield from _leaves(base, flatten_body(message.data, ""))
