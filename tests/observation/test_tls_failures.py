import pytest

from lab.observation.tls_failures import describe_tls_failure, suggest_for_tls_failure


@pytest.mark.parametrize(
    ("reason", "words", "is_trust"),
    [
        ("TLSV1_ALERT_UNKNOWN_CA", "the client's alert: unknown ca", True),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "the client's alert: bad certificate", True),
        ("TLSV13_ALERT_MISSING_EXTENSION", "the client's alert: missing extension", False),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "the client's alert: handshake failure", False),
        ("NO_SHARED_CIPHER", "no shared cipher", False),
        ("UNSUPPORTED_PROTOCOL", "unsupported protocol", False),
        ("the client closed the connection", "the client closed the connection", True),
    ],
)
def test_a_reason_is_reported_in_words_and_a_remedy_only_where_one_may_help(
    reason, words, is_trust
):
    assert describe_tls_failure(reason) == words
    hint = suggest_for_tls_failure(reason)
    assert ("[trust]" in hint) if is_trust else hint is None
