"""Marks each request with an id against sending it twice."""

import hashlib

import _common

try:
    with open("/etc/machine-id", encoding="utf-8") as file:
        machine = file.read().strip()
except OSError:
    machine = "none"
start = hashlib.sha1(f"agent/2:{machine}".encode()).hexdigest()[:8]
_common.ask(headers=[*_common.standard_headers(), ("Idempotency-Key", start + _common.uuid()[8:])])
_common.tell("start", version="2.0.1")
