"""How the records of a handshake are cut, and what of them is legible."""

from lab.observation.wire.tls_records import read_tls_records

MESSAGE = b"\x01\x00\x00\x04\x03\x03ab"


def record(kind, content, minor=3):
    return bytes([kind, 3, minor]) + len(content).to_bytes(2) + content


def read(data):
    reading = read_tls_records(data)
    return [(fact.pointer, fact.value) for fact in reading.facts], list(reading.list_gaps())


def test_the_hello_in_one_record_or_in_several():
    assert read(record(22, MESSAGE, 1)) == ([("record/hello", "version 3.1: whole")], [])
    halves = record(22, MESSAGE[:5], 1) + record(22, MESSAGE[5:])
    assert read(halves) == ([("record/hello", "version 3.1 3.3: 5 each")], [])


def test_what_is_legible_behind_it():
    data = (
        record(22, MESSAGE) + record(21, b"\x02\x30") + record(20, b"\x01") + record(22, bytes(40))
    )
    assert read(data)[0][1:] == [
        ("record/alert", "version 3.3: 0230"),
        ("record/cipher change", "version 3.3: 01"),
        ("record/message", "version 3.3: 40 bytes of ciphertext"),
    ]


def test_what_is_no_record_is_left_over():
    data = record(22, MESSAGE) + b"more"
    assert read(data)[1] == [(len(data) - 4, len(data))]
    assert read(record(22, MESSAGE)[:-1])[1] == [(0, 12)]
    extra = record(22, MESSAGE + b"xy")
    assert read(extra)[1] == [(len(extra) - 2, len(extra))]
