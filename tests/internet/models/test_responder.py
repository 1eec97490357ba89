import gzip
import json

import brotli
import pytest
import zstandard

from lab.internet.models.responder import answer_request
from lab.internet.script import FixedAnswer, Script
from lab.observation.records import Request
from lab.observation.traffic import decode_body


def request(method="GET", target="/", body=b"", headers=(), host="a.example", version="1.1"):
    return Request(
        connection=0, at=0.0, version=version, scheme="https", host=host, port=443,
        method=method, target=target, headers=tuple(headers), body=body, size=len(body),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "status", "body"),
    [
        ("GET", 404, b'{"error":{"type":"not_found_error","message":"Not Found"}}'),
        ("HEAD", 404, b'{"error":{"type":"not_found_error","message":"Not Found"}}'),
        ("POST", 200, b"{}"),
        ("PUT", 200, b"{}"),
        ("PATCH", 200, b"{}"),
        ("OPTIONS", 204, b""),
        ("DELETE", 404, b'{"error":{"type":"not_found_error","message":"Not Found"}}'),
    ],
)
def test_an_unknown_path_is_answered_with_manners(method, status, body):
    response = answer_request(request(method, "/unknown"), Script())
    assert (response.status, response.body) == (status, body)


@pytest.mark.parametrize(
    ("fixed", "matches"),
    [
        (FixedAnswer(path="/x"), True),
        (FixedAnswer(path="/*"), True),
        (FixedAnswer(path="/x?q=1"), True),
        (FixedAnswer(path="/y"), False),
        (FixedAnswer(path="/x", host="*.example"), True),
        (FixedAnswer(path="/x", host="A.EXAMPLE"), True),
        (FixedAnswer(path="/x", host="b.*"), False),
        (FixedAnswer(path="/x", method="post"), True),
        (FixedAnswer(path="/x", method="GET"), False),
    ],
)
def test_fixed_answers_match_by_glob(fixed, matches):
    response = answer_request(request("POST", "/x?q=1"), Script(answers=(fixed,)))
    assert (response.body == b"") is matches


def test_the_first_fixed_answer_wins_and_comes_before_providers():
    body = json.dumps({"messages": []}).encode()
    script = Script(
        answers=(
            FixedAnswer(path="*/messages", status=500, content_type="text/plain", body="broken"),
            FixedAnswer(path="*", status=501),
        )
    )
    response = answer_request(request("POST", "/v1/messages", body), script)
    assert (response.status, response.body) == (500, b"broken")
    assert response.headers == (("content-type", "text/plain"),)


def test_a_provider_answers_on_any_host_and_below_any_path():
    body = gzip.compress(json.dumps({"model": "m", "messages": []}).encode())
    response = answer_request(
        request("POST", "/proxy/v1/messages/?beta=true", body, [(b"Content-Encoding", b"gzip")]),
        Script(),
    )
    assert json.loads(response.body)["model"] == "m"


def test_a_websocket_is_accepted_but_not_over_http2():
    headers = [(b"Upgrade", b"websocket"), (b"Sec-WebSocket-Key", b"x")]
    assert answer_request(request(headers=headers), Script()).status == 101
    assert answer_request(request(headers=headers, version="2"), Script()).status == 404


def test_the_same_request_gets_the_same_answer():
    body = json.dumps({"model": "m", "messages": [], "stream": True}).encode()
    asked = request("POST", "/v1/messages", body)
    assert answer_request(asked, Script()) == answer_request(asked, Script())


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [(b"gzip", gzip.compress), (b"zstd", zstandard.compress), (b"br", brotli.compress)],
)
def test_a_compressed_request_is_answered(encoding, encode):
    body = json.dumps({"messages": [{"role": "user", "content": "hi"}]}).encode()
    headers = ((b"Content-Encoding", encoding),)
    answer = answer_request(request("POST", "/v1/messages", encode(body), headers), Script())
    assert b'"text":"ok"' in answer.body


@pytest.mark.parametrize("encode", [gzip.compress, zstandard.compress])
def test_all_joined_members_are_read_as_in_the_comparison(encode):
    body = json.dumps({"messages": [{"role": "user", "content": "hi"}]}).encode()
    joined = encode(body[:20]) + encode(body[20:])
    name = {gzip.compress: b"gzip", zstandard.compress: b"zstd"}[encode]
    sent = request("POST", "/v1/messages", joined, ((b"content-encoding", name),))
    assert decode_body(sent) == body
    assert b'"text":"ok"' in answer_request(sent, Script()).body
