"""The change from one network to another, as commands that ip(8) could carry out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.factors.host_spec import BARE, Interface, Network
from lab.sandbox.cell.network_change import encode_own_addresses, plan_change
from lab.sandbox.cell.network_plan import LOOPBACK_ONLY, NetworkPlan, plan_network

MAC = "3c:52:82:6b:1f:a4"
PLAIN = Network((Interface("eth0", ("10.0.0.7/24",)),), "10.0.0.1")


def wired(network: Network) -> NetworkPlan:
    return plan_network(network, MAC, has_device=True)


def network(*addresses: str, **changes: str) -> Network:
    interface = Interface(**{"name": "eth0", "addresses": addresses, **changes})
    return Network((interface,), "10.0.0.1")


def test_the_first_change_makes_the_devices_with_numbers_from_two():
    two = Network((Interface("eth0"), Interface("tun0")))
    deleted, commands = plan_change(LOOPBACK_ONLY, wired(two), "ifb")
    assert deleted == ()
    made = [line for line in commands.splitlines() if line.startswith("link add")]
    assert [line.split()[3:6] for line in made] == [["eth0", "index", "2"], ["tun0", "index", "3"]]
    assert all(line.endswith("type ifb") for line in made)


def test_a_device_is_kept_and_renamed():
    deleted, commands = plan_change(wired(BARE.network), wired(network(name="wlan0")), "ifb")
    assert deleted == ()
    assert "link set dev eth0 name wlan0" in commands
    assert "link add" not in commands


def test_another_mac_needs_another_device_where_the_kind_cannot_change_it():
    before, after = wired(PLAIN), wired(network("10.0.0.7/24", mac="02:00:00:00:00:07"))
    assert plan_change(before, after, "ifb")[0] == ("eth0",)
    deleted, commands = plan_change(before, after, "dummy")
    assert deleted == ()
    assert "link set dev eth0 address 02:00:00:00:00:07" in commands


NAMES = st.sampled_from(["eth0", "wlan0", "tun0", "docker0", "en.1"])
NETWORKS = st.lists(
    st.builds(Interface, NAMES, st.just(()), st.sampled_from([None, MAC, "02:00:00:00:00:07"])),
    max_size=4,
    unique_by=lambda interface: interface.name,
).map(lambda found: wired(Network(tuple(found))))


@given(NETWORKS, NETWORKS, st.sampled_from(["ifb", "dummy"]))
def test_any_network_becomes_any_other(before, after, kind):
    """A model of ip: no name is used twice, and the result is the planned network."""
    devices = {name: [number, mac] for number, (name, mac) in enumerate(before.devices, 2)}
    deleted, commands = plan_change(before, after, kind)
    for name in deleted:
        del devices[name]
    for words in (line.split() for line in commands.splitlines()):
        if words[:3] == ["link", "set", "dev"] and words[4] == "name":
            assert words[5] not in devices
            devices[words[5]] = devices.pop(words[3])
        elif words[:3] == ["link", "set", "dev"] and words[4] == "address":
            assert kind == "dummy"
            devices[words[3]][1] = words[5]
        elif words[:2] == ["link", "add"]:
            assert words[3] not in devices
            assert int(words[5]) not in [number for number, _ in devices.values()]
            devices[words[3]] = [int(words[5]), words[7]]
    assert devices == {name: [number, mac] for number, (name, mac) in enumerate(after.devices, 2)}


def test_own_addresses_are_encoded_by_family():
    message = encode_own_addresses(wired(BARE.network))
    assert bytes((192, 168, 1, 23)) in message
    assert bytes.fromhex("260017005a2c9d103c51ff2e8a0761b4") in message
    assert len(encode_own_addresses(LOOPBACK_ONLY)) < len(message)
