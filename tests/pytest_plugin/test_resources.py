"""What the fixtures of a session share: folder, policy, skipping, and properties of tests."""

from types import SimpleNamespace

import pytest

from lab.pytest_plugin.resources import SessionResources, format_unmeasurable


class Config:
    """The options of a session, without pytest."""

    inipath = None

    def __init__(self, folder, **options):
        self.rootpath = folder
        self.options = {f"lab_{name}": value for name, value in options.items()}
        plugins = SimpleNamespace(getplugin=lambda name: None)
        self.pluginmanager = plugins

    def getoption(self, name, default=None):
        return self.options.get(name, default)

    def getini(self, name):
        return None


@pytest.fixture
def make(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda **options: SessionResources(Config(tmp_path, **options))


def test_the_folder_is_named_by_client_and_seed_and_numbered(make, tmp_path):
    first = make(client="./clients/mine.toml", seed="3").folder
    assert first.as_posix() == ".lab/sessions/mine-seed3"
    (tmp_path / first).mkdir(parents=True)
    assert make(client="./clients/mine.toml", seed="3").folder.name == "mine-seed3-2"
    assert make(client="./clients/mine.toml", seed="3", resume=True).folder.name == "mine-seed3"


def test_the_folder_that_the_user_names_or_the_controller_sends(make, tmp_path):
    assert make(client="pi", out="here").folder.name == "here"
    worker = make(client="pi", out="here")
    worker.config.workerinput = {"lab_folder": str(tmp_path / "sent")}
    assert worker.folder == tmp_path / "sent"


def test_without_a_client_a_test_is_skipped_or_with_require_failed(make):
    with pytest.raises(pytest.skip.Exception, match="no client given: add --lab-client"):
        make().open_trials()
    with pytest.raises(pytest.fail.Exception, match=r"no client given.*--lab-require"):
        make(require=True).open_trials()


def test_a_property_is_recorded_once_and_only_while_a_test_runs(make):
    resources = make()
    resources.record_property("lab_seed", "1")
    resources.test = SimpleNamespace(user_properties=[])
    for _ in range(2):
        resources.record_property("lab_seed", "1")
    assert resources.test.user_properties == [("lab_seed", "1")]


def test_progress_is_printed_escaped_and_by_one_process_only(make, capsys):
    resources = make()
    resources.print_progress("a \x1b[2J line")
    assert "\x1b" not in (printed := capsys.readouterr().err)
    assert printed.startswith("a ")
    resources.config.workerinput = {}
    resources.print_progress("from a worker")
    assert capsys.readouterr().err == ""


def test_closing_closes_what_was_opened(make):
    resources = make()
    closed = []
    resources.stack.callback(closed.append, True)
    resources.close()
    assert closed == [True]


def test_reasons_name_each_factor():
    assert format_unmeasurable({"ci": "a", "git": "b"}) == "factor ci: a; factor git: b"
