from __future__ import annotations

from collections.abc import Callable

import pytest

from lab.factors.data.addresses import (
    check_interface_name,
    check_mac,
    choose_gateway,
    parse_domain,
    parse_interface_address,
    parse_machine_address,
    parse_url_host,
)


@pytest.mark.parametrize(
    ("read", "text", "canonical"),
    [
        (parse_machine_address, "8.8.8.8", "8.8.8.8"),
        (parse_machine_address, "2001:4860:4860:0:0:0:0:8888", "2001:4860:4860::8888"),
        (parse_machine_address, "FD00::1", "fd00::1"),
        (parse_interface_address, "10.0.0.5/255.255.255.0", "10.0.0.5/24"),
        (parse_interface_address, "100.101.102.103/32", "100.101.102.103/32"),
        (parse_interface_address, "10.0.0.4/31", "10.0.0.4/31"),
        (parse_interface_address, "2001:db8::5/64", "2001:db8::5/64"),
        (check_interface_name, "enx3c52826b1fa4", "enx3c52826b1fa4"),
        (check_interface_name, "br-1f.200", "br-1f.200"),
        (check_mac, "02:42:9c:1f:5e:07", "02:42:9c:1f:5e:07"),
        (parse_domain, "Corp.Example.COM", "corp.example.com"),
        (parse_domain, "lan", "lan"),
    ],
)
def test_the_canonical_spelling(read: Callable[[str], str], text: str, canonical: str):
    assert read(text) == canonical


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((parse_machine_address, text) for text in (
            "", "x", "1.2.3", "127.0.0.53", "::1", "0.0.0.0", "::", "224.0.0.1", "ff02::1",
            "255.255.255.255", "fe80::1", "2001:db8::1%eth0", "::ffff:10.0.0.1",
            "192.0.2.1", "100::1", "10.0.0.1\n",
        )),
        *((parse_interface_address, text) for text in (
            "10.0.0.5", "10.0.0.5/", "10.0.0.5/33", "10.0.0.5/4", "10.0.0.0/24", "10.0.0.255/24",
            "192.0.2.1/24", "100::1/64", "2001:db8::5/x",
        )),
        *((check_interface_name, text) for text in (
            "", "lo", "all", "default", "0eth", "a b", "a/b", "a:b", "sixteen-letters-", "eth0\n",
        )),
        *((check_mac, text) for text in (
            "", "03:42:9c:1f:5e:07", "00:00:00:00:00:00", "02-42-9c-1f-5e-07", "02:42:9C:1f:5e:07",
        )),
        *((parse_domain, text) for text in (
            "", ".", "a..b", "-a.b", "a_b.c", "a.1", "localhost", "x" * 64, "a." * 127 + "ab",
            "a b", "ü.example", "lan\n",
        )),
    ],
)  # fmt: skip
def test_what_is_refused(read: Callable[[str], str], text: str):
    with pytest.raises(ValueError):
        read(text)


def test_the_gateway_is_the_first_address_or_the_last():
    assert choose_gateway(("192.168.1.23/24",)) == "192.168.1.1"
    assert choose_gateway(("192.168.1.1/24", "2001:db8::1/64")) == "192.168.1.254"
    assert choose_gateway(("10.0.0.5/30",)) == "10.0.0.6"
    assert choose_gateway(("10.0.0.5/24", "10.1.0.5/24"), "10.1.0.9") == "10.1.0.9"


@pytest.mark.parametrize("address", ["10.1.0.1", "10.0.0.0", "10.0.0.255", "2001:db8::9", "x"])
def test_a_gateway_is_in_a_subnet(address: str):
    with pytest.raises(ValueError):
        choose_gateway(("10.0.0.5/24", "2001:db8::1/64"), address)


def test_without_room_there_is_no_gateway():
    with pytest.raises(ValueError, match="has no address"):
        choose_gateway(("10.0.0.5/32",))


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
