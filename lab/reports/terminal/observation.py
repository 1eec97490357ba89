"""One trial, for people (``write``) and for programs (``build_document``).

The view has, in this order: how the client ended, the hosts it contacted, the names it
resolved, its requests, the bytes of its connections, other traffic, and its output.  Text of the
client goes through :mod:`lab.reports.text.safe` and is cut to the width of the window.  The
document is complete.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.environment import Environment
from lab.findings.report import ClientFacts
from lab.observation.records import (
    ClientHello,
    Connection,
    Datagram,
    DnsQuery,
    Event,
    Exit,
    Observation,
    ProxyHop,
    Request,
    TlsFailure,
    WebSocketMessage,
)
from lab.observation.tls_failures import describe_tls_failure
from lab.observation.traffic import get_contacted_host
from lab.observation.wire.remainder import list_raw_layers
from lab.reports.terminal.bodies import write_bodies
from lab.reports.terminal.bytes_sent import count_bytes, count_tool_results, describe_bytes
from lab.reports.text.safe import clip

__all__ = ["SCHEMA", "ContactedHost", "build_document", "list_hosts", "write"]

SCHEMA = "fingerprint-lab/run/1"

_IMPLIED = {"none", "http/1.1", "h2"}
"""Protocols of a connection that are not printed: its requests say more."""

_LIMITS = {
    "unread": "incomplete: the lab could not read all that was queued when the client ended",
    "backlog": "incomplete: more connections waited at a time than the kernel keeps",
    "dropped datagrams": "incomplete: datagrams came faster than the lab read them",
}
_OTHER_LIMIT = "limit reached: {}; what came after is not shown"

MOST_ROWS = 100
MOST_LINES = 40
_BESIDE_URL = 51
"""Cells that the other columns of the table of requests take."""


class ContactedHost(msgspec.Struct, frozen=True):
    """One host that the client contacted, by name where a name led there."""

    host: str
    ports: tuple[int, ...]
    protocols: tuple[str, ...]
    connections: int
    requests: int
    datagrams: int
    via: tuple[str, ...]


def list_hosts(observation: Observation) -> tuple[ContactedHost, ...]:
    """Every host contacted, in order of first contact; DNS servers are not among them."""
    ports: dict[str, set[int]] = {}
    protocols: dict[str, set[str]] = {}
    via: dict[str, dict[str, None]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for event in observation.events:
        contact = _read_contact(event)
        if contact is None:
            continue
        host, port, kind, protocol, route = contact
        ports.setdefault(host, set()).add(port)
        protocols.setdefault(host, set()).add(protocol)
        via.setdefault(host, {}).update(dict.fromkeys(route))
        counts[host, kind] += 1
    return tuple(
        ContactedHost(
            host=host,
            ports=tuple(sorted(ports[host])),
            protocols=tuple(sorted(protocols[host] - _IMPLIED)),
            connections=counts[host, "connections"],
            requests=counts[host, "requests"],
            datagrams=counts[host, "datagrams"],
            via=tuple(via[host]),
        )
        for host in ports
    )


def _read_contact(event: Event) -> tuple[str, int, str, str, tuple[str, ...]] | None:
    """Host, port, kind, protocol and proxies of an event that is a contact."""
    match event:
        case Connection(port=port, protocol=protocol, via=via):
            return get_contacted_host(event), port, "connections", protocol, via
        case Request(host=host, port=port, scheme=scheme, version=version, via=via):
            return host, port, "requests", f"{scheme}/{version}", via
        case Datagram(port=port):
            return get_contacted_host(event), port, "datagrams", "udp", ()
        case _:
            return None


def build_document(
    client: ClientFacts, environment: Environment, observation: Observation
) -> dict[str, Any]:
    """The whole observation for JSON: bytes as text where UTF-8, else ``{"base64": …}``.

    Args:
        client: The client that ran.
        environment: The environment in which it ran.
        observation: What it sent.
    """
    facts = {
        "schema": SCHEMA,
        "client": client,
        "environment": {"digest": environment.digest, "levels": environment.mapping},
        "exit": observation.exit,
        "hosts": list_hosts(observation),
        "truncated": observation.truncated,
        "bytes": tuple(count_bytes(observation)),
        "tool_results": count_tool_results(observation),
        "events": observation.events,
    }
    plain = _to_readable(msgspec.to_builtins(facts, builtin_types=(bytes,)))
    assert isinstance(plain, dict)
    return plain


def _to_readable(value: Any) -> Any:
    match value:
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                return {"base64": base64.b64encode(value).decode()}
        case dict():
            return {key: _to_readable(item) for key, item in value.items()}
        case list() | tuple():
            return [_to_readable(item) for item in value]
        case _:
            return value


def write(
    label: str,
    levels: Mapping[str, str],
    observation: Observation,
    console: Console,
    *,
    bodies: bool = False,
) -> None:
    """Print one trial.

    Args:
        label: The name of the client.
        levels: The levels that the user set, at their control or not.
        observation: What the client sent.
        console: Where to print.
        bodies: Print the bodies of the requests too.
    """
    console.print(Text(f"{label} {format_exit(observation.exit)}", style="bold"))
    for name, level in levels.items():
        console.print(_format_line(f"  {name} = ", level, console))
    for limit in observation.truncated:
        console.print(Text(f"  {_LIMITS.get(limit, _OTHER_LIMIT.format(limit))}", "yellow"))
    for what in observation.exit.refused:
        console.print(_format_line("  refused, as the lab could not record it: ", what, console))
    _write_hosts(observation, console)
    _write_names(observation, console)
    _write_requests(observation, console, bodies=bodies)
    _write_bytes(observation, console)
    _write_rest(observation, console)
    _write_output("stdout", observation.exit.stdout, console)
    _write_output("stderr", observation.exit.stderr, console)


def format_exit(exit: Exit) -> str:
    """How a trial ended, in a few words."""
    times = f"after {exit.at:.1f} s ({exit.cpu_s:.1f} s of processor time)"
    detail = f": {clip(exit.detail, 200)}" if exit.detail else ""
    if exit.verdict == "finished":
        how = f"signal {exit.signal}" if exit.code is None else f"exit code {exit.code}"
        return f"ended with {how} {times}{detail}"
    return f"did not finish: {exit.verdict} {times}{detail}"


def _write_hosts(observation: Observation, console: Console) -> None:
    found = list_hosts(observation)
    _print_heading(f"Hosts contacted: {len(found)}", console)
    table = _make_table("host", "ports", "protocols", "connections", "requests", "via")
    for host in found[:MOST_ROWS]:
        table.add_row(
            Text(clip(host.host, _take_share(console, 0.45))),
            Text(clip(", ".join(map(str, host.ports)), 20)),
            Text(", ".join(host.protocols)),
            Text(str(host.connections + host.datagrams)),
            Text(str(host.requests)),
            Text(clip(" → ".join(host.via), _take_share(console, 0.3)) or "-"),
        )
    _print_table(table, len(found), console)


def _write_names(observation: Observation, console: Console) -> None:
    queries = [event for event in observation.events if isinstance(event, DnsQuery)]
    types: dict[str, Counter[str]] = {}
    for query in queries:
        types.setdefault(query.name, Counter())[query.type] += 1
    _print_heading(f"Names asked for: {len(types)}", console)
    for name, counts in list(types.items())[:MOST_ROWS]:
        kinds = ", ".join(f"{kind} ×{n}" if n > 1 else kind for kind, n in counts.items())
        shown = clip(name, _take_share(console, 0.7))
        console.print(Text(f"  {shown}  {clip(kinds, 40)}"))
    _print_omission(len(types), console)


def _write_requests(observation: Observation, console: Console, *, bodies: bool) -> None:
    requests = [event for event in observation.events if isinstance(event, Request)]
    _print_heading(f"Requests: {len(requests)}", console)
    table = _make_table("#", "at", "method", "URL", "answer", "bytes sent")
    for number, request in enumerate(requests[:MOST_ROWS], 1):
        cut = "" if request.complete else " (incomplete)"
        table.add_row(
            Text(str(number)),
            Text(f"{request.at:.2f} s"),
            Text(clip(request.method, 10)),
            Text(clip(format_url(request), max(20, console.width - _BESIDE_URL))),
            Text(str(request.status or "-")),
            Text(f"{request.size:,}{cut}"),
        )
    _print_table(table, len(requests), console)
    if bodies:
        write_bodies(requests, console)
    elif any(request.body for request in requests):
        hint = "--bodies shows what was in them, --out DIR writes it, byte by byte"
        console.print(Text(f"({hint})", "dim"))


def format_url(request: Request) -> str:
    """The URL asked for, without a port where it is the scheme's own."""
    usual = {"http": 80, "https": 443}[request.scheme]
    host = f"[{request.host}]" if ":" in request.host else request.host
    port = "" if request.port == usual else f":{request.port}"
    target = request.target
    if "://" in target.partition("?")[0]:  # the absolute form, as sent to a proxy
        return target
    return f"{request.scheme}://{host}{port}{target}"


