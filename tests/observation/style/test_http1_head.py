import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.style.http1_head import USUAL, describe_head_spacing
from tests.calls import count_calls


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


def test_blanks_without_end_are_told_in_few_words():
    assert len(spacing(b"X-A:" + b" \t" * 10_000)["x-a"]) < 1000
    assert spacing(b"X-A:" + b" " * 9999 + b"v")["x-a"] == "9999 spaces"


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
    found = dict(describe_head_spacing(sent))
    assert {name.decode().lower() for name, _ in headers} <= set(found)
    assert set(found.values()) == {USUAL, "CRLF"}


def test_a_hostile_head_costs_no_more_than_its_length():
    sent = b"GET / HTTP/1.1\n" + b"a:\t \n b\n" * 20_000 + b"\n"
    assert count_calls(lambda: list(describe_head_spacing(sent))) < 5 * len(sent)
