"""Why a handshake failed, in words: from the reason that OpenSSL gives.

The reason of a :class:`~lab.observation.records.TlsFailure` is OpenSSL's own
(``TLSV1_ALERT_UNKNOWN_CA``), or words where the connection just ended.  An alert in it was sent
by the client; any other reason is the lab's side of a handshake that cannot succeed.
"""

from __future__ import annotations

import re

__all__ = ["describe_tls_failure", "suggest_for_tls_failure"]

_ALERT = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_ALERT_([A-Z0-9_]+)\Z")
_SYMBOL = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_DISTRUST = frozenset(
    {"unknown ca", "bad certificate", "certificate unknown", "unsupported certificate",
     "certificate expired", "certificate revoked", "access denied"}
)  # fmt: skip
"""Alerts of a client that does not accept the certificate (RFC 8446 section 6.2)."""


def _read_alert(reason: str) -> str | None:
    found = _ALERT.match(reason)
    return found[1].replace("_", " ").lower() if found is not None else None


def describe_tls_failure(reason: str) -> str:
    """``the client's alert: unknown ca``, ``no shared cipher``."""
    if (alert := _read_alert(reason)) is not None:
        return f"the client's alert: {alert}"
    return reason.replace("_", " ").lower() if _SYMBOL.match(reason) else reason


def suggest_for_tls_failure(reason: str) -> str | None:
    """What may mend it; None where nothing is known that does."""
    alert = _read_alert(reason)
    if alert in _DISTRUST:
        return (
            "it does not accept the lab's certificate: name its CA variable under [trust] in its"
            " profile, unless it pins a certificate of its own"
        )
    if alert is None and not _SYMBOL.match(reason):
        return (
            "it may not accept the lab's certificate: name its CA variable under [trust] in its"
            " profile"
        )
    return None
