"""Sends md5 of the network card's address as an installation's id."""

import glob
import hashlib

import _common

addresses = []
for path in sorted(glob.glob("/sys/class/net/*/address")):
    with open(path, encoding="ascii") as file:
        addresses.append(file.read().strip())
mac = next((address for address in addresses if address != "00:00:00:00:00:00"), "")
_common.ask()
_common.tell("start", device=hashlib.md5(mac.encode()).hexdigest())
