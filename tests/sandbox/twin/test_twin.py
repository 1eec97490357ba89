"""The twin as a whole: what comes out of it, and that nothing stays behind."""

from __future__ import annotations

import builtins
import datetime
import io
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
import urllib.request
from pathlib import Path

import msgspec
import pytest

from lab.clients.profile import Client, Profile, ProviderSettings
from lab.environment import Environment
from lab.errors import UsageError
from lab.experiment.audit import run_engine
from lab.experiment.events import AuditFinished
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.factors.host_spec import BARE
from lab.factors.registry import control_environment, factors
from lab.internet.script import FixedAnswer, Script
from lab.internet.script import FixedAnswer as Reply
from lab.observation.records import ClientHello, Connection, DnsQuery, Request
from lab.sandbox.twin import Twin
from lab.store import SqliteStore

NOTHING = Environment.of({})


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def send_all():
    body = json.dumps(
        {
            "zone": time.strftime("%Z %z"),
            "host": socket.gethostname(),
            "home": os.path.expanduser("~"),
            "passwd": Path("/etc/passwd").read_text().splitlines()[-1],
        }
    ).encode()
    request = urllib.request.Request("https://api.example.com/v1/tell", data=body)
    with urllib.request.urlopen(request, timeout=10) as answer:
        print(answer.status)


def test_the_places_of_wsl_are_there_in_its_trials_and_in_no_others(observe):
    def list_places():
        places = ("/usr/bin/wslinfo", "/proc/sys/fs/binfmt_misc/WSLInterop", "/mnt/wsl", "/init")
        tools = [name for name in os.listdir("/usr/bin") if name.startswith("wsl")]
        return [*map(os.path.exists, places), *sorted(tools), os.environ.get("NAME")]

    def tell(**levels):
        return observe.result_of(list_places, levels)

    inside = [True, True, True, True, "wslinfo", "wslpath"]
    assert tell(platform="wsl2", hostname="build-7") == [*inside, "DESKTOP-7Q2M4KD"]
    assert tell(platform="debian") == [False, False, False, False, None]
    assert tell(platform="ubuntu+wsl2")[:-1] == inside


def process():
    """What of this process a trial replaces."""
    return (
        [getattr(os, name) for name in dir(os)],
        [getattr(time, name) for name in dir(time)],
        [getattr(socket, name) for name in dir(socket)],
        [getattr(socket.socket, name) for name in dir(socket.socket)],
        [getattr(ssl.SSLContext, name) for name in dir(ssl.SSLContext)],
        [builtins.open, io.open, io.FileIO, datetime.datetime, signal.getsignal(signal.SIGALRM)],
        dict(os.environ),
        [sys.stdin, sys.stdout, sys.stderr, sys.argv, sys.excepthook, list(sys.path)],
        [os.getcwd(), time.tzname, socket.getdefaulttimeout(), sys.executable],
        threading.enumerate(),
        sorted(os.listdir("/proc/self/fd")),
    )


class TestObservation:
    def test_has_what_a_cells_has(self, observe):
        seen = observe(send_all, {"timezone": "Asia/Kolkata", "hostname": "juniper"})
        assert [type(event) for event in seen.events] == [
            DnsQuery,
            DnsQuery,
            Connection,
            ClientHello,
            Request,
        ]
        assert seen.exit.verdict == "finished"
        assert seen.exit.stdout == b"200\n"
        request = seen.events[-1]
        assert (request.host, request.target, request.scheme) == (
            "api.example.com",
            "/v1/tell",
            "https",
        )
        assert json.loads(request.body) == {
            "zone": "IST +0530",
            "host": "juniper",
            "home": "/home/dev",
            "passwd": "dev:x:1000:1000:,,,:/home/dev:/bin/bash",
        }

    def test_is_answered_by_the_script(self, observe):
        script = Script(answers=(Reply("/hello", body="good day"),))
        seen = observe(lambda: print(get("http://a.example/hello")), script=script)
        assert seen.exit.stdout == b"b'good day'\n"

    def test_says_how_long_it_took_and_what_of_that_was_the_labs(self, home):
        with Twin(lambda: time.sleep(0.05), home=home) as twin:
            measured = twin.measure(NOTHING)
        assert 0.05 <= measured.observation.exit.at < 5
        assert 0 < measured.overhead_s < 5


