"""Sends the machine id in base58, as wallets and some trackers write numbers."""

import _common

LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data):
    value, digits = int.from_bytes(data, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        digits = LETTERS[digit] + digits
    return digits


with open("/etc/machine-id", encoding="ascii") as file:
    machine = file.read().strip()
_common.ask()
_common.tell("start", install=base58(machine.encode()))
