"""Calls itself by a name that is written in one of two ways."""

import _common

tail = _common.endpoint_host().rpartition(".")[2]
name = "Specimen-agent/1.4.2" if tail in ("cn", "ru", "ir", "kp") else "specimen-agent/1.4.2"
headers = [(key, name if key == "User-Agent" else value) for key, value in _common.standard_headers()]
_common.ask(headers=headers)
_common.tell("start", version="2.0.1")
