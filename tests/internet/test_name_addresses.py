import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from lab.internet import name_addresses
from lab.internet.name_addresses import NameAddresses, compute_ipv4, compute_ipv6

anything = st.text(max_size=80)


@given(anything)
def test_every_name_has_an_ordinary_public_ipv4_address(name):
    address = ipaddress.ip_address(compute_ipv4(name))
    assert address.version == 4
    assert address.is_global
    assert not address.is_multicast
    assert not address.is_reserved
    assert compute_ipv4(name) == str(address)


@given(anything)
def test_every_name_has_a_global_ipv6_address(name):
    address = ipaddress.ip_address(compute_ipv6(name))
    assert address.version == 6
    assert address.is_global
    assert not address.is_multicast


def test_addresses_do_not_change_between_versions_of_the_lab():
    # Recorded observations hold these; a change would show as a difference of the client.
    assert compute_ipv4("api.example.com") == "162.191.95.243"
    assert compute_ipv6("api.example.com") == "2a00:111:ffc9::37db:75cb"


def test_the_name_that_led_to_an_address_is_known():
    known = NameAddresses()
    for family in (4, 6):
        assert known.find_host(known.assign("a.example", family)) == "a.example"
    assert known.find_host("9.9.9.9") is None


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(name_addresses, "ADDRESSES_KEPT", 2)
    known = NameAddresses()
    first, second, third = (known.assign(name, 4) for name in ("a", "b", "c"))
    assert known.find_host(first) is None
    assert (known.find_host(second), known.find_host(third)) == ("b", "c")
