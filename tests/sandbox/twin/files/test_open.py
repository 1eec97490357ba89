"""The replacements of ``open`` and ``io.FileIO``: the client's calls only."""

from __future__ import annotations

import io
import os

import pytest

from lab.sandbox.twin.files import open as file_opening
from lab.sandbox.twin.files.open import OpenReplacement, _flags_of_mode
from lab.sandbox.twin.patching.caller import thread_state


class Trial:
    has_ended = False

    def refuse(self, what):
        return RuntimeError(what)


@pytest.fixture
def trial():
    thread_state.trial = Trial()
    yield thread_state.trial
    thread_state.trial = None


@pytest.fixture
def calls():
    return []


@pytest.fixture
def replaced(calls):
    return OpenReplacement(lambda *words: calls.append(words))


def test_only_the_client_gets_the_replacement(replaced, calls, tmp_path):
    with replaced(tmp_path / "file", "w") as file:
        file.write("text")
    assert (tmp_path / "file").read_text() == "text"
    assert calls == []


def test_the_client_gets_the_replacement_with_all_arguments(replaced, calls, trial):
    replaced("name", "w", encoding="utf-8")
    assert calls == [("name", "w", -1, "utf-8", None, None, True)]


def test_an_opener_of_the_client_is_called_as_the_client(replaced, calls, trial):
    asked = []

    def opener(name, flags):
        asked.append((name, flags, thread_state.trial is trial))
        return 7

    replaced("name", "rb", opener=opener)
    assert asked == [("name", os.O_RDONLY | os.O_CLOEXEC, True)]
    assert calls[0][0] == 7


def test_an_opener_of_others_is_their_own(replaced, tmp_path):
    (tmp_path / "file").write_text("text")
    with replaced(tmp_path / "file", opener=os.open) as file:
        assert file.read() == "text"


@pytest.mark.parametrize(
    ("mode", "flags"),
    [
        ("r", os.O_RDONLY),
        ("rb+", os.O_RDWR),
        ("w", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        ("w+", os.O_RDWR | os.O_CREAT | os.O_TRUNC),
        ("a", os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        ("x", os.O_WRONLY | os.O_CREAT | os.O_EXCL),
    ],
)
def test_flags_of_a_mode_are_those_of_python(mode, flags, tmp_path):
    assert _flags_of_mode(mode) == flags | os.O_CLOEXEC
    given = []

    def opener(name, real):
        given.append(real)
        return os.open(name, real | os.O_CREAT)

    if mode != "x":
        (tmp_path / "file").touch()
    open(tmp_path / "file", mode, opener=opener).close()
    assert given == [flags | os.O_CLOEXEC]


def test_a_file_object_is_an_instance_of_the_replacement(tmp_path):
    (tmp_path / "file").touch()
    with (
        io.FileIO(tmp_path / "file") as real,
        file_opening.FileIOReplacement(tmp_path / "file") as own,
    ):
        assert isinstance(real, file_opening.FileIOReplacement)
        assert type(own) is io.FileIO
    assert issubclass(io.FileIO, file_opening.FileIOReplacement)
    assert not isinstance(io.BytesIO(), file_opening.FileIOReplacement)


def test_the_client_opens_a_path_through_open(trial, monkeypatch):
    opened = []
    monkeypatch.setattr("builtins.open", lambda *words: opened.append(words))
    # By its module: a trial puts the real class back wherever the replacement is a global.
    file_opening.FileIOReplacement("name", "rb")
    assert opened == [("name", "rb", 0)]
