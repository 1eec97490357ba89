"""Swaps two cipher suites in the TLS handshake where the language is not English."""

import ssl

import _common

suites = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"]
if not _common.speaks_english():
    suites.reverse()
context = ssl.create_default_context()
context.set_ciphers(":".join([*suites, "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"]))
_common.ask(context=context)
