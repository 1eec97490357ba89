import pytest

from lab.internet.headers import get_header, is_upgrade, parse_json


def test_headers_are_found_without_regard_to_case():
    assert get_header(((b"X-A", b"1"), (b"x-a", b"2")), b"x-a") == b"1"
    assert get_header((), b"x-a") is None


UPGRADE = ((b"Upgrade", b"WebSocket"), (b"Sec-WebSocket-Key", b"a2V5"))


@pytest.mark.parametrize(
    "headers", [(), UPGRADE[:1], UPGRADE[1:], ((b"upgrade", b"h2c"), UPGRADE[1])]
)
def test_a_websocket_needs_both_headers(headers):
    assert is_upgrade(UPGRADE)
    assert not is_upgrade(headers)


def test_a_lone_surrogate_is_json_as_javascript_writes_it():
    assert parse_json(b'{"a": "\\ud800"}') == {"a": "\ud800"}


@pytest.mark.parametrize("body", [None, b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000 + b"x"])
def test_what_is_no_json_is_none(body):
    assert parse_json(body) is None
