"""A query to a name server as the C library writes it, and what it reads from the answer.

Source: RFC 1035, section 4.
"""

from __future__ import annotations

import ipaddress
import os
import struct
from collections.abc import Iterator

__all__ = ["AAAA", "PTR", "A", "addresses", "names", "question"]

A, PTR, AAAA = 1, 12, 28
ONE_QUESTION = struct.pack("!5H", 0x0100, 1, 0, 0, 0)
"""Recursion desired, and nothing but a question."""


def question(name: str, kind: int) -> bytes:
    """The message that asks for records of this kind; ValueError for what is no name."""
    labels = [label.encode("ascii") for label in name.split(".")]
    if not all(0 < len(label) < 64 for label in labels) or len(name) > 253:
        raise ValueError(f"{name!r} is no name")
    packed = b"".join(bytes((len(label),)) + label for label in labels)
    return os.urandom(2) + ONE_QUESTION + packed + struct.pack("!BHH", 0, kind, 1)


def addresses(message: bytes, kind: int) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """The addresses in an answer, ``kind`` being A or AAAA; ValueError where it is cut off."""
    for start, end in _records(message, kind):
        yield ipaddress.ip_address(message[start:end])


def names(message: bytes) -> Iterator[str]:
    """The names in an answer to a question for PTR; ValueError where it is cut off."""
    for start, _ in _records(message, PTR):
        yield _name(message, start)[0]


def _records(message: bytes, kind: int) -> Iterator[tuple[int, int]]:
    """Where the data of the answer's records of this kind stand."""
    try:
        _, _, questions, answers, _, _ = struct.unpack_from("!6H", message)
        at = 12
        for _ in range(questions):
            at = _name(message, at)[1] + 4
        for _ in range(answers):
            at = _name(message, at)[1]
            found, _, _, length = struct.unpack_from("!HHIH", message, at)
            at += 10
            if found == kind:
                yield at, at + length
            at += length
    except (IndexError, struct.error) as error:
        raise ValueError("the name server's answer is cut off") from error


def _name(message: bytes, at: int) -> tuple[str, int]:
    """A name, which may go on elsewhere in the message, and where it ends here."""
    labels: list[str] = []
    end = None
    while length := message[at]:
        if length >= 0xC0:
            end = end or at + 2
            at = (length & 0x3F) << 8 | message[at + 1]
            if len(labels) > 127:
                raise IndexError(at)
        else:
            labels.append(message[at + 1 : at + 1 + length].decode("ascii", "replace"))
            at += 1 + length
    return ".".join(labels), end or at + 1
