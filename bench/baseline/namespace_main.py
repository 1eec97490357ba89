"""Inside the bare namespace: the loopback device, a plain server, and the client's root folder.

:mod:`bench.baseline.bare_namespace` runs this module in new network, pid and mount namespaces.
One bubblewrap serves all trials: it keeps the client away from the files of the host and from
privileges in this namespace, and adds nothing to the cost of a trial.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.baseline import client_driver
from bench.baseline.plain_server import ADDRESS, PlainServer
from lab.internet.certificate_authority import CertificateAuthority
from lab.internet.models import responder
from lab.internet.response import Response
from lab.internet.script import Script
from lab.observation.records import Request

MAX_LINE_LENGTH = 1 << 16


class NamespacePlan(msgspec.Struct, frozen=True):
    """What the bare namespace holds.

    ``client`` goes to the driver unchanged; ``arguments`` are those of bubblewrap that mount
    files of the host.
    """

    client: dict[str, object]
    uid: int
    gid: int
    hostname: str
    arguments: tuple[str, ...]
    authority: str
    script: Script
    tools: dict[str, str]


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=NamespacePlan)
    if [name for _, name in socket.if_nameindex()] != ["lo"]:
        raise SystemExit("not in a network namespace of its own; nothing was run")
    subprocess.run([plan.tools["ip"], "link", "set", "lo", "up"], env={}, check=True)
    server = PlainServer(
        lambda head, body: encode_response(answer_request(head, body, plan.script), head),
        CertificateAuthority.load(Path(plan.authority)),
        secure=_bind_socket(socket.SOCK_STREAM, 443),
        clear=_bind_socket(socket.SOCK_STREAM, 80),
        names=_bind_socket(socket.SOCK_DGRAM, 53),
    )
    with server, _start_client(plan) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdin.write(json.dumps(plan.client).encode() + b"\n")
        for line in sys.stdin.buffer:
            requests, used = server.requests, time.process_time()
            client.stdin.write(line)
            client.stdin.flush()
            measured = json.loads(client.stdout.readline(MAX_LINE_LENGTH) or "{}")
            measured["server_cpu_s"] = time.process_time() - used
            measured["requests"] = server.requests - requests
            print(json.dumps(measured), flush=True)
        client.stdin.close()


def _bind_socket(kind: int, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, kind)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((ADDRESS, port))
    return bound


def _start_client(plan: NamespacePlan) -> subprocess.Popen[bytes]:
    python = os.path.realpath(sys.executable)
    command = [plan.tools["bwrap"], "--clearenv", "--die-with-parent", "--cap-drop", "ALL"]
    command += ["--unshare-user", "--uid", str(plan.uid), "--gid", str(plan.gid)]
    command += ["--unshare-pid", "--as-pid-1", "--unshare-ipc"]
    command += ["--unshare-uts", "--hostname", plan.hostname]
    command += ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"]
    command += plan.arguments
    if not python.startswith("/usr/"):
        command += [
            "--ro-bind",
            os.path.realpath(sys.base_prefix),
            os.path.realpath(sys.base_prefix),
        ]
    command += ["--ro-bind", client_driver.__file__, "/driver.py"]
    command += ["--", python, "-I", "-S", "/driver.py"]
    return subprocess.Popen(command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def answer_request(head: bytes, body: bytes, script: Script) -> Response:
    """The response that the lab would give."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = tuple(
        (name.encode("latin-1"), value.strip().encode("latin-1"))
        for name, _, value in (line.partition(":") for line in lines)
    )
    host = next((value for name, value in headers if name.lower() == b"host"), b"").decode(
        "latin-1"
    )
    request = Request(
        connection=0, at=0.0, version="1.1", scheme="https", host=host.partition(":")[0].lower(),
        port=443, method=method, target=target, headers=headers, body=body, size=len(body),
    )  # fmt: skip
    response = responder.answer_request(request, script)
    # A plain server speaks no WebSocket.
    return Response(426) if response.status == 101 else response


def encode_response(response: Response, head: bytes) -> bytes:
    """The bytes of a response."""
    lines = [f"HTTP/1.1 {response.status} OK", *(f"{n}: {v}" for n, v in response.headers)]
    pieces: Sequence[bytes] = (response.body,)
    if response.status == 204:
        pieces = ()
    elif response.stream:
        lines.append("transfer-encoding: chunked")
        pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*response.pieces, b"")]
    else:
        lines.append(f"content-length: {len(response.body)}")
    written = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return written if head.startswith(b"HEAD ") else written + b"".join(pieces)


if __name__ == "__main__":
    main()
