"""The client as a process: what it may not start, and all the ways in which it ends."""

from __future__ import annotations

import atexit
import concurrent.futures
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from lab.errors import UsageError


def test_it_is_the_first_child_of_process_one(observe):
    assert observe.result_of(lambda: [os.getpid(), os.getppid(), os.getsid(0)]) == [2, 1, 2]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: subprocess.run(["git", "status"], check=False), "start a program (git)"),
        (lambda: os.system("ls"), "start a program (ls)"),
        (os.fork, "start a program"),
        (lambda: os.execv("/bin/true", ["true"]), "start a program (/bin/true)"),
        (lambda: os.posix_spawn("/bin/true", ["true"], {}), "start a program (/bin/true)"),
    ],
)
def test_a_program_is_refused_even_if_the_client_goes_on_without(observe, call, what):
    def carry_on():
        try:
            call()
        except Exception:  # noqa: BLE001
            print("without, then")

    with pytest.raises(UsageError) as refusal:
        observe(carry_on)
    message = str(refusal.value)
    assert what in message
    assert message.endswith("observe this client in a cell")
    assert "\n" not in message


class TestEnd:
    def test_at_once(self, observe):
        def leave():
            atexit.register(print, "never said")
            print("kept", flush=True)
            os._exit(7)

        end = observe(leave).exit
        assert (end.verdict, end.code, end.stdout) == ("finished", 7, b"kept\n")

    @pytest.mark.parametrize(
        ("call", "number"),
        [
            (lambda: os.abort(), signal.SIGABRT),
            (lambda: os.kill(os.getpid(), signal.SIGTERM), signal.SIGTERM),
            (lambda: signal.raise_signal(signal.SIGHUP), signal.SIGHUP),
        ],
    )
    def test_by_a_signal(self, observe, call, number):
        # Whoever runs the tests may ignore it, as nohup does.
        before = signal.signal(number, signal.SIG_DFL)
        try:
            end = observe(call).exit
        finally:
            signal.signal(number, before)
        assert (end.verdict, end.code, end.signal) == ("killed", None, number)
        assert end.detail == signal.strsignal(number)

    def test_by_a_signal_that_it_handles(self, observe):
        def handle():
            signal.signal(signal.SIGTERM, lambda *_: print("handled"))
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), 0)

        before = signal.getsignal(signal.SIGTERM)
        assert observe(handle).exit.stdout == b"handled\n"
        assert signal.getsignal(signal.SIGTERM) is before

    def test_other_processes_are_out_of_reach(self, observe):
        def try_it():
            found = []
            for process in (1, os.getpid() + 1, 4_000_000):
                try:
                    os.kill(process, signal.SIGTERM)
                except OSError as error:
                    found.append(type(error).__name__)
            return found

        expected = ["PermissionError", "ProcessLookupError", "ProcessLookupError"]
        assert observe.result_of(try_it) == expected

    def test_runs_what_was_to_run_at_the_end(self, observe):
        def register():
            atexit.register(print, "first registered, last run")
            atexit.register(print, "never")
            atexit.unregister(print)
            atexit.register(print, "once", "more")
            atexit.register(sys.stdout.write, "before that\n")
            raise ValueError

        end = observe(register).exit
        assert end.stdout == b"before that\nonce more\n"
        assert end.code == 1

    def test_goes_through_the_clients_own_hook(self, observe):
        def hooked():
            sys.excepthook = lambda kind, error, trace: print("hooked", kind.__name__)
            raise KeyError("x")

        end = observe(hooked).exit
        assert (end.stdout, end.stderr, end.code) == (b"hooked KeyError\n", b"", 1)
        assert sys.excepthook is sys.__excepthook__


class TestThreads:
    def test_are_the_clients_too_and_are_waited_for(self, observe):
        def work():
            time.sleep(0.02)
            print(os.getcwd())

        assert observe(lambda: threading.Thread(target=work).start()).exit.stdout == (
            b"/home/dev/project\n"
        )

    def test_of_a_pool_that_nobody_shuts_down_end(self, observe):
        def work():
            pool = concurrent.futures.ThreadPoolExecutor(2)
            print(pool.submit(os.getpid).result())

        before = threading.active_count()
        assert observe(work).exit.stdout == b"2\n"
        assert threading.active_count() == before

    def test_that_go_on_are_ended_and_reach_nothing(self, observe):
        reached = []

        def work():
            while True:
                time.sleep(0.005)
                reached.append(os.getpid())

        def start():
            threading.Thread(target=work, daemon=True).start()
            time.sleep(0.05)

        before = threading.active_count()
        observe(start)
        assert threading.active_count() == before
        assert set(reached) == {2}

    def test_an_error_in_one_is_printed_and_no_more(self, observe):
        def start():
            thread = threading.Thread(target=lambda: 1 / 0)
            thread.start()
            thread.join()

        end = observe(start).exit
        assert end.code == 0
        assert end.stderr.rstrip().endswith(b"ZeroDivisionError: division by zero")
