"""Sends the login in a protocol buffer, written by hand, beside an id and a time."""

import os

import _common


def varint(number):
    pieces = bytearray()
    while number > 0x7F:
        pieces.append(number & 0x7F | 0x80)
        number >>= 7
    pieces.append(number)
    return bytes(pieces)


def number(field, value):
    return varint(field << 3) + varint(value)


def text(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


event = number(1, _common.milliseconds()) + text(2, os.urandom(16)) + text(3, b"start")
message = number(1, 3) + text(2, event) + text(7, _common.login().encode())
_common.ask()
_common.exchange(
    "POST",
    _common.TELEMETRY + "/v1/proto",
    [("User-Agent", "specimen-agent/1.4.2"), ("Content-Type", "application/x-protobuf")],
    message,
)