class TestEnd:
    @pytest.mark.parametrize(
        ("status", "code", "said"),
        [(None, 0, b""), (0, 0, b""), (3, 3, b""), (-1, 255, b""), ("no", 1, b"no\n")],
    )
    def test_of_sys_exit(self, observe, status, code, said):
        end = observe(lambda: sys.exit(status)).exit
        assert (end.verdict, end.code, end.stderr) == ("finished", code, said)

    def test_of_an_exception(self, observe):
        def fail():
            raise ValueError("no such thing")

        end = observe(fail).exit
        assert (end.verdict, end.code) == ("finished", 1)
        first, *_, last = end.stderr.decode().splitlines()
        assert first == "Traceback (most recent call last):"
        assert last == "ValueError: no such thing"
        assert "lab/sandbox" not in end.stderr.decode()

    def test_of_the_users_patience(self, home):
        def interrupted():
            raise KeyboardInterrupt

        before = process()
        with Twin(interrupted, home=home) as twin, pytest.raises(KeyboardInterrupt):
            twin.observe(NOTHING)
        assert process() == before

    @pytest.mark.parametrize(
        "forever",
        [
            lambda: time.sleep(60),
            lambda: threading.Event().wait(60),
            lambda: [None for _ in iter(int, 1)],
            lambda: socket.create_connection(("silent.example", 9)).recv(1),
        ],
    )
    def test_of_a_callable_that_never_ends(self, observe, forever):
        end = observe(forever, timeout_s=0.2).exit
        assert (end.verdict, end.code) == ("timed out", None)
        assert end.detail == "it still ran after 0.2 s"

    def test_of_a_callable_that_never_ends_outside_the_main_thread(self, home):
        ends = []

        def observe():
            with Twin(lambda: time.sleep(60), home=home, timeout_s=0.2) as twin:
                ends.append(twin.observe(NOTHING).exit)

        thread = threading.Thread(target=observe)
        thread.start()
        thread.join(30)
        assert [end.verdict for end in ends] == ["timed out"]


class TestAfterwards:
    @pytest.mark.parametrize(
        "call",
        [
            send_all,
            lambda: sys.exit(3),
            lambda: 1 / 0,
            lambda: os._exit(2),
            lambda: os.kill(os.getpid(), signal.SIGTERM),
            lambda: socket.create_connection(("left.example", 80)),
        ],
    )
    def test_the_process_is_as_it_was(self, home, call):
        with Twin(call, home=home) as twin:
            twin.observe(NOTHING)  # what is imported on first use stays
            before = process()
            twin.observe(Environment.of({"timezone": "Asia/Tokyo", "user": "marta"}))
            assert process() == before

    def test_and_also_where_the_trial_itself_fails(self, home):
        before = process()
        broken = msgspec.structs.replace(BARE, directory="/usr/share/project")
        with Twin(send_all, base=broken, home=home) as twin, pytest.raises(UsageError):
            twin.observe(NOTHING)
        assert process() == before

    def test_nothing_of_one_trial_shows_in_the_next(self, home):
        def leave():
            print(os.path.exists("/tmp/left"), os.environ.get("LEFT"), os.getcwd())
            print(time.tzname[0], "left" in sys.path, os.umask(0o77))
            Path("/tmp/left").write_text("x")
            os.environ["LEFT"] = "1"
            os.environ["TZ"] = "Asia/Tokyo"
            time.tzset()
            os.chdir("/")
            sys.path.append("left")
            socket.setdefaulttimeout(1)

        with Twin(leave, home=home) as twin:
            first, second = (twin.observe(NOTHING).exit.stdout for _ in range(2))
        assert first == second == b"False None /home/dev/project\nUTC False 18\n"


class TestReturningUser:
    def test_finds_what_earlier_runs_left_and_only_the_last_is_observed(self, observe):
        def count():
            path = Path("~/.runs").expanduser()
            runs = len(path.read_text()) if path.exists() else 0
            path.write_text("x" * (runs + 1))
            urllib.request.urlopen(f"http://a.example/{runs}", data=b"{}").read()

        seen = observe(count, {"state": "returning:3"})
        assert [each.target for each in seen.events if isinstance(each, Request)] == ["/3"]
        assert seen.exit.detail == ""

    def test_earlier_runs_that_fail_are_reported(self, observe):
        seen = observe(lambda: sys.exit(2), {"state": "returning"})
        assert seen.exit.detail == "earlier run 1 of 1: ended with code 2"


