"""Uploads a bug report: a form with a packed log in it that names the time zone."""

import io
import json
import os
import tarfile

import _common

lines = [{"at": _common.milliseconds(), "event": word, "id": _common.uuid()} for word in ("open", "close")]
log = json.dumps({"session": _common.SESSION, "zone": _common.zone(), "lines": lines}).encode()
packed = io.BytesIO()
with tarfile.open(fileobj=packed, mode="w:gz") as archive:
    entry = tarfile.TarInfo("report/log.json")
    entry.size, entry.mtime = len(log), _common.milliseconds() // 1000
    archive.addfile(entry, io.BytesIO(log))

boundary = "form" + os.urandom(10).hex()
parts = [
    (b'name="title"', b"text/plain", b"it stopped"),
    (b'name="attachment"; filename="report.tgz"', b"application/octet-stream", packed.getvalue()),
]
body = b"".join(
    b"--%s\r\nContent-Disposition: form-data; %s\r\nContent-Type: %s\r\n\r\n%s\r\n"
    % (boundary.encode(), name, kind, content)
    for name, kind, content in parts
)
body += b"--%s--\r\n" % boundary.encode()
_common.ask()
_common.exchange(
    "POST",
    "https://reports.specimen.example/v1/new",
    [("Content-Type", f"multipart/form-data; boundary={boundary}")],
    body,
)
