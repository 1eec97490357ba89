"""A built wheel contains every file of the package: the globs in ``pyproject.toml`` cover them."""

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GLOBS = SETTINGS["tool"]["setuptools"]["package-data"]["lab"]


def list_tracked() -> set[str]:
    """Files below ``lab/`` that are no modules and that Git has, relative to it."""
    words = ("git", "-C", str(ROOT), "ls-files", "-z", "--", "lab")
    try:
        listed = subprocess.run(words, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a Git checkout")
    return {
        name.removeprefix("lab/")
        for name in listed.split("\0")
        if name and not name.endswith(".py") and (ROOT / name).exists()
    }


def test_every_file_beside_the_modules_is_package_data():
    matched = {
        path.relative_to(ROOT / "lab").as_posix()
        for pattern in GLOBS
        for path in (ROOT / "lab").glob(pattern)
    }
    assert list_tracked() - matched == set()


@pytest.mark.parametrize("pattern", GLOBS)
def test_every_glob_matches_a_file(pattern):
    assert list((ROOT / "lab").glob(pattern))


@pytest.mark.parametrize("name", SETTINGS["project"]["license-files"])
def test_license_files_exist(name):
    assert (ROOT / name).is_file()


def test_every_folder_with_modules_or_data_is_a_package():
    """Setuptools finds packages by ``__init__.py`` alone; other folders are left out."""
    folders = {path.parent for path in (ROOT / "lab").rglob("*.py")}
    assert {folder for folder in folders if not (folder / "__init__.py").exists()} == set()
