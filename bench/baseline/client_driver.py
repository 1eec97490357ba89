"""Process 1 of the bare world: runs the client with subprocess, on demand, and times it.

Imports the standard library only.  Reads one line of JSON that says what to run, then
answers each further line with one line: how long it took, and the CPU of the whole tree.
Making the folders new, as every trial wants, is not timed.
"""

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any

TAIL = 2000


def main() -> None:
    spec = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        assert line == "run\n"
        reset_folders(spec)
        print(json.dumps(run(spec)), flush=True)


def reset_folders(spec: dict[str, Any]) -> None:
    for folder in (spec["home"], spec["directory"], "/tmp", "/etc"):
        if os.path.isdir(folder):
            for entry in os.scandir(folder):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)
        os.makedirs(folder, exist_ok=True)
    for folder in spec["directories"]:
        os.makedirs(folder, exist_ok=True)
    for path, content, mode in spec["files"]:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode("latin-1"))
        os.chmod(path, mode)
    for path, target in spec["links"]:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)


def run(spec: dict[str, Any]) -> dict[str, Any]:
    code = None
    with tempfile.TemporaryFile(dir="/dev/shm") as output:
        before, started = read_children_cpu_s(), time.monotonic()
        client = subprocess.Popen(
            spec["argv"],
            cwd=spec["directory"],
            env=spec["variables"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = client.wait(spec["timeout_s"])
        wall = time.monotonic() - started
        kill_remaining()
        # Only the end is read: what a client prints has no limit here.
        output.seek(max(0, output.seek(0, os.SEEK_END) - TAIL))
        said = output.read(TAIL).decode("latin-1")
        return {
            "wall_s": wall,
            "client_cpu_s": read_children_cpu_s() - before,
            "code": code,
            "said": said,
        }


def kill_remaining() -> None:
    """End everything else in this namespace, so that all its CPU is counted."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def read_children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
