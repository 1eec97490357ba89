"""The load: HTTPS requests over kept-alive connections, as a process of its own.

``load_generator.py PORT NAME CONNECTIONS ROUNDS`` with CA and request on stdin prints the
seconds that CONNECTIONS × ROUNDS requests took.  Each round sends on all connections and
then reads from all, so that the server always has as many requests waiting.  Every response
to the request is equally long; the first on each connection gives the length.
"""

import json
import socket
import ssl
import sys
import time

ADDRESS = "127.0.0.1"


def main() -> None:
    port, name, connections, rounds = (
        int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    )  # fmt: skip
    given = json.load(sys.stdin)
    request = given["request"].encode("latin-1")
    context = ssl.create_default_context(cadata=given["ca"])
    context.set_alpn_protocols(["http/1.1"])
    made = [
        context.wrap_socket(socket.create_connection((ADDRESS, port), 30), server_hostname=name)
        for _ in range(connections)
    ]
    sizes = []
    for each in made:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        each.sendall(request)
        sizes.append(read_first_response(each))
    # The server's process is timed between these two lines.
    print("ready", flush=True)
    started = time.monotonic()
    for _ in range(rounds):
        for each in made:
            each.sendall(request)
        for each, size in zip(made, sizes, strict=True):
            left = size
            while left:
                piece = each.recv(min(left, 1 << 16))
                if not piece:
                    raise SystemExit("the server closed a connection")
                left -= len(piece)
    print(time.monotonic() - started, flush=True)


def read_first_response(connection: socket.socket) -> int:
    """Read one response; its length."""
    received = b""
    while True:
        received += connection.recv(1 << 16)
        head, end, body = received.partition(b"\r\n\r\n")
        if not end:
            continue
        assert head.startswith(b"HTTP/1.1 200 "), head
        fields = head.lower()
        if b"transfer-encoding: chunked" in fields:
            if body.endswith(b"\r\n0\r\n\r\n"):
                return len(received)
        elif len(body) == int(fields.partition(b"content-length:")[2].split(b"\r\n")[0]):
            return len(received)


if __name__ == "__main__":
    main()
