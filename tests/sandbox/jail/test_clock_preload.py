"""The clock: another date for every process, and time that passes as it should."""

from __future__ import annotations

import time

import pytest

from lab.factors.host_spec import HostSpec

START = 1_234_567_890.0
NOON = HostSpec(clock=START)


@pytest.mark.cell
class TestInside:
    @pytest.mark.parametrize(
        "command",
        [
            ("date", "+%s"),
            ("sh", "-c", "date +%s"),
            ("bash", "-c", "echo $EPOCHSECONDS"),
            ("perl", "-e", "print time"),
            ("python3", "-c", "import time; print(time.time())"),
            ("python3", "-c", "import subprocess; subprocess.run(['date', '+%s'])"),
            ("node", "-p", "Date.now() / 1000"),
            ("node", "-p", "require('child_process').execSync('date +%s').toString()"),
        ],
        ids=lambda command: " ".join(command)[:30],
    )
    def test_every_process_reads_the_same_clock(self, run, command):
        ended = run(*command, spec=NOON)
        # The client starts within the second that begins at START.
        assert START <= float(ended.stdout) <= START + 1 + ended.at, ended.stderr

    @pytest.mark.parametrize("start", [START, time.time() + 10**8], ids=["past", "future"])
    def test_waits_last_as_long_as_they_say(self, run, start):
        program = """
import asyncio, ctypes, queue, subprocess, threading, time
began = time.monotonic()
def took(what, wait):
    before = time.monotonic(), time.time()
    try: wait()
    except Exception as error: what += " " + type(error).__name__
    after = time.monotonic(), time.time()
    passed, wall = (two - one for one, two in zip(before, after))
    assert passed > 0.18 and abs(wall - passed) < 60, (what, passed, wall)
took("sleep", lambda: time.sleep(0.2))
took("asyncio", lambda: asyncio.run(asyncio.sleep(0.2)))
took("subprocess", lambda: subprocess.run(["sleep", "9"], timeout=0.2))
took("event", lambda: threading.Event().wait(0.2))
took("queue", lambda: queue.Queue().get(timeout=0.2))
libc = ctypes.CDLL(None)
class Deadline(ctypes.Structure): _fields_ = [("s", ctypes.c_long), ("n", ctypes.c_long)]
def deadline(clock):
    at = time.clock_gettime_ns(clock) + 200_000_000
    return ctypes.byref(Deadline(*divmod(at, 10**9)))
room = ctypes.create_string_buffer(4096)
took("sem_timedwait", lambda: libc.sem_timedwait(room, deadline(time.CLOCK_REALTIME)))
mutex = ctypes.create_string_buffer(4096)
condition = ctypes.create_string_buffer(4096)
libc.pthread_mutex_lock(mutex)
took("mutex", lambda: libc.pthread_mutex_timedlock(mutex, deadline(time.CLOCK_REALTIME)))
def wait(clock): libc.pthread_cond_timedwait(condition, mutex, deadline(clock))
took("condition", lambda: wait(time.CLOCK_REALTIME))
attributes = ctypes.create_string_buffer(4096)
libc.pthread_condattr_init(attributes)
libc.pthread_condattr_setclock(attributes, time.CLOCK_MONOTONIC)
libc.pthread_cond_init(condition, attributes)
took("monotonic condition", lambda: wait(time.CLOCK_MONOTONIC))
try: time.clock_gettime(9999)
except OSError as error: print(error.errno)
"""
        ended = run("python3", "-c", program, spec=HostSpec(clock=start))
        assert ended.stdout == b"22\n", ended.stderr.decode()

    def test_timers_of_node_last_as_long_as_they_say(self, run):
        program = """
const began = Date.now(), t = performance.now();
setTimeout(() => console.log(Date.now() - began, performance.now() - t), 300);
"""
        ended = run("node", "-e", program, spec=NOON)
        wall, monotonic = map(float, ended.stdout.split())
        assert wall > 290
        assert abs(wall - monotonic) < 60_000  # the shift is far larger

    def test_nothing_of_it_shows_in_the_environment(self, run):
        script = "env | sort; ls -A /dev/shm /tmp; stat -c %Y ~ /etc/passwd"
        plain = run("sh", "-c", script).stdout.decode().splitlines()
        clocked = run("sh", "-c", script, spec=NOON).stdout.decode().splitlines()
        assert plain[:-2] == clocked[:-2]
        assert clocked[-2:] == [str(int(START))] * 2
