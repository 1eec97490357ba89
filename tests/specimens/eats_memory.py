"""Takes memory until it gets no more (or three gigabytes)."""

import _common

_common.only_in_a_jail()
_common.ask()
hoard = []
for _ in range(3 << 5):
    hoard.append(bytearray(b"x") * (1 << 25))
