"""The command line of the benchmarks: what it runs, what it prints, where anything is written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import bench
from bench import __main__ as command_line
from bench.figures import Document, Figure, Result
from lab.errors import MachineError

CHECKOUT = Path(bench.__file__).parents[1]


class Fake:
    """A benchmark that measures nothing and notes its arguments."""

    HELP = "nothing, for a test"
    DEFAULT_TRIALS = 3

    def __init__(self, name, outcome=None, in_all=True):
        self.NAME = name
        self.IN_ALL = in_all
        self.outcome = outcome or Result(name, "with", "without", (Figure.of("x", "s", [1.0]),))
        self.calls = []

    def add_arguments(self, parser):
        if self.NAME == "client":
            parser.add_argument("client", nargs="?")

    def run(self, arguments):
        assert arguments.home.is_dir()
        (arguments.home / "file").write_text("")
        self.calls.append(arguments)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.fixture
def benchmarks(monkeypatch):
    document = Document("for people", b'{"schema": "own"}', 4)
    broken = Fake("broken", MachineError("something is missing"), in_all=False)
    every = [Fake("client"), Fake("cost"), Fake("findings", document, in_all=False), broken]
    found = {each.NAME: each for each in every}
    monkeypatch.setattr(command_line, "find_benchmarks", lambda: found)
    return found


def test_without_a_name_all_run_that_are_part_of_all(benchmarks, capsys):
    assert command_line.main(["--trials", "2", "--json"]) == 0
    names = [each["name"] for each in json.loads(capsys.readouterr().out)["results"]]
    assert names == ["client", "cost"]
    assert [call.trials for call in benchmarks["cost"].calls] == [2]
    assert not benchmarks["findings"].calls


def test_a_benchmark_has_a_default_of_its_own(benchmarks):
    assert command_line.main(["cost"]) == 0
    assert benchmarks["cost"].calls[0].trials == 3


def test_findings_print_their_own_document_and_exit_code(benchmarks, capsys):
    assert command_line.main(["findings", "--json"]) == 4
    assert json.loads(capsys.readouterr().out) == {"schema": "own"}
    assert command_line.main(["findings"]) == 4
    assert capsys.readouterr().out == "for people\n"


def test_a_program_goes_to_benchmarks_that_take_a_client(benchmarks, capsys):
    assert command_line.main(["client", "--trials", "1", "--", "/bin/true", "--trials"]) == 0
    assert benchmarks["client"].calls[0].program == ("/bin/true", "--trials")
    assert command_line.main(["cost", "--", "/bin/true"]) == 2
    assert "takes no program" in capsys.readouterr().err


@pytest.mark.parametrize("trials", ["0", "-1", "many", "10001"])
def test_trials_are_a_positive_number(benchmarks, trials):
    with pytest.raises(SystemExit):
        command_line.main(["cost", f"--trials={trials}"])


def test_an_unknown_name_is_a_wrong_call(benchmarks, capsys):
    assert command_line.main(["coste"]) == 2
    assert "there are client, cost" in capsys.readouterr().err


def test_an_error_is_one_line_and_its_exit_code(benchmarks, capsys):
    assert command_line.main(["broken"]) == 4
    assert capsys.readouterr().err == "bench: something is missing\n"


def test_it_writes_in_a_temporary_folder_that_is_deleted(benchmarks, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    command_line.main(["cost"])
    command_line.main(["broken"])
    for name in ("cost", "broken"):
        assert not benchmarks[name].calls[0].home.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_the_user_names_is_kept(benchmarks, tmp_path):
    command_line.main(["cost", "--home", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.cell
def test_overhead_leaves_the_files_of_a_client_below_tmp(tmp_path):
    """The client's folder is in /tmp, which the bare namespace empties before each trial."""
    home, work, temporary = (tmp_path / name for name in ("client", "work", "tmp"))
    for folder in (home, work, temporary):
        folder.mkdir()
    program = home / "client.py"
    program.write_text("import os; os.makedirs('/tmp/a/b'); open('/var/left', 'x').close()")
    words = ["overhead", "--trials", "2", "--json", "--", "/usr/bin/python3", str(program)]
    ended = subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "exit codes: 0 (2 times) with, 0 (2 times) without" in ended.stdout
    assert [path.name for path in home.iterdir()] == ["client.py"]
    assert list(work.iterdir()) == []
    assert list(temporary.iterdir()) == []
