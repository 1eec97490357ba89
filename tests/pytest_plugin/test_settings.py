"""The options of a session: the command line has priority, and wrong values are one line."""

import pytest

from lab.pytest_plugin.settings import read_settings


class Config:
    """Options and ini keys, without pytest."""

    inipath = None

    def __init__(self, folder, options=None, ini=None):
        self.rootpath = folder
        self.options = {f"lab_{name}": value for name, value in (options or {}).items()}
        self.ini = {f"lab_{name}": value for name, value in (ini or {}).items()}

    def getoption(self, name):
        return self.options.get(name)

    def getini(self, name):
        return self.ini.get(name)


def test_defaults(tmp_path):
    settings = read_settings(Config(tmp_path))
    assert (settings.client, settings.factors, settings.seed, settings.jobs) == ((), (), 0, 1)
    assert (settings.max_time, settings.out, settings.resume, settings.require) == (
        None, None, False, False,
    )  # fmt: skip


def test_the_command_line_has_priority(tmp_path):
    config = Config(tmp_path, {"client": "pi", "seed": "4"}, {"client": "codex", "jobs": "auto"})
    settings = read_settings(config)
    assert (settings.client, settings.seed, settings.jobs) == (("pi",), 4, None)


def test_paths_of_an_ini_file_are_relative_to_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    config = Config(tmp_path / "sub", {"baseline": "b.json"}, {"client": "me.toml", "out": "out"})
    config.inipath = tmp_path / "sub" / "pytest.ini"
    settings = read_settings(config)
    assert settings.client == ("sub/me.toml",)
    assert settings.out is not None
    assert settings.out.as_posix() == "sub/out"
    assert settings.baseline is not None
    assert settings.baseline.as_posix() == "b.json"


def test_a_program_is_split_as_a_shell_does(tmp_path):
    config = Config(tmp_path, {"client": "-- /usr/bin/python3 'a b.py'"})
    assert read_settings(config).client == ("--", "/usr/bin/python3", "a b.py")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("seed", "-1", "--lab-seed takes a whole number from 0 to"),
        ("jobs", "65", "--lab-jobs takes a whole number from 1 to 64"),
        ("max_time", "0", "--lab-max-time takes a number of seconds above 0"),
        ("max_time", "nan", "--lab-max-time takes a number of seconds above 0"),
        ("client", "-- 'open", "is no command"),
    ],
)
def test_a_wrong_value_is_a_usage_error(tmp_path, name, value, message):
    with pytest.raises(pytest.UsageError, match=message):
        read_settings(Config(tmp_path, {name: value}))
