"""With a proxy set, does everything go through it?

Who sets a proxy expects that a program talks to nobody past it: because only the proxy leads
out, because it writes down what goes out, or because nobody outside is to learn the
computer's own address.  Some programs send their questions through it, and a report to their
maker directly.

This scenario sets a proxy of each common kind, runs the client a few times, and looks at
every connection that it opens.  One that goes anywhere but to the proxy fails the scenario,
and the message names it.  Merely looking up a name is not counted.  A client that does
not know one of these kinds goes past it: somebody behind such a proxy should know that.

    pytest scenarios/test_through_the_proxy.py --lab-client codex
"""

import pytest

from lab.pytest_plugin.observe_fixture import ObserveFixture

PROXIES = {
    "http": "http://proxy.example.net:3128",
    "https": "https://proxy.example.net:3129",
    "socks": "socks5://proxy.example.net:1080",
}


@pytest.mark.lab_needs("proxy")
@pytest.mark.parametrize("kind", PROXIES)
def test_nothing_goes_past_the_proxy(lab_observe: ObserveFixture, kind: str) -> None:
    """With a proxy set, every connection leads to it."""
    seen = lab_observe(proxy=PROXIES[kind], times=3)
    past = seen.past_the_proxy()
    assert not past, "past the proxy: " + ", ".join(past)
