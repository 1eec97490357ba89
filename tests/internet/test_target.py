import pytest

from lab.internet.target import Target, is_address, join_authority, split_authority


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("api.example.com", ("api.example.com", 443)),
        ("API.Example.com:8443", ("api.example.com", 8443)),
        ("user:secret@host:1", ("host", 1)),
        ("[2600::1]:8080", ("2600::1", 8080)),
        ("[2600::1]", ("2600::1", 443)),
        ("2600::1", ("2600::1", 443)),
        ("host:", ("host", 443)),
        ("host:99999", ("host:99999", 443)),
        ("host:port", ("host:port", 443)),
        ("host:١", ("host:١", 443)),
        ("", ("", 443)),
    ],
)
def test_an_authority_is_split_whatever_it_holds(text, expected):
    assert split_authority(text, 443) == expected


def test_an_ipv6_address_gets_brackets():
    assert join_authority("2600::1", 80) == "[2600::1]:80"
    assert Target(host=None, address="2600::1", port=80).authority == "[2600::1]:80"


def test_a_place_goes_by_its_name_where_it_has_one():
    assert Target(host="a.example", address="1.2.3.4", port=1).name == "a.example"
    assert Target(host=None, address="1.2.3.4", port=1).name == "1.2.3.4"


def test_addresses_are_distinguished_from_names():
    assert is_address("1.2.3.4")
    assert is_address("::1")
    assert not is_address("example.com")
