import hashlib

import pytest

from lab.observation.text.rendering import render_bytes


@pytest.mark.parametrize(
    ("data", "text"), [(b"", ""), ("é\n".encode(), "é\n"), (b"\xff\x00", "ff00")]
)
def test_text_stays_and_other_bytes_are_hexadecimal(data, text):
    assert render_bytes(data) == text


def test_of_very_long_bytes_the_beginning_the_length_and_a_digest():
    data = b"\xff" * 100_000
    text = render_bytes(data)
    assert text.startswith("ff" * 65536 + "… 100000 bytes, sha256 ")
    assert text.endswith(hashlib.sha256(data).hexdigest())
