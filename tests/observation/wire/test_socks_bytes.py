"""What a client says to a SOCKS proxy besides user, password and target."""

from lab.observation.wire.socks_bytes import read_socks4, read_socks5

GREETING = b"\x05\x02\x00\x02"
LOGIN = b"\x01\x02me\x02pw"
REQUEST = b"\x05\x01\x00\x03\x09B.example\x00\x50"


def facts(reading):
    return {fact.pointer: fact.value for fact in reading.facts}


def test_version_5():
    reading = read_socks5(GREETING + LOGIN + REQUEST)
    assert list(reading.list_gaps()) == []
    assert facts(reading) == {
        "(socks5 methods)": "0 2",
        "(socks5 request)": "name, UPPER.lower",
    }


def test_odd_numbers_of_version_5():
    reading = read_socks5(GREETING + b"\x07" + LOGIN[1:] + b"\x05\x02\x09\x01\1\2\3\4\0\x50")
    assert facts(reading)["(socks5 login)"] == "07"
    assert facts(reading)["(socks5 request)"] == "IPv4 address, command 2, reserved 09"


def test_what_is_incomplete_is_left_over():
    whole = GREETING + LOGIN + REQUEST
    for size in range(len(whole)):
        reading = read_socks5(whole[:size])
        covered = sum(reading.count_bytes().values())
        assert covered in (0, 4, 11)
        assert covered + sum(end - start for start, end in reading.list_gaps()) == size


def test_version_4():
    reading = read_socks4(b"\x04\x01\0\x50\1\2\3\4me\0rest")
    assert facts(reading) == {"(socks4 request)": "IPv4 address"}
    assert list(reading.list_gaps()) == [(11, 15)]
    named = read_socks4(b"\x04\x02\0\x50\0\0\0\x07me\0b.example\0")
    assert facts(named) == {"(socks4 request)": "name, lower, 0.0.0.7, command 2"}
    for partial in (b"\x04\x01\0\x50", b"\x04\x01\0\x50\0\0\0\x07me\0b.example"):
        assert list(read_socks4(partial).list_gaps()) == [(0, len(partial))]
