"""Options that commands share: the client, formats, and folders that can be written."""

import argparse
from pathlib import Path

import pytest

from lab.cli.shared_options import (
    add_client,
    add_format,
    add_home,
    add_json,
    read_client_words,
    require_writable,
)
from lab.errors import UsageError
from lab.reports.formats.registry import list_formats


def parse(add, *words, program=None):
    parser = argparse.ArgumentParser()
    add(parser)
    return parser.parse_args(words, argparse.Namespace(program=program))


def test_a_client_is_a_name_or_a_program_after_the_separator():
    assert read_client_words(parse(add_client, "codex@1.0")) == ("codex@1.0",)
    named = parse(add_client, program=("/bin/echo", "a"))
    assert read_client_words(named) == ("--", "/bin/echo", "a")


@pytest.mark.parametrize(
    ("words", "program", "message"),
    [
        ((), None, "no client named; CLIENT is NAME"),
        ((), (), "nothing follows --"),
        (("codex",), ("/bin/echo",), "two clients named: 'codex' and, after --, '/bin/echo'"),
    ],
)
def test_no_client_and_two_clients_are_refused(words, program, message):
    with pytest.raises(UsageError, match=message):
        read_client_words(parse(add_client, *words, program=program))


def test_an_option_of_the_lab_after_the_separator_is_warned_about(capsys):
    arguments = parse(add_client, program=("/bin/echo", "--factors=ci"))
    assert read_client_words(arguments) == ("--", "/bin/echo", "--factors=ci")
    assert "warning: --factors=ci stands after --" in capsys.readouterr().err
    read_client_words(parse(add_client, program=("/bin/echo", "--seed")))
    assert capsys.readouterr().err == ""


def test_every_format_can_be_chosen_and_no_other(capsys):
    for name in list_formats():
        assert parse(add_format, "--format", name).format == name
    assert parse(add_format).format is None
    with pytest.raises(SystemExit):
        parse(add_format, "--format", "none-of-these")
    assert "invalid choice" in capsys.readouterr().err


def test_defaults():
    assert parse(add_json).json is False
    assert parse(add_json, "--json").json is True
    assert parse(add_home).home == Path(".lab")


def test_a_folder_that_can_be_created_is_not_created(tmp_path):
    require_writable("--home", tmp_path / "a" / "b")
    require_writable("--home", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="file is no folder; name another folder"):
        require_writable("--out", tmp_path / "file" / "a")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(UsageError, match=f"--out .*: nothing can be written in {tmp_path}"):
        require_writable("--out", tmp_path / "a")


def test_a_name_that_the_system_refuses_is_refused(tmp_path):
    with pytest.raises(UsageError, match="File name too long; name another folder"):
        require_writable("--out", tmp_path / ("a" * 300))
