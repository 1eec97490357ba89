"""Bodies on the screen and in files."""

import gzip
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.reports.terminal.audit import make_console
from lab.reports.terminal.bodies import make_file_name, write_bodies
from tests.reports.terminal.test_observation import request

JSON = ((b"Content-Type", b"application/json; charset=utf-8"),)


def shown(*requests) -> str:
    stream = io.StringIO()
    write_bodies(requests, make_console(stream, 80))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (
            {"method": "POST", "target": "/v1/messages?beta=true", "headers": JSON},
            "004-POST-api.example.com-v1-messages.json",
        ),
        (
            {"headers": (*JSON, (b"Content-Encoding", b"gzip"))},
            "004-GET-api.example.com.json.gz",
        ),
        (
            {"host": "../../etc", "target": "/../../x/\x00\n"},
            "004-GET-etc-x.bin",
        ),
        ({"host": "", "target": "", "method": ""}, "004-.bin"),
    ],
)
def test_a_file_is_named_by_number_and_place(fields, name):
    assert make_file_name(4, request(**fields)) == name


@given(st.text(), st.text(), st.text(), st.binary())
def test_no_client_can_choose_a_files_place(method, host, target, kind):
    name = make_file_name(
        7, request(host, method=method, target=target, headers=((b"content-type", kind),))
    )
    assert re.fullmatch(r"007-[A-Za-z0-9.-]*", name)
    assert len(name) < 130


def test_json_is_laid_out_and_encodings_are_undone():
    body = gzip.compress(json.dumps({"model": "m", "text": "Today’s"}).encode())
    text = shown(
        request(), request(method="POST", body=body, headers=((b"content-encoding", b"gzip"),))
    )
    assert "Body of #2" in text
    assert "#1" not in text
    assert '  {\n    "model": "m",\n    "text": "Today’s"\n  }\n' in text


def test_what_is_no_text_and_what_is_too_long_says_so():
    text = shown(request(body=b"\xff\x00"), request(body=b"x\n" * 100), request(body=b"y" * 10_000))
    assert "2 bytes that are no text: ff 00" in text
    assert "… 41 more lines; --out DIR writes all" in text
    assert re.search(r"  y+⟨… 9,\d+ characters …⟩y+\n", text)
    assert "… 10 more bodies; --out DIR writes all" in shown(*[request(body=b"x")] * 60)


@given(st.binary(max_size=200))
def test_no_body_reaches_the_terminal_raw(body):
    assert all(
        character == "\n" or character.isprintable() for character in shown(request(body=body))
    )


def test_deep_json_is_shown_as_it_came():
    assert "[[[[" in shown(request(body=b"[" * 100_000 + b"]" * 100_000))
