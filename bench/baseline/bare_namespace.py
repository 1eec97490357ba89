"""The bare namespace, controlled from outside: the same client, without the lab.

It has the same files, variables and answers as a trial in the lab, in a network namespace that has
only the loopback device.  It lacks what the lab adds for each trial: a new jail, the clock, the
enforcement of limits, true addresses, and the record of everything.
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
from lab.internet.script import FixedAnswer, Script
from lab.sandbox.cell.kernel_support import SEARCH_PATH, user_namespace_options
from lab.sandbox.jail.files.etc import build_etc
from lab.sandbox.jail.host_survey import survey_host
from lab.sandbox.jail.jail import Jail
from lab.sandbox.jail.locales import find_default_cache
from lab.sandbox.jail.paths import list_writable_paths
from lab.sandbox.sandbox import Sandbox

CHECKOUT = Path(__file__).resolve().parents[2]
RESOLVER = "127.0.0.1"


class BareTrial(msgspec.Struct, frozen=True):
    """One trial without the lab; times are seconds."""

    wall_s: float
    client_cpu_s: float
    server_cpu_s: float
    requests: int
    code: int | None
    output_tail: str


class BareNamespace:
    """The bare namespace of one client.  A context manager."""

    def __init__(self, sandbox: Sandbox, jail: Jail, authority: Path) -> None:
        self._plan = _plan_namespace(sandbox, jail, authority)

    def __enter__(self) -> Self:
        command = [self._plan.tools["unshare"], *user_namespace_options(), "--net", "--mount"]
        command += ["--ipc", "--pid", "--fork", "--kill-child", "--"]
        command += [sys.executable, "-m", "bench.baseline.namespace_main"]
        self._process = subprocess.Popen(
            command, cwd=CHECKOUT, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(self._plan) + b"\n")
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
        """Run the client once.

        Raises:
            LabError: the bare namespace ended.
        """
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
            raise LabError(f"the bare namespace ended ({broken}); its error is above") from None


def _plan_namespace(sandbox: Sandbox, jail: Jail, authority: Path) -> NamespacePlan:
    host_spec = msgspec.structs.replace(jail.spec, resolvers=(RESOLVER,))
    facts = survey_host(jail, find_default_cache(), time.time())
    arguments: list[str] = []
    for name, target in facts.root_entries.items():
        if target is None:
            arguments += ["--ro-bind", f"/{name}", f"/{name}"]
        else:
            arguments += ["--symlink", target, f"/{name}"]
    writable = ("/etc", *list_writable_paths(host_spec))
    for folder in writable:
        arguments += ["--dir", folder]
    items = {**build_etc(host_spec, jail.ca_pem), **host_spec.files}
    if facts.loader_cache is not None:
        items["/etc/ld.so.cache"] = File(facts.loader_cache)
    if facts.has_alternatives:
        # Mounted outside /etc, because each trial gets a new /etc.
        arguments += ["--ro-bind", "/etc/alternatives", "/alternatives"]
        items["/etc/alternatives"] = Link("/alternatives")
    for mount in facts.mounts:
        if mount.target is not None:
            items[mount.path] = Link(mount.target)
        else:
            arguments += ["--ro-bind", mount.source or mount.path, mount.path]
    client: dict[str, Any] = {
        "argv": jail.argv,
        "variables": host_spec.variables,
        "directory": host_spec.directory,
        "directories": (host_spec.user.home, host_spec.directory, *host_spec.directories),
        "writable": writable,
        "timeout_s": jail.limits.wall_s,
        "files": [
            (path, item.content.decode("latin-1"), item.mode)
            for path, item in items.items()
            if isinstance(item, File)
        ],
        "links": [(path, item.target) for path, item in items.items() if isinstance(item, Link)],
    }
    profile = sandbox.client.profile
    replies = tuple(FixedAnswer(**msgspec.structs.asdict(each)) for each in profile.answers)
    return NamespacePlan(
        client=client,
        uid=host_spec.user.uid,
        gid=host_spec.user.gid,
        hostname=host_spec.hostname,
        arguments=tuple(arguments),
        authority=str(authority.resolve()),
        script=Script(profile.provider.protocols, replies),
        tools={name: find_tool(name) for name in ("unshare", "ip", "bwrap")},
    )


def find_tool(name: str) -> str:
    """The path of a program.

    Raises:
        LabError: the machine does not have it.
    """
    for folder in SEARCH_PATH.split(":"):
        if Path(folder, name).exists():
            return f"{folder}/{name}"
    raise LabError(f"the program {name} is missing; get it with: lab doctor --install")
