"""Process 1 of the bare namespace: runs the client with ``subprocess`` on demand and times it.

Imports the standard library only.  Reads one line of JSON that says what to run, then answers
each further line ``run`` with one line: the wall time, and the CPU time of the whole process tree.
Each trial gets new folders; making them is not timed.

The driver deletes files, so it refuses to work anywhere but in the root file system that bubblewrap
made for it, and it never deletes anything on another file system (a folder of the host that is
mounted inside).
"""

import contextlib
import errno
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any

MAX_OUTPUT_TAIL = 2000
MOUNTS = "/proc/self/mountinfo"


def main() -> None:
    spec = json.loads(sys.stdin.readline())
    device = require_own_root(MOUNTS)
    for line in sys.stdin:
        assert line == "run\n"
        reset_folders(spec, device)
        print(json.dumps(run(spec)), flush=True)


def require_own_root(mounts: str) -> int:
    """Check that this process is alone in a root file system of its own.

    Args:
        mounts: the file that lists the mounts of this process (``/proc/self/mountinfo``).

    Returns:
        The device number of the root file system.

    Raises:
        SystemExit: not process 1, or the root is no tmpfs.
    """
    if os.getpid() != 1:
        raise SystemExit("not process 1 of a namespace; nothing was run and nothing deleted")
    with open(mounts) as file:
        fields = [line.split() for line in file]
    # The last mount over a path is the visible one; the type follows the separator "-".
    types = [line[line.index("-") + 1] for line in fields if line[4] == "/"]
    if not types or types[-1] != "tmpfs":
        raise SystemExit("the root file system is no tmpfs; nothing was run and nothing deleted")
    return os.stat("/").st_dev


def reset_folders(spec: dict[str, Any], device: int) -> None:
    """Empty the writable folders and write the files and links of a trial.

    Args:
        spec: what the bare namespace holds.
        device: the device number of the root file system; nothing on another one is deleted.
    """
    for folder in spec["writable"]:
        if os.path.isdir(folder):
            empty_folder(folder, device)
        os.makedirs(folder, exist_ok=True)
    for folder in spec["directories"]:
        os.makedirs(folder, exist_ok=True)
    for path, content, mode in spec["files"]:
        prepare_path(path, device)
        with open(path, "wb") as file:
            file.write(content.encode("latin-1"))
        os.chmod(path, mode)
    for path, target in spec["links"]:
        prepare_path(path, device)
        os.symlink(target, path)


def prepare_path(path: str, device: int) -> None:
    """Make the parent folders of ``path``, and delete a file or link of that name."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path) and os.lstat(path).st_dev == device:
        os.unlink(path)


def empty_folder(folder: str, device: int) -> None:
    """Delete what a folder holds, except mount points, what they hold, and their parents."""
    for entry in os.scandir(folder):
        if entry.stat(follow_symlinks=False).st_dev != device:
            continue
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.path)
            continue
        empty_folder(entry.path, device)
        try:
            os.rmdir(entry.path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EBUSY):
                raise


def run(spec: dict[str, Any]) -> dict[str, Any]:
    """Run the client once, and return its times (seconds), exit code and last output."""
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
        wall_s = time.monotonic() - started
        kill_remaining()
        # Only the end is read: the output of a client has no limit here.
        output.seek(max(0, output.seek(0, os.SEEK_END) - MAX_OUTPUT_TAIL))
        tail = output.read(MAX_OUTPUT_TAIL).decode("latin-1")
        cpu_s = read_children_cpu_s() - before
        return {"wall_s": wall_s, "client_cpu_s": cpu_s, "code": code, "output_tail": tail}


def kill_remaining() -> None:
    """End every other process of this namespace, so that all their CPU time is counted."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def read_children_cpu_s() -> float:
    """CPU seconds of all ended children, theirs included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
