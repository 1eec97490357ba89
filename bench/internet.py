"""Requests a second of the lab's internet over HTTPS, against a bare server.

Both serve in a thread of this process, on the loopback device, and the load comes from
another process; so this process's CPU is the server's.  The bare server sends bytes that
were written beforehand, and are as many as the lab's.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

import msgspec

from bench.baseline import load_generator
from bench.baseline.namespace_main import answer_request, encode_response
from bench.baseline.plain_server import ADDRESS, PlainServer
from bench.figures import Figure, Result
from lab.errors import LabError
from lab.internet.cell_sockets import CellSockets
from lab.internet.certificate_authority import CertificateAuthority
from lab.internet.script import FixedAnswer, Script
from lab.internet.server import Server
from lab.observation.records import Request

NAME = "internet"
HELP = "requests a second of the simulated internet, and CPU time of each"
DEFAULT_TRIALS = 8
IN_ALL = True

HOST_NAME = "api.example.com"
CONNECTIONS = 8
SMALL = 512
SCRIPT = Script(("anthropic-messages",), (FixedAnswer(path="/small", body="hello"),))


class Load(msgspec.Struct, frozen=True):
    """One kind of request, and how many times each connection sends it."""

    name: str
    request: bytes
    rounds: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: the common options are enough."""


def run(arguments: argparse.Namespace) -> Result:
    """Put each kind of load on both servers, in turns."""
    turns: int = arguments.trials
    loads = (
        Load("small", _build_post("/small", b"x" * SMALL), 250),
        Load("model", _build_post("/v1/messages", _build_conversation()), 40),
    )
    figures: list[Figure] = []
    authority = CertificateAuthority.fresh()
    for each in loads:
        head, _, body = each.request.partition(b"\r\n\r\n")
        canned = encode_response(answer_request(head, body, SCRIPT), head)
        rates: dict[str, list[float]] = {"lab": [], "plain": []}
        used: dict[str, list[float]] = {"lab": [], "plain": []}
        for number in range(turns + 1):
            for side, serve in (("lab", _measure_lab), ("plain", _measure_plain)):
                rate, cpu = serve(authority, each, canned)
                if number:
                    rates[side].append(rate)
                    used[side].append(cpu)
        figures.append(
            Figure.of(f"{each.name} requests a second", "1/s", rates["lab"], rates["plain"])
        )
        figures.append(Figure.of(f"{each.name}: server CPU each", "s", used["lab"], used["plain"]))
    return Result(
        f"internet, {CONNECTIONS} connections over TLS kept alive, {turns} turns",
        "the lab's internet",
        "a bare asyncio server that sends canned bytes",
        tuple(figures),
        (
            f"small: a body of {SMALL} bytes and a fixed answer; model: a request of "
            f"{len(loads[1].request) >> 10} KiB to a model,",
            "and its streamed answer.  The load is a process of its own, and may itself be the",
            "limit of the bare server; what each side costs is the CPU.",
        ),
    )


def _build_post(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST_NAME}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _build_conversation() -> bytes:
    """A request to a model of the usual shape: most of it is a prompt and tools."""
    tools = [
        {
            "name": f"tool_{number}",
            "description": "Does one thing and says what it did. " * 30,
            "input_schema": {
                "type": "object",
                "properties": {"path": {"type": "string"}, "count": {"type": "integer"}},
                "required": ["path"],
            },
        }
        for number in range(24)
    ]
    document = {
        "model": "claude-sonnet-4-5",
        "max_tokens": 1024,
        "stream": True,
        "system": "You are a careful assistant that works in a terminal. " * 600,
        "tools": tools,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Say ok."}]}],
    }
    return json.dumps(document).encode()


def _measure_lab(
    authority: CertificateAuthority, given: Load, canned: bytes
) -> tuple[float, float]:
    with ExitStack() as stack:
        tcp4, tcp6, udp4, udp6 = (
            stack.enter_context(socket.socket(family, kind))
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)
            for family in (socket.AF_INET, socket.AF_INET6)
        )
        for each in (tcp4, udp4):
            each.bind((ADDRESS, 0))
        for each in (tcp6, udp6):
            each.bind(("::1", 0))
        for each in (tcp4, tcp6):
            each.listen()
        serving = stack.enter_context(Server(authority))
        network = serving.attach(CellSockets(tcp4, tcp6, udp4, udp6, _refuse_datagram))
        network.begin(SCRIPT)
        measured = _measure_load(authority, given, tcp4.getsockname()[1], time.process_time)
        recorded = sum(isinstance(event, Request) for event in network.end().events)
    expected = CONNECTIONS * (given.rounds + 1)
    if recorded != expected:
        raise LabError(f"the lab's internet recorded {recorded} requests of {expected}")
    return measured


def _measure_plain(
    authority: CertificateAuthority, given: Load, canned: bytes
) -> tuple[float, float]:
    secure = socket.socket()
    secure.bind((ADDRESS, 0))
    port = secure.getsockname()[1]
    with PlainServer(lambda head, body: canned, authority, secure=secure):
        return _measure_load(authority, given, port, time.process_time)


def _refuse_datagram(address: str, port: int) -> socket.socket:
    raise LabError("this benchmark sends no datagrams")


def _measure_load(
    authority: CertificateAuthority, given: Load, port: int, used: Callable[[], float]
) -> tuple[float, float]:
    """Requests a second, and this process's CPU for each."""
    command = [sys.executable, "-I", "-S", load_generator.__file__]
    command += [str(port), HOST_NAME, str(CONNECTIONS), str(given.rounds)]
    with subprocess.Popen(
        command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        request = given.request.decode("latin-1")
        json.dump({"ca": authority.pem.decode(), "request": request}, process.stdin)
        process.stdin.close()
        ready = process.stdout.readline()
        before = used()
        line = process.stdout.readline()
        cpu = used() - before
    if ready != "ready\n" or not line:
        raise LabError("the load generator did not finish; its error is above")
    requests = CONNECTIONS * given.rounds
    return requests / float(line), cpu / requests
