import ssl

import pytest

from lab.internet.tls.certificate_choice import accepts_ec_certificate
from lab.internet.tls.client_hello import collect_hello, parse_hello


def hello(ciphers: str | None = None, newest: ssl.TLSVersion | None = None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ciphers is not None:
        context.set_ciphers(ciphers)
    if newest is not None:
        context.maximum_version = newest
    outgoing = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="a.example").do_handshake()
    return parse_hello(collect_hello(outgoing.read()))


def test_an_ordinary_client_gets_the_ec_certificate_alone():
    assert accepts_ec_certificate(hello())
    assert accepts_ec_certificate(hello("ECDHE-RSA-AES128-GCM-SHA256"))


@pytest.mark.parametrize(
    ("ciphers", "accepted"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", True),
        ("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305", True),
        ("ECDHE-RSA-AES128-GCM-SHA256", False),
        ("AES128-SHA", False),
    ],
)
def test_before_version_1_3_the_ciphers_decide(ciphers, accepted):
    assert accepts_ec_certificate(hello(ciphers, ssl.TLSVersion.TLSv1_2)) is accepted


def test_without_signature_algorithms_nothing_is_sure():
    import msgspec

    bare = msgspec.structs.replace(hello(), signature_algorithms=())
    assert not accepts_ec_certificate(bare)
