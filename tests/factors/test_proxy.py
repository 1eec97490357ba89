"""Which of the proxy's variables each form sets."""

from __future__ import annotations

import pytest

from lab.factors.host_spec import BARE
from lab.factors.proxy import FACTOR

URL = "http://proxy.example.net:3128"
SOCKS = "socks5://proxy.example.net:1080"
QUIET = "localhost,127.0.0.1,::1"


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("unset", {}),
        (
            URL,
            {
                "HTTP_PROXY": URL, "HTTPS_PROXY": URL, "NO_PROXY": QUIET,
                "http_proxy": URL, "https_proxy": URL, "no_proxy": QUIET,
            },
        ),
        (f"upper:{URL}", {"HTTP_PROXY": URL, "HTTPS_PROXY": URL, "NO_PROXY": QUIET}),
        (f"lower:{URL}", {"http_proxy": URL, "https_proxy": URL, "no_proxy": QUIET}),
        (SOCKS, {"ALL_PROXY": SOCKS, "NO_PROXY": QUIET, "all_proxy": SOCKS, "no_proxy": QUIET}),
        (f"upper:{SOCKS}", {"ALL_PROXY": SOCKS, "NO_PROXY": QUIET}),
    ],
)  # fmt: skip
def test_a_level_in_the_variables(level: str, expected: dict[str, str]):
    base = BARE.with_variables(HTTPS_PROXY="http://old:1", all_proxy="http://old:1")
    assert FACTOR.realise(FACTOR.parse(level), base).variables == expected


def test_bypass_names_a_proxy_and_excepts_everything():
    variables = FACTOR.realise(f"bypass:{URL}", BARE).variables
    assert variables["NO_PROXY"] == variables["no_proxy"] == "*"
    assert variables["HTTPS_PROXY"] == URL


@pytest.mark.parametrize("form", ["", "upper:"])
def test_a_list_of_exceptions_is_added_to_loopback(form):
    variables = FACTOR.realise(f"{form}{URL}#except=.example.com+10.0.0.0/8", BARE).variables
    assert variables["NO_PROXY"] == f"{QUIET},.example.com,10.0.0.0/8"
    assert variables["HTTPS_PROXY"] == URL
    assert ("no_proxy" in variables) is (form == "")


def test_exceptions_have_one_spelling():
    assert FACTOR.parse(f"{URL}#except=.COM,a.example:8080,.com") == (
        f"{URL}#except=.com+a.example:8080"
    )


def test_a_copy_may_hold_the_list_and_the_proxy_without_it():
    found = FACTOR.needles(f"{URL}#except=.example.com+10.0.0.0/8")
    assert {".example.com,10.0.0.0/8", URL, "proxy.example.net:3128"} <= set(found)


def test_a_named_level_excepts_the_domains_of_most_hosts():
    (level,) = [level for level in FACTOR.levels if "#except" in level]
    listed = FACTOR.realise(level, BARE).variables["NO_PROXY"].split(",")
    for host in ("api.anthropic.com", "telemetry.specimen.example", "api.deepseek.cn"):
        assert any(host.endswith(entry) for entry in listed)


def test_spellings_are_one():
    assert FACTOR.parse("HTTP://Proxy.Example.Net:3128/") == URL
    assert FACTOR.parse("upper:http://U:P@[2001:DB8::1]:1") == "upper:http://U:P@[2001:db8::1]:1"


@pytest.mark.parametrize(
    "level",
    ["", "http://proxy", "proxy:3128", "ftp://p:1", "both:http://p:1", "http://localhost:3128",
     "http://127.0.0.1:1", "http://p:1/path", "http://p:1?q", "http://p:1#f", "http://p:0",
     "http://p:1#except=", "http://p:1#except=a b",
     "http://p:1#except=.com+", "bypass:http://p:1#except=.com", "http://a@b@p:1",
     "http://é:x@p:1", "http://[::1:1", "upper:unset"],
)  # fmt: skip
def test_what_is_no_proxy_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_a_copy_may_hold_the_credentials():
    found = FACTOR.needles("http://agent:s%33cret@p.example:3128")
    assert {"p.example:3128", "p.example", "agent", "s3cret", "agent:s3cret"} <= set(found)
