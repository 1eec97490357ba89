from __future__ import annotations

import pytest

from lab.factors.data.url_authority import parse_url_host


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("API.Example.com", "api.example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("gateway", "gateway"),
        ("203.0.113.10", "203.0.113.10"),
        ("2001:DB8:0::1", "[2001:db8::1]"),
    ],
)
def test_hosts_have_one_spelling(name: str, expected: str):
    assert parse_url_host(name) == expected


@pytest.mark.parametrize(
    "name",
    ["localhost", "a.localhost", "127.0.0.1", "127.8.9.1", "::1", "0.0.0.0", "::", "224.0.0.1",
     "fe80::1%eth0", "a..b", "-a.example", "bücher.example", "256.1.1.1", "a b", "",
     "a." * 130 + "b"],
)  # fmt: skip
def test_where_the_lab_cannot_answer_is_refused(name: str):
    with pytest.raises(ValueError):
        parse_url_host(name)
