import json

from lab.internet.response import (
    Response,
    make_event_stream,
    make_json_response,
    to_compact_json,
)


def test_json_is_compact_and_ascii():
    assert to_compact_json({"a": ["ü", 1]}) == b'{"a":["\\u00fc",1]}'
    assert json.loads(to_compact_json({"a": "\ud800"})) == {"a": "\ud800"}


def test_a_json_answer():
    response = make_json_response({"a": 1}, 201, (("x", "y"),))
    assert response.status == 201
    assert response.headers == (("content-type", "application/json"), ("x", "y"))
    assert response.body == b'{"a":1}'


def test_events_on_the_wire():
    response = make_event_stream([("ping", {"a": 1}), (None, "[DONE]")])
    assert response.stream
    assert response.pieces == (b'event: ping\ndata: {"a":1}\n\n', b"data: [DONE]\n\n")


def test_an_empty_answer():
    assert Response(204).body == b""
