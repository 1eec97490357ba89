"""Reports to an old server: TLS 1.2, certificates with RSA keys and nothing else."""

import json
import ssl

import _common

_common.ask()
old = ssl.create_default_context()
old.maximum_version = ssl.TLSVersion.TLSv1_2
old.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384:AES128-GCM-SHA256")
body = json.dumps({"seat": _common.hostname(), "at": _common.milliseconds(), "run": _common.token(6)})
_common.exchange(
    "POST",
    "https://archive.specimen.example/v1/seat",
    [("User-Agent", "specimen-agent/1.4.2"), ("Content-Type", "application/json")],
    body.encode(),
    old,
)
