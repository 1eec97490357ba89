"""Features of connections: handshakes, proxies, and the bytes around messages."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from lab.observation.location import Location
from lab.observation.parts import MessagePart
from lab.observation.records import ClientHello, Connection, ConnectionLayer, ProxyHop
from lab.observation.roles import HostRoles, locate_message, locate_path
from lab.observation.text.rendering import render_bytes
from lab.observation.traffic import get_contacted_host, split_host
from lab.observation.wire.hello import GREASE, list_hello_fields
from lab.observation.wire.layer_reader import LayerMessages, read_layers
from lab.observation.wire.reading import TUNNEL
from lab.observation.wire.tls_records import read_tls_records

__all__ = ["list_connection_features", "list_hello_features", "list_hop_features"]


def list_hello_features(hello: ClientHello, roles: HostRoles) -> Iterator[tuple[Location, str]]:
    """What a handshake offers."""
    base = Location("tls", roles.name(hello.host))
    fields: dict[MessagePart, tuple[int, ...]] = {
        MessagePart.VERSIONS: hello.versions,
        MessagePart.CIPHERS: hello.ciphers,
        MessagePart.EXTENSIONS: hello.extensions,
        MessagePart.GROUPS: hello.groups,
        MessagePart.SIGNATURE_ALGORITHMS: hello.signature_algorithms,
    }
    for part, numbers in fields.items():
        words = ["GREASE" if number in GREASE else f"{number:04x}" for number in numbers]
        yield base.with_part(part), " ".join(words)
    yield base.with_part(MessagePart.ALPN), " ".join(hello.alpn)
    yield base.with_part(MessagePart.HELLO), "sent"
    for pointer, value in list_hello_fields(hello):
        yield base.with_part(MessagePart.HELLO_FIELD, pointer), value
    reading = read_tls_records(hello.wire)
    for fact in reading.facts:
        yield base.with_part(fact.part, fact.pointer), fact.value
    for start, end in reading.list_gaps():
        yield base.with_part(MessagePart.DATA), hello.wire[start:end].hex()


def list_connection_features(
    connection: Connection, messages: LayerMessages, roles: HostRoles
) -> Iterator[tuple[Location, str]]:
    """What the bytes of a connection say besides its messages, and what nothing understands.

    Args:
        connection: The record of the connection.
        messages: The records of all messages of the observation.
        roles: The names under which hosts are reported.
    """
    if not connection.sent:
        if connection.protocol in ("raw", "none"):
            host = roles.peer(get_contacted_host(connection), connection.port)
            yield Location("tcp", host, path=f":{connection.port}", part=MessagePart.DATA), ""
        return
    tunnels = iter(messages.list_tunnels(connection.connection))
    for each in read_layers(connection, messages):
        requests = messages.list_requests(connection.connection, each.number)
        own = _locate_layer(each.layer, roles)
        tunnel: Location | None = None
        for fact in each.reading.facts:
            if fact.message == TUNNEL:
                tunnel = tunnel or _locate_tunnel(next(tunnels, None), own, roles)
                base = tunnel
            else:
                base = (
                    own if fact.message is None else locate_message(requests[fact.message], roles)
                )
            yield base.with_part(fact.part, fact.pointer), fact.value
        host = roles.peer(each.layer.host, each.layer.port)
        rest = Location("tcp", host, path=f":{each.layer.port}", part=MessagePart.DATA)
        for start, end in each.reading.list_gaps():
            yield rest, render_bytes(each.data[start:end])


def _locate_layer(layer: ConnectionLayer, roles: HostRoles) -> Location:
    """The location of what concerns a layer as a whole."""
    host = roles.name(layer.host)
    match layer.protocol:
        case "websocket":
            return Location("websocket", host, path=locate_path(layer.host, layer.target, roles))
        case "tls":
            return Location("tls", host)
        case _:
            return Location("http", host)


def _locate_tunnel(hop: ProxyHop | None, own: Location, roles: HostRoles) -> Location:
    """The location of what concerns a tunnel: the host behind it."""
    host = own.host if hop is None else roles.name(split_host(hop.target))
    return Location("http", host, "CONNECT")


def list_hop_features(hop: ProxyHop, roles: HostRoles) -> Iterator[tuple[Location, str]]:
    """What a proxy is asked for, and what it is sent besides."""
    proxy = roles.name(split_host(hop.proxy))
    target = roles.name(split_host(hop.target))
    yield Location("http", target, part=MessagePart.PROXY_REQUEST, pointer=hop.scheme), proxy
    port = hop.target[len(split_host(hop.target)) :]
    if hop.scheme == "connect" and port != ":443":
        pointer = f"{hop.scheme} target"
        yield Location("http", target, part=MessagePart.PROXY_REQUEST, pointer=pointer), port
    if hop.credentials is not None:
        login = "(configured)" if hop.credentials in roles.logins else hop.credentials
        yield Location("http", target, part=MessagePart.PROXY_LOGIN, pointer=hop.scheme), login
    for name, value in hop.headers:
        lower = name.decode("latin-1").lower()
        text = value.decode("utf-8", "backslashreplace")
        if lower == "proxy-authorization":
            # The login itself is above.
            lower, text = f"{lower}/(form)", _describe_login_form(value, hop.credentials or "")
        elif lower == "host":
            if text == hop.target or hop.scheme == "http":
                continue
            text = "without the port" if text == split_host(hop.target) else text
        yield Location("http", target, part=MessagePart.PROXY_HEADER, pointer=lower), text


def _describe_login_form(value: bytes, credentials: str) -> str:
    """How a login is written: its scheme, and the token where it is not as usual."""
    scheme, _, token = value.partition(b" ")
    if token == base64.b64encode(credentials.encode("latin-1", "replace")):
        return scheme.decode("latin-1")
    return "no base64" if value.decode("latin-1") == credentials else value.decode("latin-1")
