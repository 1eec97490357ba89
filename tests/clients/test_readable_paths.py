"""What of the host becomes readable inside."""

import os

import pytest

from lab.clients.readable_paths import (
    find_absolute_paths,
    find_readable_folders,
    find_relative_paths,
)


def test_absolute_paths_are_existing_ones_also_after_an_option(tmp_path):
    script = tmp_path / "a.py"
    script.touch()
    words = ["python3", str(script), f"--config={tmp_path}", "/no/such/file", f"x={script}", "/\0"]
    assert find_absolute_paths(words) == (str(script), str(tmp_path))


def test_relative_paths_are_existing_ones(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").touch()
    assert find_relative_paths(["a.py", "./a.py", "b.py", "-a.py", "", str(tmp_path)]) == (
        "a.py",
        "./a.py",
    )


def test_the_folder_of_a_file_and_a_folder_itself(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.py").touch()
    (tmp_path / "two").mkdir()
    paths = [str(tmp_path / "one" / "a.py"), str(tmp_path / "two")]
    assert find_readable_folders(paths) == (str(tmp_path / "one"), str(tmp_path / "two"))


def test_only_the_outermost_of_nested_folders(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.py").touch()
    assert find_readable_folders([str(tmp_path), str(tmp_path / "one" / "a.py")]) == (
        str(tmp_path),
    )


@pytest.mark.parametrize(
    "path", ["/usr/bin/env", "/bin/sh", "/etc/passwd", "/proc/self", "/dev/null", "/", "/tmp"]
)
def test_what_every_jail_has_of_its_own_is_never_covered(path):
    assert find_readable_folders([path]) == ()


def test_of_a_shared_temporary_folder_only_the_file():
    assert find_readable_folders(["/tmp/a.py"]) == ("/tmp/a.py",)


def test_where_a_link_leads_is_readable_too(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").touch()
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "a").symlink_to(tmp_path / "real" / "a")
    assert find_readable_folders([str(tmp_path / "links" / "a")]) == (
        str(tmp_path / "links"),
        str(tmp_path / "real"),
    )


def test_a_program_in_a_bin_folder_brings_the_installation_it_belongs_to(tmp_path):
    os.makedirs(tmp_path / "venv" / "bin")
    os.makedirs(tmp_path / "plain" / "bin")
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    for name in ("venv", "plain"):
        (tmp_path / name / "bin" / "x").touch()
    assert find_readable_folders([str(tmp_path / "venv" / "bin" / "x")]) == (
        str(tmp_path / "venv"),
    )
    assert find_readable_folders([str(tmp_path / "plain" / "bin" / "x")]) == (
        str(tmp_path / "plain" / "bin"),
    )
