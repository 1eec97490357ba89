import pytest

from lab.observation.documents.varint import read_varint


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\x00", (0, 1)),
        (b"\x7f", (127, 1)),
        (b"\xac\x02rest", (300, 2)),
        (b"\xff" * 9 + b"\x01", ((1 << 64) - 1, 10)),
        (b"\xff" * 9 + b"\x02", (0, -1)),
        (b"\xff" * 11, (0, -1)),
        (b"\x80", (0, -1)),
        (b"", (0, -1)),
    ],
)
def test_a_number(data, found):
    assert read_varint(data, 0) == found


def test_needless_bytes_are_an_error_only_where_that_is_asked():
    assert read_varint(b"\x81\x00", 0) == (1, 2)
    assert read_varint(b"\x81\x00", 0, strict=True) == (0, -1)
