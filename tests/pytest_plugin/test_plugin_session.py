"""One session: settings checked before tests, the subject of tests, and the audits of tests."""

from types import SimpleNamespace

import pytest

from lab.errors import UsageError
from lab.pytest_plugin.plugin_session import PluginSession
from lab.pytest_plugin.settings import TRIALS_FOLDER
from lab.testing import current_subject
from tests.pytest_plugin.test_resources import Config


@pytest.fixture
def make(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sessions = []

    def open_session(**options):
        sessions.append(PluginSession(Config(tmp_path, **options)))
        return sessions[-1]

    yield open_session
    for session in sessions:
        session.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"factors": "timezon"}, "nearest: timezone"),
        ({"policy": "nowhere.toml"}, "nowhere.toml"),
        ({"baseline": "nowhere.json"}, "nowhere.json"),
        ({"out": "here", "resume": True}, "holds no session to go on with"),
    ],
)
def test_wrong_options_are_refused_before_any_test(make, options, message):
    with pytest.raises(pytest.UsageError, match=message):
        make(**options).check_settings()


def test_a_folder_with_a_session_is_not_overwritten(make, tmp_path):
    make(out="here").check_settings()
    (tmp_path / "here" / TRIALS_FOLDER).mkdir(parents=True)
    with pytest.raises(pytest.UsageError, match="holds a session; add --lab-resume"):
        make(out="here").check_settings()
    make(out="here", resume=True).check_settings()


def test_a_worker_leaves_the_check_of_the_folder_to_the_controller(make, tmp_path):
    (tmp_path / "here" / TRIALS_FOLDER).mkdir(parents=True)
    session = make(out="here")
    session.resources.config.workerinput = {}
    session.check_settings()


def test_the_folder_is_made_and_sent_to_workers(make, tmp_path):
    session, worker_input = make(out="here"), {}
    session.share_folder(worker_input)
    assert worker_input == {"lab_folder": "here"}
    assert (tmp_path / "here").is_dir()


def test_a_test_has_the_sessions_client_as_its_subject_until_the_session_is_closed(make):
    session = make()
    session.begin_test(SimpleNamespace(user_properties=[]), ())
    session.begin_test(SimpleNamespace(user_properties=[]), ())
    with pytest.raises(pytest.skip.Exception, match="no client given"):
        current_subject.get_subject()
    session.close()
    with pytest.raises(UsageError, match="no client to observe"):
        current_subject.get_subject()


def test_a_test_that_needs_a_factor_is_skipped_where_it_cannot_be_varied(make):
    session = make()
    trials = SimpleNamespace(find_unmeasurable=lambda names: dict.fromkeys(names, "static"))
    session.resources.open_trials = lambda: trials
    with pytest.raises(pytest.skip.Exception, match="factor clock: static"):
        session.begin_test(SimpleNamespace(user_properties=[]), ["clock"])
    trials.find_unmeasurable = lambda names: {}
    session.begin_test(SimpleNamespace(user_properties=[]), ["clock"])


def test_the_tests_of_each_audit_are_recorded_once(make):
    session = make()
    properties = [("lab_audit", "folder/a"), ("lab_seed", "1"), ("lab_audit", "folder/b")]
    for name in ("one", "one", "two"):
        session.record_audits(SimpleNamespace(nodeid=name, user_properties=properties))
    assert session.tests_by_audit == {"folder/a": ["one", "two"], "folder/b": ["one", "two"]}


def test_without_audits_there_is_no_summary(make):
    make().print_summary(None)
