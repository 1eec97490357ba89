"""What the audits of a session share, with a model in the place of cells."""

import msgspec
import pytest

from lab.environment import Environment
from lab.errors import UsageError
from lab.observation.records import Exit, Observation
from lab.pytest_plugin import trial_resources
from lab.pytest_plugin.settings import TRIALS_FOLDER, read_settings
from lab.pytest_plugin.shared_trials import SharedRunner
from lab.pytest_plugin.trial_resources import TrialResources
from tests.experiment.model import CLIENT
from tests.pytest_plugin.test_resources import Config


class Cells:
    """Stands in for the sandbox."""

    entered = 0
    fails = False

    def __init__(self, client, **options):
        self.options = options
        self.jobs = options["jobs"] or options["processors"]

    def __enter__(self):
        if self.fails:
            raise OSError("no cell")
        self.entered += 1
        return self

    def __exit__(self, *exc):
        self.entered -= 1


@pytest.fixture
def make(tmp_path, monkeypatch):
    monkeypatch.setattr(trial_resources, "require_all", lambda: None)
    monkeypatch.setattr(trial_resources, "resolve", lambda words, cache, print_line: CLIENT)
    monkeypatch.setattr(trial_resources, "Sandbox", Cells)

    def open_resources(workers=1, **options):
        settings = read_settings(Config(tmp_path, client="model", **options))
        return TrialResources(settings, tmp_path / "session", workers, print)

    return open_resources


def test_cells_and_store_are_open_within_the_context(make, tmp_path):
    with make() as resources:
        cells = resources.executor
        assert cells.entered == 1
        assert (tmp_path / "session" / TRIALS_FOLDER).exists()
    assert cells.entered == 0


def test_the_session_is_hidden_from_the_client(make, tmp_path):
    with make() as resources:
        assert resources.executor.options["hidden"] == (tmp_path / "session",)


def test_several_workers_divide_the_processors_and_share_their_trials(make, monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))
    with make(workers=3) as resources:
        assert isinstance(resources.executor, SharedRunner)
        assert resources._sandbox.options["processors"] == 2
    with make(workers=20) as resources:
        assert resources._sandbox.options["processors"] == 1


def test_what_was_opened_is_closed_where_no_cell_can_be_made(make, monkeypatch):
    monkeypatch.setattr(Cells, "fails", True)
    resources = make()
    closed = []
    resources._stack.callback(closed.append, True)
    with pytest.raises(OSError, match="no cell"), resources:
        pass
    assert closed == [True]


def test_a_folder_with_the_trials_of_another_client_is_refused(make, monkeypatch):
    with make():
        pass
    other = msgspec.structs.replace(CLIENT, digest="1" * 64)
    monkeypatch.setattr(trial_resources, "resolve", lambda words, cache, print_line: other)
    with pytest.raises(UsageError, match="client"):
        make()


def test_the_trials_of_one_audit_are_those_of_the_others_too(make):
    environment = Environment.of({"timezone": "UTC"})
    seen = Observation((), Exit(1.5, "finished", 0, None, 0.25, b"", b""))
    with make() as resources:
        with resources.open_store("one") as store:
            store.put("c", environment, 0, phase="screen", observation=seen, overhead_s=0.0)
        with resources.open_store("two") as store:
            assert store.observation(store.get("c", environment, 0)) == seen


def test_factors_that_cannot_be_varied_have_a_reason(make, monkeypatch):
    client = msgspec.structs.replace(
        CLIENT, profile=msgspec.structs.replace(CLIENT.profile, exclude=("ci",), optout={})
    )
    monkeypatch.setattr(trial_resources, "resolve", lambda words, cache, print_line: client)
    with make() as resources:
        found = resources.find_unmeasurable(["ci", "optout", "timezone"])
    assert set(found) == {"ci", "optout"}
    assert found["optout"] == "no level of it changes anything for this client's profile"
