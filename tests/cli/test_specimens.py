"""``lab specimens``: what it lists, what it audits, and its exit codes; the audits stand in."""

import json
import sys
from types import SimpleNamespace

import pytest

from lab.cli.commands import find_commands
from lab.cli.main import main
from lab.experiment.events import AuditFinished
from tests.specimens.test_score import report, signal
from tests.specimens.test_specimen import COPY, HEAD, IN_C

HARMFUL = """\
[[specimen]]
name = "eternal"
argv = ["/usr/bin/python3", "eternal.py"]
description = "Never ends."
factors = ["timezone"]
quiet = true
verdicts = ["timed out"]
"""


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "specimens"
    place.mkdir()
    (place / "truth.toml").write_text(HEAD + COPY + IN_C + HARMFUL)
    for name in ("copy.py", "eternal.py"):
        (place / name).write_text("print(1)\n")
    (place / "inc.c").write_text("int main(void) { return 0; }\n")
    return place


@pytest.fixture
def audits(monkeypatch):
    """What was audited, each audit finding the time zone."""
    asked = []

    def audit(client, options):
        asked.append((client.name, options.seed, options.factors))
        yield AuditFinished(report(signal(("timezone",))))

    monkeypatch.setitem(sys.modules, "lab.experiment.audit", SimpleNamespace(audit=audit))
    monkeypatch.setattr("lab.sandbox.requirements.require_all", lambda: None)
    return asked


def lab(folder, *words):
    return main(
        ["specimens", *words, "--folder", str(folder), "--home", str(folder.parent / "home")]
    )


def test_it_is_a_command():
    assert "specimens" in find_commands()


def test_without_a_name_it_lists_and_runs_nothing(folder, audits, capsys):
    assert lab(folder) == 0
    out = capsys.readouterr().out
    assert "copy: Copies." in out
    assert "timezone → http a.example, copied" in out
    assert out.endswith("3 specimens, 1 planted signals\n")
    assert lab(folder, "--json") == 0
    names = [each["name"] for each in json.loads(capsys.readouterr().out)["specimens"]]
    assert names == ["copy", "inc", "eternal"]
    assert audits == []


def test_a_named_specimen_is_audited_with_its_own_factors_and_each_seed(folder, audits, capsys):
    assert lab(folder, "copy", "--seed", "1", "--seed", "2", "--seed", "1") == 0
    factors = ("timezone", "endpoint")
    assert audits == [("copy", 1, factors), ("copy", 2, factors)]
    out = capsys.readouterr().out
    assert "right  copy  seed 1" in out
    assert "recall 1.000 (2 of 2 planted)" in out


def test_what_runs_is_reported_on_stderr_and_results_on_stdout(folder, audits, capsys):
    assert lab(folder, "copy", "--seed", "1", "--seed", "2") == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "lab: copy, seed 1: audit 1 of 2",
        "lab: copy, seed 2: audit 2 of 2",
    ]
    assert "audit 1" not in out
    assert lab(folder, "copy", "--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["audits"]
    assert err == "lab: copy, seed 0: audit 1 of 1\n"


def test_anything_false_is_exit_code_1(folder, audits, capsys):
    assert lab(folder, "eternal", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["total"]["false"] == 1
    assert document["total"]["recall"] is None


def test_all_leaves_out_what_is_ill_behaved_or_cannot_run_and_says_so(
    folder, audits, capsys, monkeypatch
):
    monkeypatch.setattr("lab.specimens.specimen.find_compiler", lambda: None)
    assert lab(folder, "--all") == 0
    assert [name for name, *_ in audits] == ["copy"]
    err = capsys.readouterr().err
    assert "inc is left out: this machine lacks a C compiler" in err
    assert "eternal is left out: it is ill-behaved" in err


@pytest.mark.parametrize(
    ("words", "reported"),
    [
        (["copi"], "no specimen 'copi'; did you mean copy?"),
        (["copy", "--all"], "leave out the names"),
        (["--seed", "1"], "name specimens, or add --all"),
        (["copy", "--seed", "-1"], "--seed takes a whole number"),
    ],
)
def test_wrong_calls_are_answered_in_one_line(folder, audits, capsys, words, reported):
    assert lab(folder, *words) == 2
    err = capsys.readouterr().err
    assert reported in err
    assert err.count("\n") == 1
    assert audits == []


def test_where_there_are_no_specimens_the_error_names_the_right_folder(tmp_path, capsys):
    assert main(["specimens", "--folder", str(tmp_path)]) == 2
    assert f"no specimens in {tmp_path}" in capsys.readouterr().err


def test_the_former_name_works_with_a_note(tmp_path, capsys):
    assert main(["zoo", "--folder", str(tmp_path)]) == 2
    note, error = capsys.readouterr().err.splitlines()
    assert note == "lab: note: lab zoo is deprecated; it is now lab specimens"
    assert error.startswith("lab: error: ")
