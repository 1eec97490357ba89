"""The command line: words in, one line and a code out."""

import argparse
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from lab.cli.commands import find_commands
from lab.cli.main import main
from lab.errors import ClientError, LabError, MachineError, UsageError


@pytest.fixture
def with_command(monkeypatch):
    """Install one command of the test's own."""

    def install(run, add_arguments=lambda parser: None):
        fake = SimpleNamespace(NAME="fake", HELP="try", add_arguments=add_arguments, run=run)
        monkeypatch.setattr("lab.cli.main.find_commands", lambda: {"fake": fake})

    return install


def one_line(capsys):
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("lab: ")
    return captured.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["adit"], "did you mean audit?"),
        (["xyzzy"], "there are audit"),
        (["--dbug"], "did you mean --debug?"),
        (["clients", "--jsn"], "did you mean --json?"),
        (["clients", "instal"], "did you mean install?"),
        (["clients", "install"], "name a client"),
        (["clients", "install", "codx"], "did you mean codex?"),
        (["clients", "--", "x"], "takes no program after --"),
        (["run"], "no client named"),
        (["run", "--"], "nothing follows --"),
        (["run", "codex", "--", "x"], "two clients named"),
        (["run", "codex", "pi"], "does not take 'pi'"),
        (["run", "codx"], "did you mean codex?"),
        (["run", "./no.toml"], "No such file"),
        (["run", "pi", "--set", "timezone"], "FACTOR=LEVEL"),
        (["run", "pi", "--set", "timezon=UTC"], "timezone"),
        (["run", "pi", "--set", "optout=set", "--set", "optout=unset"], "twice"),
        (["run", "pi", "--timeout", "soon"], "'soon' is not a number of seconds"),
        (["run", "pi", "--timeout"], "expected one argument"),
        (["run", "--out", "/etc", "pi"], "the folder is not empty"),
    ],
)
def test_wrong_words_are_one_line_and_code_2(words, said, capsys):
    assert main(words) == 2
    assert said in one_line(capsys)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("what to do"), 2),
        (ClientError("what to do"), 4),
        (MachineError("what to do"), 4),
        (LabError("what to do\nand why"), 4),
        (RuntimeError("what to do"), 4),
    ],
)
def test_a_failure_is_one_line_without_traceback(error, code, with_command, capsys):
    def run(arguments):
        raise error

    with_command(run)
    assert main(["fake"]) == code
    line = one_line(capsys)
    assert line.startswith("lab: error: ")
    assert "what to do" in line


@pytest.mark.parametrize("words", [["--debug", "fake"], ["fake", "--debug"]])
def test_debug_shows_where(words, with_command, capsys):
    def run(arguments):
        raise ClientError("broken")

    with_command(run)
    assert main(words) == 4
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.endswith("lab: error: broken\n")


def test_debug_after_the_separator_belongs_to_the_program(with_command, capsys):
    def run(arguments):
        raise ClientError(" ".join(arguments.program))

    with_command(run, lambda parser: parser.add_argument("client", nargs="?"))
    assert main(["fake", "--", "x", "--debug", "--", "y"]) == 4
    assert one_line(capsys) == "lab: error: x --debug -- y\n"


def test_a_message_cannot_command_the_terminal(with_command, capsys):
    def run(arguments):
        raise ClientError("\x1b[2J\u202egnp")

    with_command(run)
    main(["fake"])
    assert one_line(capsys) == "lab: error: \\x1b[2J\\u202egnp\n"


def test_an_interruption_is_one_line(with_command, capsys):
    def run(arguments):
        raise KeyboardInterrupt

    with_command(run)
    assert main(["fake"]) == 130
    assert one_line(capsys) == "lab: interrupted\n"


def test_the_commands_own_code_is_passed_on(with_command):
    with_command(lambda arguments: 3)
    assert main(["fake"]) == 3


def test_options_are_not_abbreviated(with_command, capsys):
    with_command(lambda arguments: 0, lambda parser: parser.add_argument("--seed"))
    assert main(["fake", "--see", "1"]) == 2
    assert "did you mean --seed?" in one_line(capsys)


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    out = capsys.readouterr().out
    for name, command in find_commands().items():
        assert name in out
        assert command.HELP in out


def test_no_command_shows_what_there_is(capsys):
    assert main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "commands:" in captured.err


def test_a_reader_that_leaves_is_not_a_failure():
    code = "import sys; from lab.cli.main import main; sys.exit(main(['clients', '--json']))"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert done.returncode == 141
    assert done.stderr == ""


def test_python_m_lab_is_the_same():
    done = subprocess.run(
        [sys.executable, "-m", "lab", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("lab ")


def test_help_is_quick_because_heavy_imports_wait():
    program = "import lab.cli.main, sys; from lab.cli.commands import find_commands; "
    code = program + "find_commands(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "hypothesis", "rich", "cryptography", "msgspec", "asyncio", "sqlite3", "h2"}
    assert not heavy & set(done.stdout.split())


@pytest.mark.parametrize("name", find_commands())
class TestConformance:
    def test_it_says_in_one_line_what_it_does(self, name):
        command = find_commands()[name]
        assert command.HELP
        assert "\n" not in command.HELP
        assert not command.HELP.endswith(".")

    def test_every_argument_is_explained(self, name):
        parser = argparse.ArgumentParser()
        find_commands()[name].add_arguments(parser)
        assert all(action.help for action in parser._actions)
