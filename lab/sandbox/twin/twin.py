"""The in-process twin: a Python callable observed as a cell observes a program.

What is slow is done once: modules are searched for references to replaced functions, certificates
are made, folders of the host are looked up, and prepared environments are kept.  For each trial
the file system is filled, the replacements are applied, the callable runs, and everything is
restored, however the trial ends.  Between trials the process is unchanged.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

import msgspec

from lab.clients.base_spec import build_base_spec
from lab.clients.profile import Client
from lab.clients.profile_loader import fill_placeholders
from lab.environment import Environment
from lab.errors import UsageError
from lab.factors.host_spec import BARE, HostSpec
from lab.factors.registry import realise
from lab.internet.certificate_authority import CertificateAuthority
from lab.internet.script import Script
from lab.observation.records import Exit, Observation
from lab.sandbox.jail.host_facts import HostFacts
from lab.sandbox.jail.host_survey import survey_host
from lab.sandbox.jail.jail import Jail
from lab.sandbox.jail.locales import find_default_cache
from lab.sandbox.jail.login_variables import add_login_variables
from lab.sandbox.jail.plan import plan_jail
from lab.sandbox.timed_observation import TimedObservation
from lab.sandbox.twin.files.filesystem import SimulatedFilesystem
from lab.sandbox.twin.files.proc_sys import build_proc, build_sys
from lab.sandbox.twin.files.root import Trees, split_by_top_folder
from lab.sandbox.twin.network.connections import ConnectionTable
from lab.sandbox.twin.network.internet import InMemoryInternet
from lab.sandbox.twin.network.sockets import SimulatedSockets
from lab.sandbox.twin.network.tls import SimulatedTls
from lab.sandbox.twin.patching import audit_hook
from lab.sandbox.twin.patching.patches import Patches
from lab.sandbox.twin.process.environ import EnvironmentVariables
from lab.sandbox.twin.process.machine_identity import MachineIdentity
from lab.sandbox.twin.process.process import ClientProcess
from lab.sandbox.twin.process.simulated_clock import SimulatedClock
from lab.sandbox.twin.process.stdio import StandardStreams
from lab.sandbox.twin.process.stdlib_state import StdlibState
from lab.sandbox.twin.trial import TwinTrial

__all__ = ["Twin"]

T = TypeVar("T")

MAX_PREPARED = 256
"""Environments that stay worked out."""

SEARCH_PATH = ("/usr/local/bin", "/usr/bin", "/bin")

_monotonic = time.monotonic
_process_lock = threading.Lock()
"""Held during a trial, which replaces what all threads share."""


class _PreparedEnvironment(NamedTuple):
    """What a trial needs of an environment."""

    host_spec: HostSpec
    argv: tuple[str, ...]
    host_facts: HostFacts
    trees: Trees


class Twin:
    """Observes one callable.  Use as a context manager; one trial at a time in a process.

    ``base`` is what there is before any factor, ``script`` what the lab's servers answer,
    ``argv`` what the callable finds as ``sys.argv``.  ``readable`` names folders of the host
    that it can read.  ``home`` keeps the lab's certificate authority, and is not shown.
    """

    jobs = 1
    """How many trials run at a time."""

    def __init__(
        self,
        call: Callable[[], object],
        *,
        base: HostSpec = BARE,
        script: Script = Script(),  # noqa: B008
        argv: tuple[str, ...] = ("client",),
        search_path: tuple[str, ...] = SEARCH_PATH,
        readable: tuple[str, ...] = (),
        timeout_s: float = 60.0,
        home: Path = Path(".lab"),
    ) -> None:
        if _process_lock.locked():
            raise UsageError("a twin is made of what a trial replaces; make it before or after")
        if not argv:
            raise UsageError("argv begins with the program's name; give at least one word")
        self.call = call
        self.authority = CertificateAuthority.load(home / "authority")
        self._base = base
        self._script = script
        self._argv = argv
        self._search_path = search_path
        self._readable = (*readable, *_interpreter_folders())
        self._hidden = (os.path.realpath(home),)
        self._timeout_s = timeout_s
        self._prompt = ""
        self._prepared_environments: OrderedDict[Environment, _PreparedEnvironment] = OrderedDict()
        self._is_open = False
        self._register_patches()

    @classmethod
    def for_client(
        cls, client: Client, call: Callable[[], object], *, home: Path = Path(".lab")
    ) -> Self:
        """A twin of a client, configured by its profile.

        Args:
            client: The client, whose profile says what the callable finds.
            call: The callable.
            home: Where the lab keeps its certificate authority.
        """
        profile = client.profile
        made = cls(
            call,
            base=build_base_spec(client),
            script=Script(protocols=profile.provider.protocols, answers=profile.answers),
            argv=client.program[1:] or client.program,
            search_path=client.search_path,
            readable=client.readable,
            timeout_s=profile.timeout_s,
            home=home,
        )
        made._prompt = profile.prompt
        return made

    def __enter__(self) -> Self:
        audit_hook.install()
        # Certificates are made by code that remembers the classes that it meets first.
        self.authority.context("localhost")
        self._is_open = True
        return self

    def __exit__(self, *_: object) -> None:
        self._is_open = False
        self._prepared_environments.clear()

    def observe(self, environment: Environment) -> Observation:
        """Run the callable once in this environment.

        UsageError where it attempted what a twin cannot do, such as starting a program: what it
        sent is then incomplete.  LabError where the lab failed.
        """
        return self.measure(environment).observation

    def measure(self, environment: Environment) -> TimedObservation:
        """Run the callable once, and measure the time that the lab itself took.

        Raises:
            UsageError: The twin is not open, another twin is running, or the client attempted
                what a twin cannot do.
        """
        if not self._is_open:
            raise UsageError("this twin is not open; use it in a with statement")
        if not _process_lock.acquire(blocking=False):
            raise UsageError("a twin has the whole process; observe one thing at a time")
        started = _monotonic()
        with ExitStack() as stack:
            stack.callback(_process_lock.release)
            place = self._prepare(environment)
            self._files.begin(place.host_spec, place.trees, place.host_facts, self._clock.now)
            stack.callback(self._files.end)
            runs = [self._run_once(place) for _ in range(place.host_spec.earlier_runs + 1)]
        *earlier, observation = runs
        own_s = sum(each.exit.at for each in runs)
        end = _add_earlier_runs(observation.exit, [each.exit for each in earlier])
        observation = msgspec.structs.replace(observation, exit=end)
        return TimedObservation(observation, max(0.0, _monotonic() - started - own_s))

    def measure_all(
        self, trials: Iterable[tuple[T, Environment]]
    ) -> Iterator[tuple[T, TimedObservation]]:
        """Run trials one after the other, yielding each as it ends."""
        for label, environment in trials:
            yield label, self.measure(environment)

    def _register_patches(self) -> None:
        self._patches = patches = Patches()
        self._stdlib_state = StdlibState()
        self._clock = SimulatedClock()
        self._files = SimulatedFilesystem()
        self._environ = EnvironmentVariables()
        self._streams = StandardStreams()
        self._machine = MachineIdentity(self._files)
        self._process = ClientProcess()
        self._internet = InMemoryInternet(self.authority)
        self._sockets = SimulatedSockets(
            self._internet, ConnectionTable(self._internet, self._files)
        )
        for part in (
            self._stdlib_state, self._clock, self._files, self._streams, self._environ,
            self._machine, self._process, self._sockets, SimulatedTls(self._sockets, self._files),
        ):  # fmt: skip
            part.patch(patches)

    def _prepare(self, environment: Environment) -> _PreparedEnvironment:
        found = self._prepared_environments.get(environment)
        if found is None:
            found = self._prepared_environments[environment] = self._prepare_environment(
                environment
            )
            if len(self._prepared_environments) > MAX_PREPARED:
                self._prepared_environments.popitem(last=False)
        return found

    def _prepare_environment(self, environment: Environment) -> _PreparedEnvironment:
        host_spec = realise(environment, self._base)
        variables = add_login_variables(host_spec, self._search_path)
        host_spec = msgspec.structs.replace(host_spec, variables=variables)
        filled = {
            "prompt": self._prompt,
            "home": host_spec.user.home,
            "project": host_spec.directory,
        }
        argv = tuple(fill_placeholders(word, filled) for word in self._argv)
        jail = Jail(
            spec=msgspec.structs.replace(host_spec, clock=None),
            argv=argv,
            readable=self._readable,
            ca_pem=self.authority.pem,
            hidden=self._hidden,
        )
        # A cell passes the clock in a file of the jail; the twin patches it, so the jail has none.
        started = time.time() if host_spec.clock is None else host_spec.clock
        host_facts = survey_host(jail, find_default_cache(), started)
        planned = plan_jail(jail, host_facts, "/sys")
        trees: Trees = {
            **{
                name: partial(dict, items)
                for name, items in split_by_top_folder(planned.tree).items()
            },
            "proc": partial(build_proc, host_spec, argv, host_facts, planned.staged_items),
            "sys": partial(build_sys, planned.staged_items),
        }
        return _PreparedEnvironment(host_spec, argv, host_facts, trees)

    def _run_once(self, place: _PreparedEnvironment) -> Observation:
        trial = TwinTrial()
        host_spec = place.host_spec
        with ExitStack() as stack:
            self._stdlib_state.begin(place.argv)
            stack.callback(self._stdlib_state.end)
            self._clock.begin(host_spec.clock, trial.end_event)
            self._environ.begin(host_spec)
            stack.callback(self._environ.end)
            self._streams.begin(host_spec, trial.end_event)
            stack.callback(self._streams.end)
            self._machine.begin(host_spec)
            self._internet.begin(self._script)
            self._sockets.begin(host_spec, trial)
            self._process.begin(trial)
            stack.callback(self._patches.revert)
            self._patches.apply((getattr(self.call, "__module__", "__main__"), "__main__"))
            stack.callback(self._process.end)
            stack.callback(self._sockets.end)
            end = trial.run(
                self.call, self._process, self._streams, self._timeout_s, self._sockets.stop
            )
        return self._build_observation(trial, end)

    def _build_observation(self, trial: TwinTrial, end: Exit) -> Observation:
        recording = self._internet.end()
        if trial.refusals:
            raise trial.refusals[0].with_traceback(None)
        return Observation(recording.events, end, recording.truncated)


def _add_earlier_runs(end: Exit, earlier: list[Exit]) -> Exit:
    """The end, which also says which earlier runs of a returning user did not end well."""
    said = [end.detail] if end.detail else []
    for number, each in enumerate(earlier, 1):
        if each.verdict != "finished" or each.code != 0:
            how = each.verdict if each.verdict != "finished" else f"ended with code {each.code}"
            said.append(f"earlier run {number} of {len(earlier)}: {how}")
    return msgspec.structs.replace(end, detail="; ".join(said))


def _interpreter_folders() -> tuple[str, ...]:
    """Folders from which this interpreter still imports, where a jail would not have them."""
    found = {os.path.realpath(each) for each in (sys.prefix, sys.base_prefix)}
    return tuple(sorted(each for each in found if not each.startswith("/usr")))
