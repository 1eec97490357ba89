"""Which addresses are the machine's own, and from which it speaks."""

from __future__ import annotations

import pytest

from lab.factors.host_spec import BARE, Interface, Network
from lab.sandbox.twin.network.interfaces import build_interfaces

MAC = BARE.machine.mac
TWO = Network(
    (
        Interface("eth0", ("192.0.2.10/24", "2001:db8:1::10/64")),
        Interface("docker0", ("172.17.0.1/16",)),
    ),
    "192.0.2.1",
)
NO_SIXTH = Network((Interface("eth0", ("192.0.2.10/24",)),), "192.0.2.1")


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", True),
        ("192.0.2.10", True),
        ("::ffff:192.0.2.10", True),
        ("172.17.0.1", True),
        ("192.0.2.11", False),
        ("8.8.8.8", False),
        ("2001:db8:1::11", False),
    ],
)
def test_own(host, own):
    assert build_interfaces(TWO, MAC).is_own(host) is own


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("8.8.8.8", "192.0.2.10"),
        ("192.0.2.77", "192.0.2.10"),
        ("172.17.3.3", "172.17.0.1"),
        ("2001:4860::1", "2001:db8:1::10"),
    ],
)
def test_source(host, source):
    assert build_interfaces(TWO, MAC).source_address(host) == source


def test_without_an_address_of_that_kind_nothing_is_reached():
    found = build_interfaces(NO_SIXTH, MAC)
    assert found.source_address("8.8.8.8") == "192.0.2.10"
    assert found.source_address("2001:4860::1") is None
    assert found.names == ("eth0",)
