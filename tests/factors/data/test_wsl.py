"""WSL as it is installed: what programs look at, and what its tools answer."""

from __future__ import annotations

import subprocess

import pytest

from lab.factors.data.distributions import DISTRIBUTIONS
from lab.factors.data.wsl import make_wsl_mark
from lab.factors.host_spec import Link

UBUNTU = make_wsl_mark(DISTRIBUTIONS["ubuntu"])


@pytest.mark.parametrize("name", list(DISTRIBUTIONS))
def test_the_places_that_programs_look_at_exist(name):
    mark = make_wsl_mark(DISTRIBUTIONS[name])
    assert {"/mnt/wsl"} <= set(mark.directories)
    for path in ("/init", "/mnt/c/Windows/System32/cmd.exe", "/mnt/wslg/PulseServer"):
        assert path in mark.files
    assert mark.variables["WSL_INTEROP"] in mark.files
    assert {"WSL_DISTRO_NAME", "WSLENV", "HOSTTYPE", "NAME"} <= mark.variables.keys()
    proc = dict(mark.proc_files)
    assert proc["sys/fs/binfmt_misc/WSLInterop"].startswith("enabled\ninterpreter /init\n")
    systemd = "init.scope" in DISTRIBUTIONS[name].platform.cgroup
    assert ("sys/fs/binfmt_misc/WSLInterop-late" in proc) is systemd
    tools = dict(mark.usr_files)
    assert tools["/usr/bin/wslinfo"] == tools["/usr/bin/wslpath"] == Link("/init")


@pytest.fixture
def run(tmp_path):
    init = tmp_path / "init"
    init.write_bytes(UBUNTU.files["/init"].content)
    init.chmod(0o755)
    for name in ("wslinfo", "wslpath"):
        (tmp_path / name).symlink_to(init)

    def call(name, *words):
        done = subprocess.run(
            [tmp_path / name, *words],
            capture_output=True,
            text=True,
            env={"WSL_DISTRO_NAME": "Ubuntu-24.04", "PATH": "/usr/bin:/bin"},
        )
        assert done.stderr == ""
        return done.stdout

    return call


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (("-w", "/mnt/c/Users/me"), "C:\\Users\\me"),
        (("-m", "/mnt/d"), "D:/"),
        (("-w", "/home/dev"), "\\\\wsl.localhost\\Ubuntu-24.04\\home\\dev"),
        (("-u", "C:\\Users\\me"), "/mnt/c/Users/me"),
        (("C:\\Users",), "/mnt/c/Users"),
        (("/home/dev",), "/home/dev"),
    ],
)
def test_paths_are_translated(run, words, path):
    assert run("wslpath", *words) == path + "\n"


def test_wslinfo_answers_the_usual_questions(run):
    assert run("wslinfo", "--networking-mode") == "nat\n"
    assert run("wslinfo", "--version").count(".") == 3
