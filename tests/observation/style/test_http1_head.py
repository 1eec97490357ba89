import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.records import Request
from lab.observation.style.http1_head import (
    USUAL,
    describe_chunks,
    describe_head_spacing,
    group_by_connection,
)
from lab.observation.style.http1_head import find_heads as found_heads
from tests.calls import count_calls


def request(method="POST", size=0, connection=0, version="1.1"):
    return Request(
        connection=connection, at=0.0, version=version, scheme="https", host="h", port=443,
        method=method, target="/", headers=(), body=b"", size=size,
    )  # fmt: skip


def heads(sent, requests):
    for one in found_heads(sent, requests):
        assert sent[one.body - len(one.text) : one.body] == one.text
        yield one.text


def head(*lines):
    return b"\r\n".join([b"POST / HTTP/1.1", *lines, b"", b""])


def spacing(*lines):
    return dict(describe_head_spacing(head(*lines)))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"X-A: v", USUAL),
        (b"X-A: ", USUAL),
        (b"X-A:", "no space"),
        (b"X-A:v", "no space"),
        (b"X-A:  v", "2 spaces"),
        (b"X-A:\tv", "tab"),
        (b"X-A: \t\t v", "space, 2 tabs, space"),
        (b"X-A: v ", "one space; behind it one space"),
        (b"X-A: v\t ", "one space; behind it tab, space"),
        (b"X-A: v  w", USUAL),
        (b"X-A: a:b", USUAL),
        (b"X-A: v\r\n  w", "one space; folded, 2 spaces"),
        (b"X-A:\r\n\tv ", "no space; folded, tab, behind it one space"),
    ],
)
def test_a_header(line, words):
    assert spacing(b"Host: h", line, b"Accept: */*") == {
        "(first line)": "CRLF",
        "host": USUAL,
        "x-a": words,
        "accept": USUAL,
        "(last line)": "CRLF",
    }


def test_line_ends():
    bare = b"POST / HTTP/1.1\nHost: h\r\nX-A: v\n\n"
    assert dict(describe_head_spacing(bare)) == {
        "(first line)": "LF",
        "host": USUAL,
        "x-a": "one space; ends in LF",
        "(last line)": "LF",
    }


def test_blanks_without_end_are_reported_in_few_words():
    assert len(spacing(b"X-A:" + b" \t" * 10_000)["x-a"]) < 1000
    assert spacing(b"X-A:" + b" " * 9999 + b"v")["x-a"] == "9999 spaces"


def test_several_on_one_connection_with_bodies_between():
    sent = head(b"X-A: 1") + b"{}\n\n" + head(b"X-A:2") + head(b"X-A:\t3")
    requests = [request(size=4), request(), request()]
    assert [dict(describe_head_spacing(one))["x-a"] for one in heads(sent, requests)] == [
        USUAL, "no space", "tab",
    ]  # fmt: skip


def test_a_body_that_looks_like_a_head_is_none():
    body = head(b"X-A:never")
    sent = head(b"X-A: 1") + body + head(b"X-A:2")
    found = list(heads(sent, [request(size=len(body)), request()]))
    assert found == [head(b"X-A: 1"), head(b"X-A:2")]


def test_chunked_bodies_are_passed_over():
    chunks = b"5;x=1\r\nhello\r\n3\r\nyou\r\n0\r\nX-T: 1\r\n\r\n"
    sent = head(b"Transfer-Encoding:chunked") + chunks + head(b"X-A:2")
    assert list(heads(sent, [request(size=8), request()]))[1] == head(b"X-A:2")


@pytest.mark.parametrize("before", [b"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x01\xbb",
                                    b"CONNECT h:443 HTTP/1.1\r\nHost:  h:443\r\n\r\n"])  # fmt: skip
def test_what_was_sent_to_a_proxy_comes_before(before):
    assert list(heads(before + head(b"X-A:1"), [request()])) == [head(b"X-A:1")]


