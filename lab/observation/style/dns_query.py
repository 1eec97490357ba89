"""How a DNS query is written, beside the name that it asks for (RFC 1035, RFC 6891).

The lab's name server answers a query whatever its letter case, flags and options are; all of
these are the client's choice.  The id is left out: each query has a random one (RFC 5452).  A
message that an encoder would write in another way (with compressed names, say) is kept as it is.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import msgspec

__all__ = ["QueryStyle", "describe_letter_case", "read_query_style"]

_HEADER = struct.Struct(">HHHHHH")
_QUESTION = struct.Struct(">HH")
_RECORD = struct.Struct(">HHIH")
_OPTION = struct.Struct(">HH")
_FLAGS = ((0x0400, "AA"), (0x0200, "TC"), (0x0100, "RD"), (0x0080, "RA"))
_MORE_FLAGS = ((0x0040, "Z"), (0x0020, "AD"), (0x0010, "CD"))
_DNSSEC_OK = 0x8000
_INTERNET = 1
_OPT = 41
_UPPER = re.compile("[A-Z]")


class QueryStyle(msgspec.Struct, frozen=True):
    """``names`` are those asked for, in the letters of the message.

    ``summary`` is ``RD, edns 1232 DO, option 8``: flags, settings, and what else there is, in
    order.  ``contents`` are pairs of the latter's name and what it holds, in hexadecimal.
    """

    names: tuple[str, ...]
    summary: str
    contents: tuple[tuple[str, str], ...]


def read_query_style(message: bytes) -> QueryStyle | None:
    """Read one query; None where it is not whole, or no DNS message."""
    try:
        return _parse(message)
    except (dns.exception.DNSException, struct.error, ValueError, IndexError):
        return None


def describe_letter_case(name: str) -> str:
    """The case of each label: ``lower``, ``UPPER``, or a label of both as it is.

    Of equal ones after another, one is written; so names of one spelling have one value,
    whatever they are and however many labels they have.
    """
    words: list[str] = []
    for label in name.split("."):
        if not _UPPER.search(label):
            word = "lower"
        else:
            word = "UPPER" if label == label.upper() else label
        if not words or words[-1] != word or word not in ("lower", "UPPER"):
            words.append(word)
    return ".".join(words)


def _parse(message: bytes) -> QueryStyle:
    _, flags, questions, *counts = _HEADER.unpack_from(message)
    at = _HEADER.size
    names = []
    words = [f"opcode {flags >> 11 & 15}"] if flags >> 11 & 15 else []
    words += [word for bit, word in (*_FLAGS, *_MORE_FLAGS) if flags & bit]
    words += [f"rcode {flags & 15}"] if flags & 15 else []
    for _ in range(questions):
        name, read = dns.name.from_wire(message, at)
        _, group = _QUESTION.unpack_from(message, at + read)
        at += read + _QUESTION.size
        names.append(name.to_text(omit_final_dot=True))
        words += [f"class {group}"] if group != _INTERNET else []
    summary = [" ".join(words) or "no flags"]
    contents: list[tuple[str, str]] = []
    for _ in range(sum(counts)):
        _, read = dns.name.from_wire(message, at)
        kind, group, life, size = _RECORD.unpack_from(message, at + read)
        at += read + _RECORD.size
        data = message[at : at + size]
        if len(data) < size:
            raise ValueError("the message ends within a record")
        at += size
        if kind == _OPT:
            summary.append(_edns(group, life))
            contents += _options(data)
        else:
            contents.append((f"record {dns.rdatatype.to_text(kind)}", data.hex()))
    if not _is_usual_form(message[:at]):
        contents.append(("as written", message[2:at].hex()))
    if at < len(message):
        contents.append(("trailing", message[at:].hex()))
    summary += [name for name, _ in contents]
    return QueryStyle(tuple(names), ", ".join(summary), tuple(contents))


def _is_usual_form(message: bytes) -> bool:
    """Whether an encoder would write this message in the same way."""
    return dns.message.from_wire(message, raise_on_truncation=False).to_wire() == message


def _edns(payload: int, life: int) -> str:
    """The buffer size that an OPT record announces, and its flags."""
    words = ["edns", str(payload)]
    words += [f"version {life >> 16 & 255}"] if life >> 16 & 255 else []
    words += [f"rcode {life >> 24}"] if life >> 24 else []
    words += ["DO"] if life & _DNSSEC_OK else []
    words += [f"flags {life & 0x7FFF:04x}"] if life & 0x7FFF else []
    return " ".join(words)


def _options(data: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(data):
        code, size = _OPTION.unpack_from(data, at)
        at += _OPTION.size
        value = data[at : at + size]
        at += size
        yield f"option {code}", value.hex() if any(value) else f"{len(value)} zero bytes"
