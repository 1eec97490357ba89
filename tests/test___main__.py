"""``python -m lab`` is the command ``lab``."""

import subprocess
import sys

from lab.version import __version__


def run(*words):
    return subprocess.run([sys.executable, "-m", "lab", *words], capture_output=True, check=False)


def test_it_has_the_output_and_the_exit_code_of_the_command():
    done = run("--version")
    assert done.returncode == 0
    assert __version__ in done.stdout.decode()
    assert run("no-such-command").returncode == 2
