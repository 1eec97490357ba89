"""Sends a packed log, as gzip packs a file that has a name."""

import json
import struct
import zlib

import _common

body = json.dumps({"run": _common.token(8), "lines": ["started", "listed", "stopped"]}).encode()
packer = zlib.compressobj(6, zlib.DEFLATED, -15)
packed = packer.compress(body) + packer.flush()
name = f"{_common.login()}.log".encode()
head = b"\x1f\x8b\x08\x08" + b"\0\0\0\0" + b"\0\x03" + name + b"\0"
whole = head + packed + struct.pack("<II", zlib.crc32(body), len(body))
_common.ask()
_common.exchange(
    "POST",
    "https://logs.specimen.example/v1/upload",
    [("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
    whole,
)
