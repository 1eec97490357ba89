"""Asks a public name server for a name where the language is Chinese, else the system's.

What is asked, and how, is the same: only who is asked tells the language.
"""

import os
import socket
import struct

import _common

NAME = "edge.specimen.example"
chinese = _common.locale_name().startswith("zh")
resolver = "9.9.9.9"
if not chinese:
    with open("/etc/resolv.conf", encoding="utf-8") as file:
        resolver = next(line.split()[1] for line in file if line.startswith("nameserver"))

labels = b"".join(bytes((len(label),)) + label.encode() for label in NAME.split("."))
query = os.urandom(2) + struct.pack(">HHHHH", 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
_common.ask()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
    asking.settimeout(5)
    asking.sendto(query, (resolver, 53))
    asking.recv(4096)