def test_a_recording_that_was_cut_off_ends_quietly():
    sent = head(b"X-A: 1") + b"xx" + head(b"X-A: 2")
    for length in range(len(sent)):
        found = list(heads(sent[:length], [request(size=2), request()]))
        assert all(one == head(b"X-A: %d" % n) for n, one in enumerate(found, 1))


@pytest.mark.parametrize(
    ("chunks", "reported"),
    [
        (b"0\r\n\r\n", []),
        (b"5\r\nhello\r\n0\r\n\r\n", []),
        (b"a\r\n0123456789\r\n0\r\n\r\n", [("digits", "lower case")]),
        (b"A\r\n0123456789\r\n0\r\n\r\n", [("digits", "upper case")]),
        (b"005\r\nhello\r\n00\r\n\r\n", [("zeros", "2 in front"), ("zeros", "1 in front")]),
        (b"5;x=1\r\nhello\r\n5;x=1\r\nhello\r\n0\r\n\r\n", [("extension", ";x=1")]),
        (b"5 \r\nhello\r\n0\r\nX-T: 1\r\n\r\n", [("extension", " "), ("trailer", "X-T: 1")]),
    ],
)
def test_chunks(chunks, reported):
    assert describe_chunks(b".." + chunks + b"more", 2) == (reported, 2 + len(chunks))
    for length in range(len(chunks)):
        assert describe_chunks(chunks[:length], 0)[1] is None


@given(st.one_of(st.binary(), st.from_regex(rb"([0-9a-fA-F]{1,3}[ ;]?\r?\n.{0,4}){0,9}")))
def test_any_bytes_are_chunks_or_none(sent):
    reported, end = describe_chunks(sent, 0)
    assert end is None or 0 < end <= len(sent)
    assert all(name and value for name, value in reported)


def test_requests_go_by_connection_and_without_http2():
    one, other, binary = request(), request(connection=1), request(version="2")
    assert group_by_connection([one, other, binary, one]) == {0: [one, one], 1: [other]}


@given(st.binary(), st.lists(st.builds(request, st.text(), st.integers(0, 9)), max_size=4))
def test_any_bytes_have_some_heads(sent, requests):
    for one in heads(sent, requests):
        assert all(name is not None and words for name, words in describe_head_spacing(one))


@given(st.lists(st.binary(), max_size=6))
def test_any_head_has_a_spacing(lines):
    head_one = b"GET / HTTP/1.1\n" + b"\n".join(lines) + b"\n\n"
    assert all(words for _, words in describe_head_spacing(head_one))


names = st.from_regex(rb"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True).filter(
    lambda name: name.lower() not in (b"host", b"content-length", b"transfer-encoding")
)
values = st.from_regex(rb"[!-~]([ -~]{0,6}[!-~])?", fullmatch=True)


@given(st.lists(st.tuples(names, values), max_size=5))
def test_what_another_implementation_writes_is_usual(headers):
    client = h11.Connection(h11.CLIENT)
    sent = client.send(h11.Request(method="GET", target="/", headers=[("Host", "h"), *headers]))
    (found,) = heads(sent, [request("GET")])
    reported = dict(describe_head_spacing(found))
    assert {name.decode().lower() for name, _ in headers} <= set(reported)
    assert set(reported.values()) == {USUAL, "CRLF"}


@pytest.mark.parametrize(
    ("sent", "count"),
    [
        (b"\nPOST " * 300_000, 0),
        (b"POST " + b"x" * 2_000_000, 0),
        (b"\nPOST x HTTP/1.1\r\n" * 100_000, 20_000),
        (b"POST / HTTP/1.1\r\n\r\n" * 20_000, 20_000),
    ],
)
def test_hostile_bytes_cost_no_more_than_their_length(sent, count):
    # The patterns' own steps cannot be counted: at these sizes a quadratic one would not end.
    found = []

    def describe():
        requests = [request()] * 20_000
        found.extend(dict(describe_head_spacing(one)) for one in heads(sent, requests))

    assert count_calls(describe) < 5_000 + 3 * len(sent)
    assert len(found) == count