def _write_bytes(observation: Observation, console: Console) -> None:
    """How many bytes of each connection were understood, and whether a tool was called."""
    counted = Counter(describe_bytes(observation))
    if counted:
        _print_heading(f"Bytes by connection: {counted.total()} with any", console)
    for line, times in list(counted.items())[:MOST_ROWS]:
        console.print(_format_line("  ", line + (f" ×{times}" if times > 1 else ""), console))
    _print_omission(len(counted), console)
    if results := count_tool_results(observation):
        console.print(Text(f"  a tool was called: {results} results in one request to a model"))


def _write_rest(observation: Observation, console: Console) -> None:
    lines: list[str] = []
    for event in observation.events:
        match event:
            case Datagram(port=port, data=data):
                lines.append(
                    f"datagram to {get_contacted_host(event)} port {port}, {len(data):,} bytes"
                )
            case WebSocketMessage(host=host, target=target, data=data):
                lines.append(f"WebSocket message to {host}{target}, {len(data):,} bytes")
            case ProxyHop(scheme=scheme, proxy=proxy, target=target):
                lines.append(f"through the {scheme} proxy {proxy} to {target}")
            case TlsFailure(host=host, reason=reason):
                lines.append(f"handshake with {host} failed: {describe_tls_failure(reason)}")
            case ClientHello(host=host, ja4=ja4):
                lines.append(f"handshake with {host}, JA4 {ja4}")
            case Connection():
                for layer in list_raw_layers(event):
                    size = len(layer.take(event.sent))
                    where = f"{layer.host}:{layer.port}"
                    lines.append(f"{size:,} bytes of no known protocol to {where}")
            case _:
                continue
    if not lines:
        return
    _print_heading("Also seen", console)
    counted = Counter(lines)
    for line, times in list(counted.items())[:MOST_ROWS]:
        console.print(_format_line("  ", line + (f" ×{times}" if times > 1 else ""), console))
    _print_omission(len(counted), console)


def _write_output(name: str, output: bytes, console: Console) -> None:
    if not output:
        return
    lines = output[-64 * 1024 :].decode(errors="replace").splitlines()
    _print_heading(f"{name}: {len(output):,} bytes", console)
    if len(lines) > MOST_LINES:
        console.print(Text(f"  … {len(lines) - MOST_LINES} lines before", "dim"))
    for line in lines[-MOST_LINES:]:
        console.print(_format_line("  ", line, console))


def _print_heading(words: str, console: Console) -> None:
    console.print()
    console.print(Text(words, "bold"))


def _format_line(before: str, untrusted: str, console: Console) -> Text:
    return Text(before + clip(untrusted, max(20, console.width - len(before))))


def _take_share(console: Console, share: float) -> int:
    return max(20, int(console.width * share))


def _make_table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        right = column in ("#", "at", "answer", "bytes sent", "connections", "requests")
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    return table


def _print_table(table: Table, total: int, console: Console) -> None:
    if table.row_count:
        console.print(table)
    _print_omission(total, console)


def _print_omission(total: int, console: Console) -> None:
    if total > MOST_ROWS:
        console.print(Text(f"  … and {total - MOST_ROWS} more; --json shows all", "dim"))
