"""What every factor keeps to inside a real cell, read by every route that a client has.

One trial for each named level, with all other factors at their control.  A small program
(:mod:`probe`) reads several hundred routes in it, from shell, Python, node, libc and the
kernel's own files; :mod:`tests.sandbox.routes` says which of them follow which factor.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec
import pytest

import lab
from lab.clients.profile import Client, Profile, ProviderSettings
from lab.environment import Environment
from lab.factors.host_spec import Directory, HostSpec, Link
from lab.factors.registry import control_environment, factors
from lab.sandbox.sandbox import Sandbox
from tests.sandbox.probe.say import content_of, shortened
from tests.sandbox.routes import AGREE, COUNTERS, LIMITS, ROUTES, At, matches, routes_of

pytestmark = pytest.mark.cell

PROBE = Path(__file__).parent / "probe"
SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin"
HAS_NODE = shutil.which("node", path=SEARCH_PATH) is not None
NAMES = tuple(factors())

CLIENT = Client(
    profile=Profile(
        "probe",
        ("probe",),
        provider=ProviderSettings(
            host="api.model.example",
            endpoint_variable="MODEL_BASE_URL",
            official="https://api.model.example/v1",
            endpoint_files={".model/config.toml": 'base = "{endpoint}"\n'},
        ),
        optout={"MODEL_TELEMETRY": "0"},
        timeout_s=30,
    ),
    version="1",
    digest="0" * 64,
    source="the lab's tests",
    program=("/usr/bin/python3", "-EsSB", "-Xutf8", "/opt/probe/read.py"),
    readable=(),
    mounts=((str(PROBE), "/opt/probe"),),
)
"""A client with all that a profile can bring, so that no factor is without effect."""

Readings = Mapping[str, str]


class Trials:
    """One sandbox, and what was read in each trial so far."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.control = control_environment(NAMES)
        self.read = cache(self.again)

    def again(self, environment: Environment) -> Readings:
        """The readings of a new trial."""
        ended = self.sandbox.observe(environment).exit
        said = (ended.stderr or ended.stdout).decode(errors="replace")
        assert (ended.verdict, ended.code) == ("finished", 0), said[-3000:]
        readings: dict[str, str] = json.loads(ended.stdout)
        return readings

    def at(self, name: str, level: str) -> tuple[At, Readings]:
        """What the level makes of the spec, and what was read there."""
        environment = self.control.but({name: level})
        jail = self.sandbox.build_jail(environment).spec
        return At(name, level, jail), self.read(environment)

    def levels(self, name: str) -> list[tuple[At, Readings]]:
        """All named levels of a factor, the control first."""
        factor = factors()[name]
        return [self.at(name, level) for level in (factor.control, *factor.levels)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture(scope="module")
def trials(home: Path) -> Iterator[Trials]:
    with Sandbox(CLIENT, jobs=1, home=home) as sandbox:
        yield Trials(sandbox)


def can_be_missing(route: str) -> bool:
    """Whether this machine has not the program that the route needs."""
    asker, _, command = route.partition(" ")
    if asker == "node":
        return not HAS_NODE
    program = next(word for word in command.split() if "=" not in word)
    return asker == "shell" and shutil.which(program, path=SEARCH_PATH) is None


def differing(one: Readings, other: Readings) -> set[str]:
    return {route for route in one.keys() | other.keys() if one.get(route) != other.get(route)}


def known_as(path: str, spec: HostSpec) -> str:
    """How the probe names a path."""
    for outer, short in ((spec.directory, "."), (spec.user.home, "~")):
        if path == outer or path.startswith(f"{outer}/"):
            return short + path[len(outer) :]
    return path


def test_no_table_is_left_of_a_factor_that_is_gone():
    assert ROUTES.keys() <= set(NAMES)


def contradictions(name: str, trials: Trials) -> dict[str, list[str]]:
    """Where a route says something else than the spec, at any level of the factor."""
    wrong: dict[str, list[str]] = {}
    for at, readings in trials.levels(name):
        for says in itertools.chain.from_iterable(shown.says for shown in ROUTES.values()):
            expected = says.text(at)
            for route in says.routes if expected is not None else ():
                found = readings.get(route)
                if found != expected and not (found is None and can_be_missing(route)):
                    reported = f"{found!r} instead of {expected!r} at {at.level}"
                    wrong.setdefault(route, []).append(reported)
    return wrong


def likenesses(name: str, trials: Trials) -> dict[str, list[str]]:
    """Where a route reads the same at two levels that differ in what it should reveal."""
    seen = trials.levels(name)
    alike: dict[str, list[str]] = {}
    for of, routes, unsaid in (
        *((says.text, says.routes, None) for says in routes_of(name).says),
        *((dependent.of, dependent.routes, ...) for dependent in routes_of(name).dependent),
    ):
        meant = [(of(at), at, readings) for at, readings in seen if of(at) is not unsaid]
        varied = False
        for (one, at, left), (two, other, right) in itertools.combinations(meant, 2):
            varied |= one != two
            for route in routes if one != two else ():
                if left.get(route) == right.get(route) and not can_be_missing(route):
                    alike.setdefault(route, []).append(f"{at.level} and {other.level}")
        assert varied, f"no level of {name} changes {routes}"
    return alike


def beyond_limits(found: dict[str, list[str]]) -> str:
    """A line for each route that is not known not to follow."""
    lines = (
        f"{route}: {reported}" for route, reported in found.items() if not matches(route, LIMITS)
    )
    return "\n".join(lines)


@pytest.mark.parametrize("name", NAMES)
def test_each_route_says_what_the_spec_say(name: str, trials: Trials):
    assert beyond_limits(contradictions(name, trials)) == ""


@pytest.mark.parametrize("name", NAMES)
def test_two_levels_differ_by_every_route(name: str, trials: Trials):
    assert beyond_limits(likenesses(name, trials)) == ""


@pytest.mark.parametrize("name", NAMES)
def test_variables_and_files_are_those_of_the_spec(name: str, trials: Trials):
    for at, readings in trials.levels(name):
        variables = {
            route.removeprefix("env "): value
            for route, value in readings.items()
            if route.startswith("env ")
        }
        assert variables == at.jail.variables
        for file, text in at.jail.platform.release_files:
            assert readings[f"file /etc/{file}"] == text, at.level
        for path, item in at.jail.files.items():
            known = known_as(path, at.jail)
            if isinstance(item, Directory):
                assert readings[f"tree {known}"].startswith("d"), path
            elif isinstance(item, Link):
                assert readings[f"tree {known}"].endswith(f" {item.target}"), path
            else:
                assert readings[f"file {known}"] == shortened(content_of(item.content)), path
                assert int(readings[f"size {known}"]) == max(item.size or 0, len(item.content))


@pytest.mark.parametrize("name", NAMES)
def test_every_level_differs_from_the_control(name: str, trials: Trials):
    """By the routes that the factor's table names, and by no others."""
    wrong: dict[str, list[str]] = {}
    (_, usual), *levels = trials.levels(name)
    environment = trials.control
    for at, readings in levels:
        found = {route for route in differing(usual, readings) if not matches(route, COUNTERS)}
        if not any(matches(route, routes_of(name).routes) for route in found):
            wrong.setdefault("nothing", []).append(at.level)
        others = {route for route in found if not matches(route, routes_of(name).routes)}
        if others:
            # What changes by itself, and seldom, changes at the control too, or not twice.
            again = trials.again(environment)
            others &= differing(again, trials.again(environment.but({name: at.level})))
            others -= differing(again, usual)
        for route in sorted(others):
            example = f"{readings.get(route)!r:.90} instead of {usual.get(route)!r:.90}"
            wrong.setdefault(route, [example]).append(at.level)
    assert not wrong, "\n".join(f"{route} shows it: {at}" for route, at in wrong.items())


def test_two_trials_of_the_control_differ_in_counters_only(trials: Trials):
    one, two, three = (trials.again(trials.control) for _ in range(3))
    found = differing(one, two) | differing(two, three)
    assert sorted(route for route in found if not matches(route, COUNTERS)) == []


def test_routes_that_mean_the_same_agree(trials: Trials):
    for name in NAMES:
        for at, readings in trials.levels(name):
            for group in AGREE:
                found = {
                    route: readings[route].rstrip()
                    for route in group
                    if route in readings or not can_be_missing(route)
                }
                assert len(set(found.values())) == 1, (name, at.level, found)


# --- the host ----------------------------------------------------------------------------------

READ_CONTROL = """
import json, sys
from pathlib import Path
import msgspec
from lab.clients.profile import Client
from lab.factors.registry import control_environment, factors
from lab.sandbox.sandbox import Sandbox
client = msgspec.json.decode(sys.argv[1], type=Client)
with Sandbox(client, jobs=1, home=Path(sys.argv[2])) as sandbox:
    ended = sandbox.observe(control_environment(factors())).exit
sys.stdout.buffer.write(ended.stdout)
"""


def test_the_control_is_the_same_whatever_surrounds_the_lab(trials: Trials, home: Path):
    scrambled = {
        "TZ": "Pacific/Kiritimati", "LANG": "de_DE.UTF-8", "LC_ALL": "C", "LANGUAGE": "de",
        "HOME": "/nowhere", "USER": "zoe", "LOGNAME": "zoe", "SHELL": "/bin/zsh", "CI": "1",
        "TERM": "vt52", "COLUMNS": "13", "HTTPS_PROXY": "http://proxy.invalid:1", "EDITOR": "ed",
        "SSH_CONNECTION": "203.0.113.9 1 203.0.113.8 22", "TMPDIR": "/var/tmp", "NO_COLOR": "1",
        "MODEL_BASE_URL": "http://other.invalid", "MODEL_TELEMETRY": "0", "DISPLAY": ":7",
        "GIT_AUTHOR_NAME": "Zoe", "GIT_CONFIG_GLOBAL": "/nowhere", "XDG_CONFIG_HOME": "/nowhere",
    }  # fmt: skip
    source = os.pathsep.join((str(Path(lab.__file__).parents[1]), *sys.path))
    ended = subprocess.run(
        (sys.executable, "-c", READ_CONTROL, msgspec.json.encode(CLIENT), home.resolve()),
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": source, **scrambled},
        cwd="/",
        preexec_fn=unusual,
        capture_output=True,
    )
    assert ended.returncode == 0, ended.stderr.decode()[-3000:]
    usual, readings = trials.read(trials.control), json.loads(ended.stdout)
    by_itself = (*COUNTERS, *LIMITS)
    found = {route for route in differing(usual, readings) if not matches(route, by_itself)}
    reported = (
        f"{each} is {readings.get(each)!r:.90}, not {usual.get(each)!r:.90}" for each in found
    )
    assert not found, "\n".join(sorted(reported))


def unusual() -> None:
    """What a process hands on to those that it starts, as it is not by default."""
    os.umask(0o077)
    for what, soft in (
        (resource.RLIMIT_STACK, 16 << 20),
        (resource.RLIMIT_CPU, 5000),
        (resource.RLIMIT_DATA, 8 << 30),
    ):
        resource.setrlimit(what, (soft, resource.getrlimit(what)[1]))
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})


