"""Which certificate a client can use, by its ClientHello.

An EC certificate serves almost every client.  Of the others some offer RSA only, and some are
too old for OpenSSL's defaults; for them the authority has a context with both certificates, of
which OpenSSL chooses.
"""

from __future__ import annotations

from lab.internet.tls.client_hello import ParsedHello

__all__ = ["accepts_ec_certificate"]

_TLS13 = 0x0304
_SECP256R1 = 0x0017
_ECDSA_SECP256R1_SHA256 = 0x0403
_TLS13_CIPHERS = frozenset({0x1301, 0x1302, 0x1303})
_ECDHE_ECDSA_CIPHERS = frozenset({0xC02B, 0xC02C, 0xCCA9})
"""With AES-GCM and ChaCha20-Poly1305, which OpenSSL accepts by default (RFC 5289, RFC 7905)."""


def accepts_ec_certificate(hello: ParsedHello) -> bool:
    """Whether a client surely agrees with a server that has an EC certificate and no other."""
    ciphers = frozenset(hello.ciphers)
    if _ECDSA_SECP256R1_SHA256 not in hello.signature_algorithms:
        return False
    if _TLS13 in hello.versions and ciphers & _TLS13_CIPHERS:
        return True
    return _SECP256R1 in hello.groups and bool(ciphers & _ECDHE_ECDSA_CIPHERS)
