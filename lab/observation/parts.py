"""The parts of a message, and what each of them is.

A part is one component of a message: its body, its headers, the order of its headers.  The
members of :class:`MessagePart` are strings, so stored observations, reports and policies hold the
plain words.  What a part is stands in one table, :data:`TRAITS`; the sets below are read from it.
To add a part, add a member and, where it is no plain text, a line of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec

__all__ = [
    "CONDITIONAL_PARTS",
    "DOCUMENT_PARTS",
    "INVISIBLE_PARTS",
    "MANNER_PARTS",
    "MESSAGE_PARTS",
    "ORDER_PARTS",
    "ROUTE_PARTS",
    "TRAITS",
    "UNCOUNTED_PARTS",
    "MessagePart",
    "PartTraits",
]


class MessagePart(StrEnum):
    """A component of a message; the value is the word that reports and policies use."""

    REQUEST = "request"
    ROUTE = "route"
    REQUEST_ORDER = "request order"
    PROTOCOL = "protocol"
    PATH = "path"
    QUERY = "query"
    QUERY_ORDER = "query order"
    HEADER = "header"
    HEADER_ORDER = "header order"
    HEADER_CASE = "header case"
    HEADER_SPACING = "header spacing"
    PACKING = "packing"
    PROXY_REQUEST = "proxy request"
    PROXY_HEADER = "proxy header"
    BODY = "body"
    PLACEMENT = "placement"
    KEY_ORDER = "key order"
    ELEMENT_ORDER = "element order"
    EXACT_BYTES = "exact bytes"
    WRITING = "writing"
    TIMING = "timing"
    MESSAGE = "message"
    QUERY_CASE = "query case"
    QUERY_OPTIONS = "query options"
    RESOLVER = "resolver"
    TRANSPORT = "transport"
    HELLO = "hello"
    HELLO_FIELD = "hello field"
    VERSIONS = "versions"
    CIPHERS = "ciphers"
    EXTENSIONS = "extensions"
    GROUPS = "groups"
    SIGNATURE_ALGORITHMS = "signature algorithms"
    ALPN = "alpn"
    FAILURE = "failure"
    DATA = "data"
    TRAILER = "trailer"
    PING = "ping"
    PONG = "pong"
    CLOSE = "close"
    FRAME = "frame"
    FRAMING = "framing"
    TARGET_FORM = "target form"
    PROXY_LOGIN = "proxy login"
    STATUS = "status"
    REFUSED = "refused"


class PartTraits(msgspec.Struct, frozen=True, kw_only=True):
    """What a part is.  Without any trait it is a text, compared value by value."""

    whole_message: bool = False
    """The part says that a message was sent, and how often."""
    order: bool = False
    """The value lists names, one a line, in the order in which they were sent."""
    route: bool = False
    """The part says where traffic goes; its values are compared as a set."""
    manner: bool = False
    """The part says how something is written or sent, so it comes and goes with its contents."""
    invisible: bool = False
    """A reader of the message does not notice a difference in this part."""
    uncounted: bool = False
    """The set of its values is one value: how often each occurs depends on the contents."""
    document: bool = False
    """The pointer leads into a structured document, in which arrays can hold elements."""
    conditional: bool = False
    """The value is two digests: of what other parts say, and of the bytes that say it.

    The second is compared where the first is the same.
    """


TRAITS: Mapping[MessagePart, PartTraits] = MappingProxyType(
    dict.fromkeys(MessagePart, PartTraits())
    | {
        MessagePart.REQUEST: PartTraits(whole_message=True),
        MessagePart.MESSAGE: PartTraits(whole_message=True),
        MessagePart.HELLO: PartTraits(whole_message=True),
        MessagePart.REQUEST_ORDER: PartTraits(order=True, invisible=True),
        MessagePart.HEADER_ORDER: PartTraits(order=True, invisible=True),
        MessagePart.QUERY_ORDER: PartTraits(order=True, invisible=True),
        MessagePart.KEY_ORDER: PartTraits(order=True, invisible=True, document=True),
        MessagePart.ELEMENT_ORDER: PartTraits(order=True, invisible=True, document=True),
        MessagePart.EXACT_BYTES: PartTraits(manner=True, invisible=True, conditional=True),
        MessagePart.ROUTE: PartTraits(route=True),
        MessagePart.PROXY_REQUEST: PartTraits(route=True),
        MessagePart.PROXY_HEADER: PartTraits(route=True),
        MessagePart.HEADER_CASE: PartTraits(manner=True, invisible=True),
        MessagePart.HEADER_SPACING: PartTraits(manner=True, invisible=True, uncounted=True),
        MessagePart.WRITING: PartTraits(manner=True, invisible=True, uncounted=True),
        MessagePart.QUERY_CASE: PartTraits(manner=True, invisible=True),
        MessagePart.QUERY_OPTIONS: PartTraits(manner=True),
        MessagePart.RESOLVER: PartTraits(manner=True),
        MessagePart.TRANSPORT: PartTraits(manner=True),
        MessagePart.PACKING: PartTraits(invisible=True),
        # How many frames there are depends on connections and on timing.
        MessagePart.FRAME: PartTraits(invisible=True, uncounted=True),
        MessagePart.PING: PartTraits(uncounted=True),
        MessagePart.PONG: PartTraits(uncounted=True),
        MessagePart.CLOSE: PartTraits(uncounted=True),
        MessagePart.FRAMING: PartTraits(manner=True, invisible=True, uncounted=True),
        MessagePart.TARGET_FORM: PartTraits(route=True),
        MessagePart.PROXY_LOGIN: PartTraits(route=True),
        MessagePart.BODY: PartTraits(document=True),
    }
)


def _select(trait: str) -> frozenset[MessagePart]:
    return frozenset(part for part, traits in TRAITS.items() if getattr(traits, trait))


MESSAGE_PARTS = _select("whole_message")
ORDER_PARTS = _select("order")
ROUTE_PARTS = _select("route")
MANNER_PARTS = _select("manner")
INVISIBLE_PARTS = _select("invisible")
UNCOUNTED_PARTS = _select("uncounted")
DOCUMENT_PARTS = _select("document")
CONDITIONAL_PARTS = _select("conditional")
