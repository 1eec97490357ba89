"""``lab run``: one trial, and everything that it sent."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.cli.shared_options import (
    add_client,
    add_home,
    add_json,
    read_client_words,
    require_writable,
)
from lab.errors import ClientError, UsageError

if TYPE_CHECKING:
    from lab.clients.profile import Client
    from lab.environment import Environment
    from lab.observation.records import Observation

NAME = "run"
HELP = "run a client once and show everything that it sent"

_PIPED_WIDTH = 160
"""Columns of a line where stdout is no terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take one client, levels to set, and where to write the result."""
    add_client(parser)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FACTOR=LEVEL",
        help="set a factor to a level, e.g. timezone=Asia/Tokyo; repeatable",
    )
    parser.add_argument(
        "--timeout", type=_parse_seconds, metavar="S", help="end the client after S seconds"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write everything that was sent, byte by byte, to DIR",
    )
    parser.add_argument(
        "--bodies", action="store_true", help="show the bodies of requests, as far as they fit"
    )
    add_json(parser)
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run one trial; 0 if the client ran, whatever its exit code.

    Raises:
        UsageError: a factor cannot be set, or the folder is not empty.
        ClientError: the client could not start.
    """
    import msgspec

    from lab.clients.base_spec import build_base_spec
    from lab.clients.resolve import resolve
    from lab.factors.registry import control_environment, factors, find_conflict, is_inert
    from lab.findings.report import ClientFacts
    from lab.reports.terminal.audit import make_console
    from lab.reports.terminal.observation import build_document, write
    from lab.sandbox.measurable import find_unmeasurable_factors
    from lab.sandbox.requirements import require_all

    levels = _parse_levels(arguments.set)
    if arguments.out is not None:
        _require_empty(arguments.out)
        require_writable("--out", arguments.out)
    require_writable("--home", arguments.home)
    require_all()
    client = resolve(read_client_words(arguments), arguments.home / "clients", say=_print_to_stderr)
    if arguments.timeout is not None:
        profile = msgspec.structs.replace(client.profile, timeout_s=arguments.timeout)
        client = msgspec.structs.replace(client, profile=profile)
    hindered = find_unmeasurable_factors(client)
    if vain := sorted(set(levels) & set(hindered)):
        raise UsageError(f"{vain[0]} cannot be set for {client.name}: {hindered[vain[0]]}")
    base = control_environment(name for name in factors() if name not in hindered)
    environment = base.but(levels)
    if (why := find_conflict(environment)) is not None:
        _print_to_stderr(
            f"warning: no such machine exists, or it cannot work; the trial runs anyway: {why}"
        )
    bare = build_base_spec(client)
    for name in levels:
        if is_inert(name, bare):
            _print_to_stderr(
                f"warning: {name} changes nothing here: {client.name}'s profile has no use for it"
            )

    observation = _observe(client, environment, arguments.home)
    if observation.exit.verdict == "could not start":
        raise ClientError(f"{client.label} could not start: {observation.exit.detail}")
    facts = ClientFacts(client.name, client.version, client.digest, client.source)
    result = build_document(facts, environment, observation)
    if arguments.out is not None:
        _write_folder(arguments.out, result, observation)
        _print_to_stderr(f"written to {arguments.out}")
    if arguments.json:
        json.dump(result, sys.stdout, ensure_ascii=True)
        print()
    else:
        console = make_console(sys.stdout)
        if not sys.stdout.isatty():
            console.width = _PIPED_WIDTH
        write(client.label, levels, observation, console, bodies=arguments.bodies)
    return 0


def _observe(client: Client, environment: Environment, home: Path) -> Observation:
    from lab.sandbox.sandbox import Sandbox

    with Sandbox(client, jobs=1, home=home) as laboratory:
        return laboratory.observe(environment)


def _parse_levels(words: list[str]) -> Mapping[str, str]:
    from lab.factors.registry import parse_setting

    levels: dict[str, str] = {}
    for word in words:
        name, level = parse_setting(word)
        if name in levels:
            raise UsageError(f"--set names the factor {name!r} twice; give it once")
        levels[name] = level
    return levels


def _parse_seconds(word: str) -> float:
    try:
        seconds = float(word)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of seconds above 0")
    return seconds


def _require_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"--out {folder}: the folder is not empty; name a new one")


def _write_folder(folder: Path, result: Mapping[str, Any], observation: Observation) -> None:
    """Write ``run.json``, the output of the client, and the body of each request."""
    from lab.observation.records import Request
    from lab.reports.terminal.bodies import make_file_name

    bodies = folder / "bodies"
    bodies.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=True)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")
    (folder / "stdout").write_bytes(observation.exit.stdout)
    (folder / "stderr").write_bytes(observation.exit.stderr)
    requests = [event for event in observation.events if isinstance(event, Request)]
    for number, request in enumerate(requests, 1):
        if request.body:
            (bodies / make_file_name(number, request)).write_bytes(request.body)


def _print_to_stderr(line: str) -> None:
    print(f"lab: {line}", file=sys.stderr)
