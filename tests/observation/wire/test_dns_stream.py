"""Queries over a stream are understood where they are on record."""

from lab.observation.wire.dns_stream import read_dns_stream


def test_other_messages_are_left_over():
    data = b"\x00\x03abc\x00\x02xy\x00\x03abc\x00\x09half"
    reading = read_dns_stream(data, {b"abc"})
    assert [data[start:end] for start, end in reading.list_gaps()] == [
        b"\x00\x02xy",
        b"\x00\x09half",
    ]
    assert reading.count_bytes() == {"DNS query": 10}
