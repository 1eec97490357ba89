"""Files appear whole or not at all, and names and numbers of folders are safe."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.files import (
    choose_numbered_folder,
    create_file,
    make_safe_name,
    move_folder,
    replace_file,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestReplaceFile:
    def test_replaces_the_content_and_leaves_no_temporary_file(self, tmp_path):
        path = tmp_path / "report.json"
        replace_file(path, b"old")
        replace_file(path, b"new")
        assert path.read_bytes() == b"new"
        assert names(tmp_path) == ["report.json"]

    def test_never_writes_into_the_file_itself(self, tmp_path):
        """A reader that opened the old file keeps the old content."""
        path = tmp_path / "report.json"
        replace_file(path, b"old")
        with path.open("rb") as reader:
            replace_file(path, b"new")
            assert reader.read() == b"old"

    def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(self, tmp_path, monkeypatch):
        path = tmp_path / "report.json"
        replace_file(path, b"old")

        def fail(self, target):
            raise OSError("no space left")

        monkeypatch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="no space left"):
            replace_file(path, b"new")
        assert path.read_bytes() == b"old"
        assert names(tmp_path) == ["report.json"]


class TestCreateFile:
    def test_only_the_first_creates_it(self, tmp_path):
        path = tmp_path / "key.pem"
        assert create_file(path, b"first")
        assert not create_file(path, b"second")
        assert path.read_bytes() == b"first"
        assert names(tmp_path) == ["key.pem"]

    def test_only_the_owner_can_read_it(self, tmp_path):
        path = tmp_path / "key.pem"
        create_file(path, b"secret")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


class TestMoveFolder:
    def test_moves_it_and_lets_everybody_read_it(self, tmp_path):
        finished = tmp_path / "work"
        finished.mkdir(0o700)
        (finished / "file").touch()
        move_folder(finished, tmp_path / "done")
        assert names(tmp_path) == ["done"]
        assert stat.S_IMODE((tmp_path / "done").stat().st_mode) == 0o755

    def test_a_folder_that_another_process_made_stays(self, tmp_path):
        for name in ("work", "done"):
            (tmp_path / name).mkdir()
            (tmp_path / name / name).touch()
        move_folder(tmp_path / "work", tmp_path / "done")
        assert names(tmp_path / "done") == ["done"]

    def test_any_other_failure_is_raised(self, tmp_path):
        (tmp_path / "work").mkdir()
        with pytest.raises(FileNotFoundError):
            move_folder(tmp_path / "work", tmp_path / "missing" / "done")


class TestMakeSafeName:
    @given(st.text())
    def test_a_name_has_no_separator_and_is_stable(self, text):
        name = make_safe_name(text)
        assert len(name) == len(text)
        assert "/" not in name
        assert "\0" not in name
        assert make_safe_name(name) == name

    def test_keeps_only_the_named_punctuation(self):
        assert make_safe_name("pi@1.0/x y") == "pi-1.0-x-y"
        assert make_safe_name("pi@1.0/x y", keep="@._-") == "pi@1.0-x-y"

    def test_cuts_off_a_long_name(self):
        assert make_safe_name("a" * 100, max_length=80) == "a" * 80


class TestChooseNumberedFolder:
    @pytest.mark.parametrize(
        ("used", "first_unused", "last_used"),
        [
            ((), "run", "run"),
            (("run",), "run-2", "run"),
            (("run", "run-2"), "run-3", "run-2"),
            (("run", "run-3"), "run-2", "run"),
        ],
    )
    def test_counts_up_to_the_first_unused(self, tmp_path, used, first_unused, last_used):
        for name in used:
            (tmp_path / name).mkdir()
        folder = tmp_path / "run"
        assert choose_numbered_folder(folder, Path.exists).name == first_unused
        assert choose_numbered_folder(folder, Path.exists, latest=True).name == last_used
