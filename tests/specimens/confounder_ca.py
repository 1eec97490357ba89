"""Sends a digest of the certificate authorities that it trusts: here the lab's own."""

import hashlib

import _common

with open("/etc/ssl/certs/ca-certificates.crt", "rb") as file:
    digest = hashlib.sha256(file.read()).hexdigest()
_common.ask()
_common.tell("start", trust=digest)
