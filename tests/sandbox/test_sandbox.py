"""From a client and an environment to the jail of one trial."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from lab.clients.profile import Client, Profile
from lab.environment import Environment
from lab.errors import LabError, MachineError, UsageError
from lab.factors.registry import control_environment, factors
from lab.internet import server
from lab.internet.journal import EventRecorder
from lab.observation.records import Exit, Observation
from lab.sandbox import sandbox as sandbox_module
from lab.sandbox.jail import clock_preload
from lab.sandbox.jail.host_survey import survey_host
from lab.sandbox.sandbox import Sandbox
from lab.sandbox.timed_observation import TimedObservation

PROFILE = Profile("thing", ("thing",), prompt='say {home}, {"a": 1} and {prompt}')
CLIENT = Client(
    profile=PROFILE,
    version="1.0",
    digest="0" * 64,
    source="npm thing@1.0",
    program=("/opt/thing/run", "{prompt}", "--in={project}", "{home}/.rc", "{other}"),
    readable=("/srv/data",),
    search_path=("/opt/thing/node/bin", "/usr/bin"),
    mounts=(("/cache/thing/1.0", "/opt/thing"),),
)


END = Exit(1.0, "finished", 0, None, 0.1, b"", b"")


@pytest.fixture
def sandbox(tmp_path):
    return Sandbox(CLIENT, home=tmp_path)


def test_words_are_filled_in_one_pass(sandbox):
    jail = sandbox.build_jail(control_environment(factors()))
    home, project = jail.spec.user.home, jail.spec.directory
    assert jail.argv == (
        "/opt/thing/run",
        'say {home}, {"a": 1} and {prompt}',
        f"--in={project}",
        f"{home}/.rc",
        "{other}",
    )


def test_what_is_shown_and_searched_is_handed_on(sandbox):
    jail = sandbox.build_jail(control_environment(factors()))
    assert jail.mapped_folders == CLIENT.mounts
    assert jail.readable == CLIENT.readable
    assert jail.spec.variables["PATH"] == "/opt/thing/node/bin:/usr/bin"


def test_its_own_folders_are_hidden(tmp_path):
    client = msgspec.structs.replace(CLIENT, hidden_folders=("/srv/data/old",))
    sandbox = Sandbox(client, home=tmp_path, hidden=(tmp_path / "a" / ".." / "out",))
    jail = sandbox.build_jail(control_environment(factors()))
    assert jail.hidden == ("/srv/data/old", str(tmp_path), str(tmp_path / "out"))


def test_a_client_that_lies_in_them_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(UsageError, match="/srv/data is in /srv, where the lab keeps"):
        Sandbox(CLIENT, home=tmp_path, hidden=(Path("/srv"),))


class TestOnAnotherProcessor:
    @pytest.fixture(autouse=True)
    def processor(self, monkeypatch):
        monkeypatch.setattr(clock_preload.platform, "machine", lambda: "aarch64")

    def test_the_real_date_stands_for_the_controls(self, sandbox):
        assert sandbox.build_jail(control_environment(factors())).spec.clock is None

    def test_another_date_is_refused_rather_than_ignored(self, sandbox, tmp_path):
        jail = sandbox.build_jail(
            control_environment(factors()).but({"clock": "2028-02-29T12:00:00Z"})
        )
        jail = msgspec.structs.replace(jail, readable=(), mapped_folders=())
        with pytest.raises(MachineError, match="aarch64"):
            survey_host(jail, tmp_path, 0.0)


COUNTER = """
import os, socket
path = os.path.expanduser("~/.count")
with open(path, "a") as file: file.write(".")
count = os.path.getsize(path)
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"run %d" % count, ("8.8.8.8", 9))
with socket.create_connection(("8.8.4.4", 9)) as tcp: tcp.send(b"run %d" % count)
"""


class TestOverload:
    """Trials in which the servers did not keep up run again, when no other trial runs."""

    def measure_all(self, sandbox, monkeypatch, overloaded):
        running, seen, runs = set(), [], []

        def measure(environment):
            running.add(environment)
            alone = len(running) == 1 and environment in runs
            runs.append(environment)
            time.sleep(0.02)
            seen.append((environment, frozenset(running)))
            running.discard(environment)
            truncated = ("unread",) if overloaded(environment, alone) else ()
            return TimedObservation(Observation((), END, truncated), 0.0)

        monkeypatch.setattr(sandbox, "measure", measure)
        environments = [Environment.of({"user": f"u{number}"}) for number in range(6)]
        with ThreadPoolExecutor(3) as workers:
            sandbox._workers = workers
            found = dict(sandbox.measure_all(enumerate(environments)))
        assert set(found) == set(range(6))
        return environments, found, seen

    @pytest.fixture
    def crowded(self, tmp_path):
        return Sandbox(CLIENT, jobs=3, processors=3, home=tmp_path)

    def test_it_runs_again_alone(self, crowded, monkeypatch):
        one = Environment.of({"user": "u2"})
        environments, found, seen = self.measure_all(
            crowded, monkeypatch, lambda environment, alone: environment == one and not alone
        )
        assert not any(each.observation.truncated for each in found.values())
        assert [those for environment, those in seen if environment == one][1] == {one}
        assert len(seen) == len(environments) + 1

    def test_it_runs_again_once(self, crowded, monkeypatch):
        one = Environment.of({"user": "u2"})
        _, found, seen = self.measure_all(
            crowded, monkeypatch, lambda environment, alone: environment == one
        )
        assert found[2].observation.truncated == ("unread",)
        assert len(seen) == 7


@pytest.fixture(scope="module")
def counting(tmp_path_factory):
    client = msgspec.structs.replace(
        CLIENT,
        program=("/usr/bin/python3", "-c", COUNTER),
        readable=(),
        mounts=(),
        search_path=("/usr/bin",),
    )
    with Sandbox(client, jobs=1, home=tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.mark.cell
class TestEarlierRuns:
    def environment(self, state):
        return control_environment(factors()).but({"state": state})

    def test_only_the_last_run_is_observed(self, counting, monkeypatch):
        ticks, starts = [], []

        def tick():
            ticks.append(None)
            return float(len(ticks))

        def record(limits, _):
            starts.append(len(ticks))
            return EventRecorder(limits, tick)

        monkeypatch.setattr(server, "EventRecorder", record)
        observation = counting.observe(self.environment("returning:2"))
        assert [event.data for event in observation.events if hasattr(event, "data")] == [b"run 3"]
        assert [event.sent for event in observation.events if hasattr(event, "sent")] == [b"run 3"]
        assert len(starts) == 3
        assert all(event.at <= len(ticks) - starts[-1] for event in observation.events)

    def test_their_time_is_not_the_labs(self, counting, monkeypatch):
        first, second, last = (
            Exit(at, "finished", code=0, signal=None, cpu_s=0.0, stdout=b"", stderr=b"")
            for at in (10.0, 20.0, 30.0)
        )

        def run(cell, jail, between):
            between(first)
            between(second)
            return last

        monkeypatch.setattr(sandbox_module, "run_jail", run)
        clock = SimpleNamespace(monotonic=iter((1_000.0, 1_100.0)).__next__)
        monkeypatch.setattr(sandbox_module, "time", clock)
        measured = counting.measure(self.environment("returning:2"))
        assert measured.overhead_s == 100 - (10 + 20 + 30)

    def test_a_server_that_failed_meanwhile_is_reported(self, counting, monkeypatch):
        """And the cell can be used again."""

        def fail(*_):
            raise ValueError("planted")

        with monkeypatch.context() as during:
            during.setattr(server.UdpDispatcher, "receive", fail)
            with pytest.raises(LabError, match="planted"):
                counting.measure(self.environment("returning"))
        assert counting.observe(self.environment("fresh")).exit.code == 0
