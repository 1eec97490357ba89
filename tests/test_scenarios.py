"""Scenarios: each has the form of one, and on their specimen what is planted is found and reported.

``.ci/run`` runs all of them on the specimen; here, in real cells, only some.
"""

import ast
from pathlib import Path

import pytest

from lab.findings.report_json import decode

pytest_plugins = ["pytester"]

CHECKOUT = Path(__file__).parents[1]
SCENARIOS = sorted((CHECKOUT / "scenarios").glob("test_*.py"))
PUBLIC = {"pytest", "lab.pytest_plugin.audit_fixture", "lab.pytest_plugin.observe_fixture"}
FIXTURES = {"lab_audit", "lab_observe"}


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_scenario_is_one_question_and_uses_only_what_is_public(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    question, _, rest = (ast.get_docstring(tree) or "").partition("\n")
    assert question.endswith("?")
    assert rest.endswith("\n\n    pytest scenarios/" + file.name + " --lab-client codex")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= PUBLIC
        if isinstance(node, ast.ImportFrom):
            assert node.module in PUBLIC
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert tests
    for test in tests:
        assert test.name.startswith("test_")
        assert ast.get_docstring(test)
        marks = [ast.unparse(mark) for mark in test.decorator_list]
        assert all(mark.startswith(("pytest.mark.lab_", "pytest.mark.param")) for mark in marks)
        arguments = {argument.arg for argument in test.args.args}
        given = " ".join(mark for mark in marks if "parametrize" in mark)
        assert arguments & FIXTURES
        assert all(name in given for name in arguments - FIXTURES)


def test_ci_runs_every_scenario_on_the_specimen():
    script = (CHECKOUT / ".ci" / "run").read_text(encoding="utf-8")
    assert "python -m pytest scenarios -n auto --lab-require" in script


@pytest.mark.cell
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


@pytest.mark.cell
def test_a_finding_that_is_planted_is_expected(pytester_on):
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
