"""Names in the files of /etc: hosts, services, and keywords of resolv.conf."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from lab.sandbox.twin.network.etc_names import EtcNames, parse_address

NAMES = EtcNames(
    hosts="127.0.0.1 localhost\n::1 localhost ip6-localhost # both\n10.0.0.1 Main.example main\n"
    "# 10.0.0.2 comment\nno-address name\n10.0.0.3\n",
    resolv="nameserver 192.0.2.1\nsearch a.example b.example\nnameserver 2001:db8::1\n",
    services="http 80/tcp www # web\ndomain 53/udp\ndomain 53/tcp\nbroken\nword x/tcp\n",
)


def test_hosts_are_found_by_name_and_version():
    assert NAMES.find_hosts("localhost", 4) == [(ip_address("127.0.0.1"), ["localhost"])]
    assert [address for address, _ in NAMES.find_hosts("LOCALHOST.", 6)] == [ip_address("::1")]
    assert NAMES.find_hosts("main.example", 4)[0][1] == ["Main.example", "main"]
    for name in ("comment", "name", "both", ""):
        assert NAMES.find_hosts(name, 4) == []


def test_the_main_name_of_an_address_comes_first():
    assert NAMES.find_names(ip_address("10.0.0.1")) == ["Main.example", "main"]
    assert NAMES.find_names(ip_address("10.0.0.9")) == []


def test_keywords_of_several_lines_are_joined():
    assert NAMES.resolv_values("nameserver") == ["192.0.2.1", "2001:db8::1"]
    assert NAMES.resolv_values("search") == ["a.example", "b.example"]
    assert NAMES.resolv_values("options") == []


def test_services_are_found_by_name_alias_and_number():
    assert NAMES.find_port("http", "tcp") == NAMES.find_port("www", None) == 80
    assert NAMES.find_port("http", "udp") is None
    assert NAMES.find_service(53, "tcp") == NAMES.find_service(53, None) == "domain"
    assert NAMES.find_service(80, "udp") is None
    assert NAMES.find_port("word", None) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::1", "::1"),
        ("127.1", "127.0.0.1"),
        ("name", None),
        ("", None),
        ("1.2.3.4.5", None),
    ],
)
def test_short_forms_are_addresses_and_names_are_not(text, address):
    assert parse_address(text) == (None if address is None else ip_address(address))
