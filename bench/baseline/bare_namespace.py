"""The bare world, seen from outside: the same client, without the lab.

It has the same files, variables and answers as a trial in the lab, in a network namespace
that has only the loopback device.  What it has not is what the lab adds for each trial: a
new jail, the clock, the watch over limits, true addresses, and the record of everything.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from bench.baseline.namespace_main import NamespacePlan
from lab.errors import LabError
from lab.factors.host_spec import File, Link
from lab.internet.models.script import FixedAnswer, Script
from lab.sandbox.jail.files.etc import build_etc
from lab.sandbox.jail.host_survey import survey_host
from lab.sandbox.jail.locales import find_default_cache
from lab.sandbox.jail.plan import Jail
from lab.sandbox.requirements import SEARCH_PATH, user_namespace_options
from lab.sandbox.sandbox import Sandbox

FOLDER = Path(__file__).resolve().parent.parent
RESOLVER = "127.0.0.1"


class BareTrial(msgspec.Struct, frozen=True):
    """One trial without the lab."""

    wall_s: float
    client_cpu_s: float
    server_cpu_s: float
    requests: int
    code: int | None
    said: str


class BareNamespace:
    """The bare world for one client.  A context manager."""

    def __init__(self, laboratory: Sandbox, jail: Jail, authority: Path) -> None:
        self._world = _plan_namespace(laboratory, jail, authority)

    def __enter__(self) -> Self:
        command = [
            self._world.tools["unshare"],
            *user_namespace_options(),
            "--net",
            "--mount",
            "--ipc",
        ]
        command += ["--pid", "--fork", "--kill-child", "--", sys.executable, "-m", "bench.baseline.namespace_main"]
        self._process = subprocess.Popen(
            command, cwd=FOLDER, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(self._world) + b"\n")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()  # everything in its pid namespace ends with it
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()

    def run(self) -> BareTrial:
        """Run the client once; LabError where the bare world broke."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # If it has ended, there will be nothing to read.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(b"run\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline(1 << 20)
        try:
            return msgspec.json.decode(line, type=BareTrial)
        except msgspec.MsgspecError as broken:
            raise LabError(f"the bare world ended ({broken}); what it said stands above") from None


def _plan_namespace(laboratory: Sandbox, jail: Jail, authority: Path) -> NamespacePlan:
    surroundings = msgspec.structs.replace(jail.surroundings, resolvers=(RESOLVER,))
    ground = survey_host(jail, find_default_cache(), time.time())
    arguments: list[str] = []
    for name, target in ground.top.items():
        if target is None:
            arguments += ["--ro-bind", f"/{name}", f"/{name}"]
        else:
            arguments += ["--symlink", target, f"/{name}"]
    for folder in ("/etc", "/tmp", surroundings.user.home, surroundings.directory):
        arguments += ["--dir", folder]
    if ground.alternatives:
        # Not below /etc, which each trial has new.
        arguments += ["--ro-bind", "/etc/alternatives", "/alternatives"]
    for shown in ground.shown:
        if shown.target is not None:
            arguments += ["--symlink", shown.target, shown.path]
        else:
            arguments += ["--ro-bind", shown.source or shown.path, shown.path]
    items = {**build_etc(surroundings, jail.trust), **surroundings.files}
    if ground.loader_cache is not None:
        items["/etc/ld.so.cache"] = File(ground.loader_cache)
    if ground.alternatives:
        items["/etc/alternatives"] = Link("/alternatives")
    client: dict[str, Any] = {
        "argv": jail.argv,
        "variables": surroundings.variables,
        "home": surroundings.user.home,
        "directory": surroundings.directory,
        "directories": surroundings.directories,
        "timeout_s": jail.limits.wall_s,
        "files": [
            (path, item.content.decode("latin-1"), item.mode)
            for path, item in items.items()
            if isinstance(item, File)
        ],
        "links": [(path, item.target) for path, item in items.items() if isinstance(item, Link)],
    }
    profile = laboratory.client.profile
    replies = tuple(FixedAnswer(**msgspec.structs.asdict(each)) for each in profile.answers)
    return NamespacePlan(
        client=client,
        uid=surroundings.user.uid,
        gid=surroundings.user.gid,
        hostname=surroundings.hostname,
        arguments=tuple(arguments),
        authority=str(authority.resolve()),
        script=Script(profile.provider.protocols, replies),
        tools={name: find_tool(name) for name in ("unshare", "ip", "bwrap")},
    )


def find_tool(name: str) -> str:
    """Where a program is; LabError where it is not."""
    for folder in SEARCH_PATH.split(":"):
        if Path(folder, name).exists():
            return f"{folder}/{name}"
    raise LabError(f"the program {name} is missing; get it with: lab doctor --install")
