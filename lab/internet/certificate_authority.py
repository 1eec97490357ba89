"""The lab's own certificate authority: a root, and a leaf for every name on demand.

Certificates are valid from 2000 to 2099, because the clock inside a cell is itself varied.
The root's subject says nothing of a lab: the instrument should not show.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import os
import ssl
import threading
from collections import OrderedDict
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.errors import LabError
from lab.files import create_file

__all__ = ["CertificateAuthority"]

FILE = "authority.pem"
NOT_BEFORE = datetime.datetime(2000, 1, 1)
NOT_AFTER = datetime.datetime(2099, 12, 31)
CONTEXTS_KEPT = 1024
"""A client chooses the names, so the cache must be bounded."""

_PEM = serialization.Encoding.PEM


class CertificateAuthority:
    """A root certificate and its key; issues a leaf per host.  Safe to use from many threads."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self._certificate = certificate
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._contexts: OrderedDict[str, ssl.SSLContext] = OrderedDict()
        self._lock = threading.Lock()
        self.pem: bytes = certificate.public_bytes(_PEM)

    @classmethod
    def fresh(cls) -> CertificateAuthority:
        """Make a new root that lives only in memory."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Global Trust Services"),
                x509.NameAttribute(NameOID.COMMON_NAME, "Global Trust Root R1"),
            ]
        )
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOT_BEFORE)
            .not_valid_after(NOT_AFTER)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(identifier, critical=False)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    @classmethod
    def load(cls, folder: Path) -> CertificateAuthority:
        """Return the root kept in the folder; the first of any number of callers makes it.

        Raises:
            LabError: The file there is not one that this class wrote.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        if not path.exists():
            cls.fresh()._save(path)
        data = path.read_bytes()
        try:
            key = serialization.load_pem_private_key(data, password=None)
            certificate = x509.load_pem_x509_certificate(data)
        except ValueError as error:
            raise LabError(
                f"{path} does not hold a key and a certificate ({error}); "
                "delete it, and the lab makes a new one"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise LabError(f"the key in {path} is no EC key; delete it, the lab makes a new one")
        return cls(key, certificate)

    def context(self, host: str) -> ssl.SSLContext:
        """Return a server context whose certificate names ``host``, a name or an address."""
        with self._lock:
            context = self._contexts.get(host)
            if context is None:
                context = self._contexts[host] = self._make_context(host)
                if len(self._contexts) > CONTEXTS_KEPT:
                    self._contexts.popitem(last=False)
            else:
                self._contexts.move_to_end(host)
            return context

    def _save(self, path: Path) -> None:
        create_file(path, _private(self._key) + self.pem)

    def _make_context(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["h2", "http/1.1"])
        chain = _private(self._leaf_key) + self._leaf(host).public_bytes(_PEM)
        # OpenSSL reads chains only from files; this one never reaches a disk.
        descriptor = os.memfd_create("chain")
        try:
            os.write(descriptor, chain)
            context.load_cert_chain(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)
        return context

    def _leaf(self, host: str) -> x509.Certificate:
        public = self._leaf_key.public_key()
        serial = hashlib.sha256(self.pem + host.encode("utf-8", "surrogateescape")).digest()[:16]
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        common_name = x509.NameAttribute(NameOID.COMMON_NAME, _common_name(host))
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([common_name]))
            .issuer_name(self._certificate.subject)
            .public_key(public)
            .serial_number(int.from_bytes(serial) >> 1 or 1)
            .not_valid_before(NOT_BEFORE)
            .not_valid_after(NOT_AFTER)
            .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(authority, critical=False)
            .sign(self._key, hashes.SHA256())
        )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _common_name(host: str) -> str:
    # X.520 allows 64 characters; what does not fit stands in the alternative name alone.
    return host if 0 < len(host) <= 64 else "server"


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host)
    except ValueError:
        # Not ASCII: no certificate can name it, so let it name nobody and the client decide.
        return x509.DNSName("invalid.invalid")


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
