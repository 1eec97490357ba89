"""What is read, by route; a route is a way to read something, its value a text."""

import json
import os
import zlib

KEPT = 6000
LARGEST = 1 << 16

readings = {}


def shortened(text):
    """The text, of which a long one is cut and marked by its digest."""
    if len(text) <= KEPT:
        return text
    return f"{text[:KEPT]} … {zlib.crc32(text.encode()):08x}"


def content_of(data, most=LARGEST):
    """The bytes of a file as text."""
    return data[:most].decode("utf-8", "backslashreplace")


def say(route, value):
    """Note a reading."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    readings[route] = shortened(text.encode("utf-8", "backslashreplace").decode())


def ask(route, question, *arguments):
    """Note the answer, or that there is none."""
    try:
        value = question(*arguments)
    except (OSError, LookupError, ValueError) as failure:
        value = f"error {failure}"
    say(route, value)


def content(path, most=LARGEST):
    """What a file holds, of which a very long one is cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        data = b""
        while len(data) < most and (more := os.read(descriptor, most - len(data))):
            data += more
        return content_of(data, most)
    finally:
        os.close(descriptor)
