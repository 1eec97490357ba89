"""The rest of the wire is tested with real sockets in test_shell."""

import pytest

from lab.internet.tcp_transport import normalise_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("fe80::1%lo", "fe80::1"),
        ("2600:0::1", "2600::1"),
    ],
)
def test_addresses_are_written_in_one_way(text, expected):
    assert normalise_address(text) == expected