def host_facts(trials: Trials, home: Path) -> dict[str, str]:
    """What identifies this machine, its owner and this project's place on it, and its text."""

    def text(path: str) -> str:
        return Path(path).read_text().strip() if os.access(path, os.R_OK) else ""

    def field(path: str, name: str) -> str:
        lines = [line.partition(":") for line in text(path).splitlines()]
        return next((value.strip() for key, _, value in lines if key.strip() == name), "")

    kernel = os.uname()
    disk, devices = (status.f_blocks * status.f_frsize for status in map(os.statvfs, SIZED))
    facts = {
        "host name": kernel.nodename,
        "kernel release": kernel.release,
        "kernel version": kernel.version,
        "kernel's parameters": text("/proc/cmdline"),
        "machine id": text("/etc/machine-id"),
        "boot id": text("/proc/sys/kernel/random/boot_id"),
        "processor": field("/proc/cpuinfo", "model name"),
        "memory": field("/proc/meminfo", "MemTotal").split()[0],
        "half of the memory": str(devices // 1024),
        "size of the disk": str(disk),
        "size of the disk in KiB": str(disk // 1024),
        "project": str(Path(lab.__file__).parents[1]),
        "sandbox": str(home),
        "python": sys.prefix,
    }
    for path in sorted(Path("/sys/class/net").glob("*/address")):
        facts[f"card {path.parent.name}"] = path.read_text().strip()
    for name in ("product_uuid", "product_serial", "board_serial", "sys_vendor", "product_name"):
        facts[f"firmware {name}"] = text(f"/sys/class/dmi/id/{name}")
    for line in text("/etc/passwd").splitlines():
        login, _, uid, _, _, folder, _ = line.split(":")
        if 1000 <= int(uid) < 60000:
            facts[f"user {login}"] = login
            facts[f"home of {login}"] = folder
    # Short texts stand anywhere by chance, and a machine may be as the control is.
    chosen = str(trials.sandbox.build_jail(trials.control).spec)
    return {
        what: value
        for what, value in facts.items()
        if len(value) >= (7 if value.isdigit() else 5) and set(value) - set("0:")
        if value not in chosen
    }


SIZED = ("/usr", "/dev")
"""File systems of the host that a jail shows."""


def shown_of_the_host(trials: Trials, home: Path) -> dict[str, list[str]]:
    """Which routes show which facts."""
    shown: dict[str, list[str]] = {}
    for what, value in host_facts(trials, home).items():
        end = r"\d" if value.isdigit() else r"[A-Za-z0-9]"
        word = re.compile(f"(?<!{end}){re.escape(value)}(?!{end})")
        for route, reading in trials.read(trials.control).items():
            if word.search(reading):
                shown.setdefault(route, []).append(f"the {what}, {value!r}")
    return shown


def test_no_route_shows_the_host(trials: Trials, home: Path):
    assert beyond_limits(shown_of_the_host(trials, home)) == ""


def test_a_limit_that_is_none_any_more_is_taken_out(trials: Trials, home: Path):
    known = {
        *shown_of_the_host(trials, home),
        *contradictions("machine", trials),
        *likenesses("clock", trials),
    }
    gone = {limit for limit in LIMITS if not any(matches(route, (limit,)) for route in known)}
    if "half of the memory" not in host_facts(trials, home):
        gone -= {"file /proc/*/mounts"}  # as in a container, where /dev is not the kernel's
    assert gone == set()
