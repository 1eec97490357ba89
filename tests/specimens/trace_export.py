"""Exports a trace in protocol buffers; a resource attribute names the host."""

import os

import _common


def varint(number):
    pieces = bytearray()
    while number > 0x7F:
        pieces.append(number & 0x7F | 0x80)
        number >>= 7
    pieces.append(number)
    return bytes(pieces)


def nested(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def fixed(field, value):
    return varint(field << 3 | 1) + value.to_bytes(8, "little")


def attribute(key, value):
    return nested(1, key.encode()) + nested(2, nested(1, value.encode()))


now = _common.milliseconds() * 1_000_000
span = nested(1, os.urandom(16)) + nested(2, os.urandom(8)) + nested(5, b"turn")
span += fixed(7, now) + fixed(8, now + 4_000_000)
resource = nested(1, attribute("service.name", "specimen"))
resource += nested(1, attribute("service.instance.id", _common.uuid()))
resource += nested(1, attribute("host.name", _common.hostname()))
scope = nested(1, nested(1, b"tracer")) + nested(2, span)
_common.ask()
_common.exchange(
    "POST",
    _common.TELEMETRY + "/v1/traces",
    [("Content-Type", "application/x-protobuf")],
    nested(1, nested(1, resource) + nested(2, scope)),
)
