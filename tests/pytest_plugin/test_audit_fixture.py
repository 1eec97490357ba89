"""The fixture ``lab_audit``: which audits run, and for what a test fails."""

from contextlib import nullcontext
from types import SimpleNamespace

import msgspec
import pytest

from lab.errors import ClientError, MachineError
from lab.findings.report import Inconclusive
from lab.findings.report_json import encode
from lab.pytest_plugin.audit_fixture import AuditFixture, AuditRequest, SignalFound
from lab.pytest_plugin.resources import SessionResources
from tests.pytest_plugin.test_resources import Config
from tests.reports.examples import COPIED, COVERT, EMPTY, ROUTE

PLAIN = msgspec.structs.replace(EMPTY, not_measured=(), factors=(), audit="folder")


def report(*signals, **changes):
    changes.setdefault("verdict", "signal" if signals else "no signal")
    return msgspec.structs.replace(PLAIN, signals=signals, **changes)


class Trials:
    """Stands in for the open client."""

    def __init__(self, folder):
        self.folder = folder
        self.claims = SimpleNamespace(hold=lambda name: nullcontext())
        self.unmeasurable = {}

    def find_unmeasurable(self, names):
        return {name: self.unmeasurable[name] for name in names if name in self.unmeasurable}


@pytest.fixture
def resources(tmp_path):
    resources = SessionResources(Config(tmp_path, client="model"))
    resources.test = SimpleNamespace(user_properties=[])
    trials = Trials(tmp_path)
    resources.open_trials = lambda: trials
    return resources


@pytest.fixture
def fixture(resources, monkeypatch):
    """The fixture, with audits that end at once; ``ran`` has the requests, ``found`` the report."""
    fixture = AuditFixture(resources, None)
    fixture.ran = []
    fixture.found = report()

    def run(opened, request):
        fixture.ran.append(request)
        if isinstance(fixture.found, Exception):
            raise fixture.found
        folder = opened.folder / request.folder_name
        folder.mkdir()
        (folder / "report.json").write_bytes(encode(fixture.found))
        return fixture.found

    monkeypatch.setattr(fixture, "_run_audit", run)
    return fixture


def test_a_folder_is_named_by_the_factors():
    assert AuditRequest(()).folder_name == "all"
    assert AuditRequest(("ci", "user")).folder_name == "ci-user"
    assert AuditRequest(("ci", "user"), together=False).folder_name == "ci-user-each"
    long = AuditRequest(tuple(f"factor{number}" for number in range(20))).folder_name
    assert long.startswith("20-factors-")
    assert len(long) < 80


def test_the_same_audit_runs_once(fixture):
    first = fixture("user", "ci")
    assert fixture("ci", "user", "ci") is first
    assert fixture.ran == [AuditRequest(("ci", "user"))]
    fixture("ci")
    fixture("ci", together=False)
    assert fixture.ran[1:] == [AuditRequest(("ci",))]


def test_an_audit_that_another_process_of_the_session_finished_is_read(fixture, resources):
    resources.config.workerinput = {"testrunuid": "this-run", "workercount": 2}
    fixture("ci")
    fixture.reports.clear()
    assert fixture("ci") == fixture.found
    assert len(fixture.ran) == 1


def test_the_test_has_the_audit_in_its_properties(fixture, resources):
    fixture.found = report(COPIED)
    fixture("hostname")
    properties = dict(resources.test.user_properties)
    assert properties["lab_audit"] == "folder"
    assert properties["lab_signal"] == COPIED.id


def test_a_test_is_skipped_where_none_of_its_factors_can_be_varied(fixture, resources):
    resources.open_trials().unmeasurable = {"ci": "static"}
    with pytest.raises(pytest.skip.Exception, match="factor ci: static"):
        fixture("ci")
    try:
        fixture("ci", "user")
    except pytest.skip.Exception:
        pytest.fail("skipped, although one of the factors can be varied")


def test_what_the_machine_lacks_skips_and_what_the_client_lacks_fails(fixture):
    fixture.found = MachineError("bubblewrap is missing")
    with pytest.raises(pytest.skip.Exception, match="bubblewrap is missing"):
        fixture("ci")
    fixture.found = ClientError("no such version")
    with pytest.raises(pytest.fail.Exception, match="no such version") as failure:
        fixture("ci")
    assert not isinstance(failure.value, SignalFound)


def test_only_covert_signals_fail_on_covert(fixture):
    fixture.fail_on_covert(report(COPIED, ROUTE))
    with pytest.raises(SignalFound, match="1 covert signal in what the client sends") as failure:
        fixture.fail_on_covert(report(COPIED, COVERT))
    assert "endpoint × timezone" in str(failure.value)
    assert COPIED.cause[0] not in str(failure.value).splitlines()[1]


def test_encoded_signals_fail_on_disguised_too(fixture):
    fixture.fail_on_disguised(report(ROUTE))
    with pytest.raises(SignalFound, match="2 disguised signals"):
        fixture.fail_on_disguised(report(COPIED, COVERT))


@pytest.mark.parametrize("verdict", ["inconclusive", "not measured"])
def test_a_result_that_is_open_skips(fixture, verdict):
    with pytest.raises(pytest.skip.Exception):
        fixture.fail_on_covert(report(verdict=verdict))


def test_an_effect_that_stayed_open_skips(fixture):
    doubt = Inconclusive(COVERT.location, ("ci",), "too few trials")
    with pytest.raises(pytest.skip.Exception, match=r"stayed open: .*too few trials"):
        fixture.fail_on_covert(report(inconclusive=(doubt,)))


def test_signals_that_opting_out_does_not_end_fail(resources, monkeypatch):
    asked = []

    def observe(**options):
        asked.append(options)
        return SimpleNamespace(model_requests=frozenset())

    monkeypatch.setattr(
        "lab.pytest_plugin.optout_diff.find_ignoring_optout",
        lambda signals, without, with_optout: list(signals),
    )
    fixture = AuditFixture(resources, observe)
    with pytest.raises(SignalFound, match="1 signal that opting out does not end"):
        fixture.fail_on_ignored_optout(report(COPIED))
    assert [each.get("optout") for each in asked] == [None, "set"]
