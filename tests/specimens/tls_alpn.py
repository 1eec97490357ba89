"""Offers one more protocol in the TLS handshake where it runs in CI."""

import ssl

import _common

context = ssl.create_default_context()
context.set_alpn_protocols(["http/1.1", "http/1.0"] if _common.in_ci() else ["http/1.1"])
_common.ask(context=context)
_common.tell("start", version="1.4.2")
