"""Locales: names as glibc looks for them, and folders that hold exactly those asked for."""

from __future__ import annotations

import pytest

from lab.errors import MachineError, UsageError
from lab.sandbox.jail import locales
from lab.sandbox.jail.locales import make_locale_folder, to_directory_name


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("de_DE.UTF-8", "de_DE.utf8"),
        ("de_DE", "de_DE.iso88591"),
        ("de_DE.ISO-8859-15@euro", "de_DE.iso885915@euro"),
        ("C.UTF-8", "C.utf8"),
    ],
)
def test_the_folder_is_the_one_that_glibc_looks_for(locale, name):
    assert to_directory_name(locale) == name


@pytest.mark.parametrize("locale", ["", "../x", "de_DE.UTF-8/..", "a b", "-i"])
def test_what_is_no_locale_is_refused(locale):
    with pytest.raises(UsageError, match="is not a locale"):
        to_directory_name(locale)


@pytest.fixture
def compiled(monkeypatch):
    """Compiles nothing; the locales for which a folder was made."""
    made = []

    def compile_locale(locale, cache):
        folder = cache / "compiled" / to_directory_name(locale)
        if not folder.exists():
            made.append(locale)
            folder.mkdir(parents=True)
            (folder / "LC_TIME").write_text(locale)
        return folder

    monkeypatch.setattr(locales, "_compile_locale", compile_locale)
    return made


def test_a_set_holds_its_locales_and_c_utf_8_and_is_made_once(tmp_path, compiled):
    folder = make_locale_folder(["de_DE.UTF-8", "C", "POSIX"], tmp_path)
    assert sorted(each.name for each in folder.iterdir()) == ["C.utf8", "de_DE.utf8"]
    assert make_locale_folder(["C.UTF-8", "de_DE.UTF-8"], tmp_path) == folder
    assert compiled == ["C.UTF-8", "de_DE.UTF-8"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["compiled", "sets"]


def test_sets_share_the_compiled_files(tmp_path, compiled):
    one, two = (make_locale_folder([locale], tmp_path) for locale in ("de_DE.UTF-8", "C.UTF-8"))
    assert one != two
    inodes = {(each / "C.utf8" / "LC_TIME").stat().st_ino for each in (one, two)}
    assert len(inodes) == 1


def test_a_cache_that_cannot_be_written_is_named(tmp_path, compiled):
    cache = tmp_path / "file"
    cache.touch()
    with pytest.raises(MachineError, match=f"cannot be kept in {cache}"):
        make_locale_folder([], cache)
