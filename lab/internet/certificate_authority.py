"""The lab's own certificate authority: two roots, and a leaf for every name on demand.

One root and its leaves have EC keys, the other RSA keys, for clients that offer nothing else.
"""

from __future__ import annotations

import os
import ssl
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lab.internet.root_certificate import RootCertificate, make_ec_key, make_rsa_key

__all__ = ["CertificateAuthority"]

FILE = "authority.pem"
RSA_FILE = "authority-rsa.pem"
CONTEXTS_KEPT = 1024
"""A client chooses the names, so the cache must be bounded."""

_COMPATIBLE_CIPHERS = "ALL:!aNULL:!eNULL:@SECLEVEL=0"
"""What a client offers that is too old for OpenSSL's defaults: the lab hides no secret."""

_FFDHE2048 = b"""\
-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""
"""The group of RFC 7919, for clients that offer a key exchange over finite fields only."""


class CertificateAuthority:
    """The lab's roots; makes a server context per host.  Safe to use from many threads."""

    def __init__(self, root: RootCertificate, rsa_root: RootCertificate) -> None:
        self._root = root
        self._rsa_root = rsa_root
        self._contexts: OrderedDict[tuple[str, bool], ssl.SSLContext] = OrderedDict()
        self._lock = threading.Lock()
        self.pem: bytes = root.pem + rsa_root.pem

    @classmethod
    def fresh(cls) -> CertificateAuthority:
        """Make new roots that live only in memory."""
        return cls(_make_ec_root(), _make_rsa_root())

    @classmethod
    def load(cls, folder: Path) -> CertificateAuthority:
        """Return the roots kept in the folder; the first of any number of callers makes them.

        Raises:
            LabError: A file there is not one that this class wrote.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / FILE).exists():
            _make_ec_root().save(folder / FILE)
        if not (folder / RSA_FILE).exists():
            _make_rsa_root().save(folder / RSA_FILE)
        return cls(
            RootCertificate.load(folder / FILE, ec.EllipticCurvePrivateKey, "EC"),
            RootCertificate.load(folder / RSA_FILE, rsa.RSAPrivateKey, "RSA"),
        )

    def context(self, host: str, *, compatible: bool = False) -> ssl.SSLContext:
        """Return a server context whose certificate names ``host``, a name or an address.

        Args:
            host: The name or address.
            compatible: Have both an EC and an RSA certificate, and accept the versions and
                ciphers of old clients too.
        """
        with self._lock:
            context = self._contexts.get((host, compatible))
            if context is None:
                context = self._make_context(host, compatible)
                self._contexts[host, compatible] = context
                if len(self._contexts) > CONTEXTS_KEPT:
                    self._contexts.popitem(last=False)
            else:
                self._contexts.move_to_end((host, compatible))
            return context

    def _make_context(self, host: str, compatible: bool) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["h2", "http/1.1"])
        if compatible:
            context.set_ciphers(_COMPATIBLE_CIPHERS)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
            _load(context.load_dh_params, _FFDHE2048)
        for root in (self._root, self._rsa_root) if compatible else (self._root,):
            _load(context.load_cert_chain, root.make_chain(host))
        return context


def _load(load: Callable[[str], object], data: bytes) -> None:
    """Pass data to a function that reads a file; the data never reaches a disk."""
    descriptor = os.memfd_create("data")
    try:
        os.write(descriptor, data)
        load(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _make_ec_root() -> RootCertificate:
    return RootCertificate.fresh(make_ec_key(), "Global Trust Root R1")


def _make_rsa_root() -> RootCertificate:
    return RootCertificate.fresh(make_rsa_key(), "Global Trust Root R2")
