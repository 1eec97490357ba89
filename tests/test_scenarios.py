"""The scenarios on their specimen, in real cells: what is planted is found and reported."""

import pytest

from lab.findings.report_json import decode

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.cell


def test_what_is_planted_in_the_specimen_is_found(pytester_on, tmp_path):
    words = ("test_timezone.py", "test_through_the_proxy.py", "test_consent.py")
    result = pytester_on(*words, "--runxfail")
    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines_random(
        [
            "*past the proxy: tcp telemetry.specimen.example:443*",
            "*before the first question: POST https://telemetry.specimen.example/v1/events, "
            "with hostname (sha256*",
            "   U+0027 APOSTROPHE → U+2019 RIGHT SINGLE QUOTATION MARK  look-alike",
            "COVERT  timezone  derived  POST api.specimen.example/v1/messages body *",
            "    reproduce  lab run * --set timezone=Asia/Shanghai",
        ]
    )
    (signal,) = decode((tmp_path / "out" / "report.json").read_bytes()).signals
    assert (signal.cause, signal.covert) == (("timezone",), True)


def test_what_is_planted_is_expected_unless_somebody_looks_closer(pytester_on):
    result = pytester_on("test_consent.py")
    result.assert_outcomes(xfailed=1)


@pytest.fixture
def pytester_on(pytester, pytestconfig, tmp_path, monkeypatch):
    """Runs scenarios of the repository, with a folder for what they leave."""
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PY_COLORS", "0")

    def run(*words):
        folder = pytestconfig.rootpath / "scenarios"
        files = [str(folder / word) if word.endswith(".py") else word for word in words]
        return pytester.runpytest_subprocess(
            "-p", "lab.plugin", f"--lab-out={tmp_path / 'out'}", *files
        )

    return run
