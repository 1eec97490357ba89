import datetime
import ssl
import stat
import threading

import pytest
from cryptography import x509

from lab.errors import LabError
from lab.internet import certificate_authority as module
from lab.internet.certificate_authority import FILE, RSA_FILE, CertificateAuthority
from tests.internet.transcript import authority


def leaf(host: str) -> x509.Certificate:
    """The certificate that a client which trusts the root is shown."""
    client = ssl.create_default_context(cadata=authority().pem.decode())
    client.check_hostname = False
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(to_client, to_server)
    far = authority().context(host).wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for end in (near, far):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return x509.load_der_x509_certificate(near.getpeercert(binary_form=True))


def names(host: str) -> x509.SubjectAlternativeName:
    return leaf(host).extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def test_a_name_gets_a_certificate_for_itself():
    assert names("api.example.com").get_values_for_type(x509.DNSName) == ["api.example.com"]


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111"])
def test_an_address_gets_a_certificate_for_itself(address):
    assert [str(each) for each in names(address).get_values_for_type(x509.IPAddress)] == [address]


@pytest.mark.parametrize("host", ["x" * 200, "a_b.example", "bücher.example", ""])
def test_a_strange_name_still_gets_a_certificate(host):
    assert leaf(host).issuer


def test_certificates_are_valid_whatever_the_clock_inside_says():
    certificate = leaf("api.example.com")
    for year in (2001, 2026, 2098):
        moment = datetime.datetime(year, 6, 1, tzinfo=datetime.UTC)
        assert certificate.not_valid_before_utc < moment < certificate.not_valid_after_utc


def test_a_context_is_made_once(monkeypatch):
    issuing = CertificateAuthority.fresh()
    assert issuing.context("a") is issuing.context("a")
    monkeypatch.setattr(module, "CONTEXTS_KEPT", 1)
    first = issuing.context("a")
    issuing.context("b")
    assert issuing.context("a") is not first


def test_the_root_is_kept_and_its_key_is_private(tmp_path):
    first = CertificateAuthority.load(tmp_path / "deep" / "folder")
    assert CertificateAuthority.load(tmp_path / "deep" / "folder").pem == first.pem
    kept = sorted((tmp_path / "deep" / "folder").iterdir())
    assert [path.name for path in kept] == sorted([FILE, RSA_FILE])
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_a_folder_of_an_earlier_lab_keeps_its_root_and_gets_the_other(tmp_path):
    first = CertificateAuthority.load(tmp_path).pem
    (tmp_path / RSA_FILE).unlink()
    again = CertificateAuthority.load(tmp_path).pem
    marker = b"-----BEGIN CERTIFICATE-----"
    assert again.split(marker)[1] == first.split(marker)[1]
    assert again.split(marker)[2] != first.split(marker)[2]


def test_all_who_load_at_once_get_the_same_root(tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(CertificateAuthority.load(tmp_path).pem))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("name", [FILE, RSA_FILE])
def test_a_damaged_file_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"nonsense")
    with pytest.raises(LabError, match=rf"{name}.*delete it"):
        CertificateAuthority.load(tmp_path)


def test_a_key_of_another_kind_is_refused(tmp_path):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519

    key = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / FILE).write_bytes(key + authority().pem)
    with pytest.raises(LabError, match="EC key"):
        CertificateAuthority.load(tmp_path)
    (tmp_path / FILE).unlink()
    (tmp_path / RSA_FILE).write_bytes(key + authority().pem)
    with pytest.raises(LabError, match="RSA key"):
        CertificateAuthority.load(tmp_path)
