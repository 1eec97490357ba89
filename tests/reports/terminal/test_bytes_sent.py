"""How many bytes were understood, and as what."""

import json

from lab.observation.records import Connection, Exit, Observation, Request
from lab.reports.terminal.bytes_sent import count_bytes, count_tool_results, describe_bytes
from tests.internet.transcript import record
from tests.observation.wire.test_accounting import STREAMS

END = Exit(1.0, "finished", 0, None, 0.0, b"", b"")


def seen(wire, port=80):
    return Observation(record([wire], port, host="a.example").events, END)


def test_what_is_understood_and_the_remainder_are_all_bytes():
    for wire, port in STREAMS.values():
        for sent in count_bytes(seen(wire, port)):
            assert sum(sent.understood.values()) + sent.remainder == sent.size == len(wire)


def test_a_line_says_as_what():
    wire = b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n{}GET  x\r\n\x00"
    assert list(describe_bytes(seen(wire))) == [
        "a.example:80  66 bytes: 55 HTTP/1 head, 2 body, 9 not understood: GET  x\r\n\x00"
    ]


def test_what_was_not_recorded_is_counted():
    cut = Connection(0, 0.0, "a.example", "192.0.2.1", 80, "raw", b"\xff", 3000)
    assert list(describe_bytes(Observation((cut,), END))) == [
        "a.example:80  3,000 bytes: 1 not understood, 2,999 not recorded: \\xff"
    ]


def test_a_connection_without_bytes_is_left_out():
    silent = Connection(0, 0.0, "a.example", "192.0.2.1", 80, "none", b"", 0)
    assert list(describe_bytes(Observation((silent,), END))) == []


def model_request(*blocks):
    body = json.dumps(
        {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": list(blocks)}]}
    ).encode()
    return Request(
        0, 0.0, "1.1", "https", "a.example", 443, "POST", "/v1/messages",
        ((b"content-type", b"application/json"),), body, len(body),
    )  # fmt: skip


def test_a_tool_was_called_where_its_result_went_back():
    text = {"type": "text", "text": "hi"}
    result = {"type": "tool_result", "tool_use_id": "1", "content": "ok"}
    assert count_tool_results(Observation((model_request(text),), END)) == 0
    both = Observation((model_request(text), model_request(text, result, result)), END)
    assert count_tool_results(both) == 2
