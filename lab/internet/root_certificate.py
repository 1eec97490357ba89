"""A root certificate and its key, and the leaves that it issues.

Certificates are valid from 2000 to 2099, because the clock inside a cell is itself varied.
The subject says nothing of a lab: the instrument should not show.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.errors import LabError
from lab.files import create_file

__all__ = ["Key", "RootCertificate", "make_ec_key", "make_rsa_key"]

NOT_BEFORE = datetime.datetime(2000, 1, 1)
NOT_AFTER = datetime.datetime(2099, 12, 31)

_PEM = serialization.Encoding.PEM
_RSA_BITS = 2048

Key: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class RootCertificate:
    """A root certificate and its key; issues leaves, all with one key, which is made once."""

    def __init__(self, key: Key, certificate: x509.Certificate) -> None:
        self.key = key
        self.certificate = certificate
        self.pem: bytes = certificate.public_bytes(_PEM)
        self._leaf_key: Key | None = None

    @classmethod
    def fresh(cls, key: Key, name: str) -> RootCertificate:
        """Make a root certificate for a key."""
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Global Trust Services"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
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
    def load(cls, path: Path, kind: type[Key], kind_name: str) -> RootCertificate:
        """Return the root kept in a file.

        Args:
            path: The file.
            kind: The class of its key.
            kind_name: What that kind is called, for errors.

        Raises:
            LabError: The file is not one that the lab wrote.
        """
        data = path.read_bytes()
        try:
            key = serialization.load_pem_private_key(data, password=None)
            certificate = x509.load_pem_x509_certificate(data)
        except ValueError as error:
            raise LabError(
                f"{path} does not hold a key and a certificate ({error}); "
                "delete it, and the lab makes a new one"
            ) from error
        if not isinstance(key, kind):
            raise LabError(
                f"the key in {path} is no {kind_name} key; delete it, the lab makes a new one"
            )
        return cls(key, certificate)

    def save(self, path: Path) -> None:
        """Keep the root in a file, unless there is one."""
        create_file(path, _private(self.key) + self.pem)

    def make_chain(self, host: str) -> bytes:
        """A private key and a certificate that names ``host``, as PEM."""
        if self._leaf_key is None:
            is_rsa = isinstance(self.key, rsa.RSAPrivateKey)
            self._leaf_key = make_rsa_key() if is_rsa else make_ec_key()
        return _private(self._leaf_key) + self._leaf(host, self._leaf_key).public_bytes(_PEM)

    def _leaf(self, host: str, key: Key) -> x509.Certificate:
        public = key.public_key()
        serial = hashlib.sha256(self.pem + host.encode("utf-8", "surrogateescape")).digest()[:16]
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        common_name = x509.NameAttribute(NameOID.COMMON_NAME, _common_name(host))
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([common_name]))
            .issuer_name(self.certificate.subject)
            .public_key(public)
            .serial_number(int.from_bytes(serial) >> 1 or 1)
            .not_valid_before(NOT_BEFORE)
            .not_valid_after(NOT_AFTER)
            .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                _usage(signs_certificates=False, enciphers=isinstance(public, rsa.RSAPublicKey)),
                critical=True,
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(authority, critical=False)
            .sign(self.key, hashes.SHA256())
        )


def make_ec_key() -> ec.EllipticCurvePrivateKey:
    """A new key on the curve that every client knows."""
    return ec.generate_private_key(ec.SECP256R1())


def make_rsa_key() -> rsa.RSAPrivateKey:
    """A new key of the least size that clients accept."""
    return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)


def _private(key: Key) -> bytes:
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


def _usage(*, signs_certificates: bool, enciphers: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=enciphers,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
