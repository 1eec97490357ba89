"""With a proxy set, does all traffic go through it?

A user who sets a proxy expects that a program contacts nobody past it: because only the proxy
leads to the internet, because it keeps a record, or because the address of the computer must
stay private.  Some programs send their questions through it, and a report to their maker
directly.

This scenario sets a proxy of each common kind, runs the client a few times, and checks every
connection that it opens.  One that goes anywhere but to the proxy fails the scenario, and the
message names it.  A mere DNS query does not count.  A client that does not support one of these
kinds goes past it: users of such a proxy should know that.

    pytest scenarios/test_through_the_proxy.py --lab-client codex
"""

import pytest

from lab.pytest_plugin.observe_fixture import ObserveFixture

PROXIES = {
    "http": "http://proxy.example.net:3128",
    "https": "https://proxy.example.net:3129",
    "socks": "socks5://proxy.example.net:1080",
}

PLANTED = "a report goes past the proxy"


@pytest.mark.lab_needs("proxy")
@pytest.mark.parametrize("kind", PROXIES)
def test_nothing_goes_past_the_proxy(lab_observe: ObserveFixture, kind: str) -> None:
    """With a proxy set, every connection leads to it."""
    seen = lab_observe(proxy=PROXIES[kind], times=3)
    past = seen.past_the_proxy()
    assert not past, "past the proxy: " + ", ".join(past)