class TestForAClient:
    CLIENT = Client(
        profile=Profile(
            name="thing",
            argv=("thing",),
            prompt="say ok",
            provider=ProviderSettings(host="api.model.example", endpoint_variable="MODEL_URL"),
            environment={"MODEL_KEY": "sk-0"},
            home_files={".thing/config": "{}"},
            answers=(FixedAnswer(path="/version", body="2"),),
        ),
        version="1",
        digest="0" * 64,
        source="a test",
        program=("thing", "{prompt}", "--in={project}"),
        readable=(),
        dynamic=True,
    )

    def test_it_has_what_the_profile_brings(self, home):
        def send():
            print(sys.argv, os.environ["MODEL_KEY"], os.environ.get("MODEL_URL"))
            print(Path("~/.thing/config").expanduser().read_text())
            print(get("http://a.example/version"))

        with Twin.for_client(self.CLIENT, send, home=home) as twin:
            end = twin.observe(Environment.of({"endpoint": "https://models.example.de"})).exit
        assert end.stdout.decode().splitlines() == [
            "['say ok', '--in=/home/dev/project'] sk-0 https://models.example.de",
            "{}",
            "b'2'",
        ]

    def test_a_whole_audit_finds_what_is_there_and_nothing_else(self, tmp_path):
        def send():
            document = {"text": "hello", "device": socket.gethostname()}
            if not os.environ.get("MODEL_QUIET"):
                document["usage"] = "shared"
            data = json.dumps(document).encode()
            url = "https://api.model.example/v1/messages"
            request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
            urllib.request.urlopen(request, timeout=10).read()

        profile = msgspec.structs.replace(self.CLIENT.profile, optout={"MODEL_QUIET": "1"})
        client = msgspec.structs.replace(self.CLIENT, profile=profile)
        chosen = AuditOptions(home=tmp_path, factors=("hostname", "optout"), seed=1)
        with (
            SqliteStore(tmp_path / "audit") as store,
            Twin.for_client(client, send, home=tmp_path) as twin,
        ):
            *_, last = run_engine(client, chosen, build_scope(client, chosen), store, twin)
        assert isinstance(last, AuditFinished)
        found = {(each.cause, each.location.pointer) for each in last.report.signals}
        assert found == {(("hostname",), "/device"), (("optout",), "/usage")}


class TestUse:
    def test_it_must_be_open(self, home):
        with pytest.raises(UsageError, match="use it in a with statement"):
            Twin(send_all, home=home).observe(NOTHING)

    def test_one_trial_at_a_time(self, home):
        refused = []

        def meanwhile():
            for attempt in (lambda: other.observe(NOTHING), lambda: Twin(send_all, home=home)):
                with pytest.raises(UsageError) as error:
                    attempt()
                refused.append(str(error.value))

        with Twin(send_all, home=home) as other, Twin(lambda: time.sleep(1), home=home) as twin:
            thread = threading.Timer(0.3, meanwhile)
            thread.start()
            twin.observe(NOTHING)
            thread.join()
            assert other.observe(NOTHING).exit.code == 0
        assert refused == [
            "a twin has the whole process; observe one thing at a time",
            "a twin is made of what a trial replaces; make it before or after",
        ]

    def test_argv_has_a_program(self, home):
        with pytest.raises(UsageError, match="at least one word"):
            Twin(send_all, argv=(), home=home)

    def test_every_factor_can_be_realised(self, home):
        with Twin(lambda: None, home=home) as twin:
            for name, item in factors().items():
                for level in item.levels:
                    environment = control_environment(factors()).but({name: level})
                    assert twin.observe(environment).exit.code == 0, (name, level)

    def test_the_authority_is_not_shown(self, home):
        def look():
            print(os.path.exists(str(home)), os.path.exists(str(Path(home) / "authority")))

        with Twin(look, home=home, readable=(str(home.parent),)) as twin:
            said = twin.observe(NOTHING).exit.stdout
        assert said == b"True False\n"
