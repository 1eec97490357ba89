"""What the statements of a contract share: levels, machines, and what cannot be tested."""

from __future__ import annotations

import pytest

import lab
from lab.errors import UsageError
from lab.factors.registry import find_conflict
from lab.testing.contracts.context import ContractContext
from lab.testing.contracts.counterexample_search import Effort
from tests.experiment.model import HOST, ModelExecutor, request
from tests.testing.models import quiet, subject_of

FACTORS = ("endpoint", "hostname", "optout", "timezone")


def on_another_name(levels, chance):
    marked = levels["hostname"] == "target-host" and levels["optout"] == "unset"
    return [request({}, headers=[("x-probe", "1")] if marked else ())]


def fires(trial):
    return "x-probe" in trial.text


def make_context(behaviour=quiet, probe=fires, **options):
    given = {
        "mentions": (),
        "examples": (),
        "factors": FACTORS,
        "population": None,
        "effort": Effort(trials=40, replicates=2),
        "samples": 5,
        "seed": 0,
        "own": False,
        **options,
    }
    subject = behaviour if isinstance(behaviour, lab.Subject) else subject_of(behaviour)
    return ContractContext(subject, probe, **given)


def test_the_opt_out_varies_only_where_a_statement_reads_it():
    bed = make_context().build_test_bed(lambda machine: machine["timezone"] == "UTC")
    assert bed.fixed == {"optout": "unset"}
    assert bed.control["optout"] == "unset"
    assert make_context().build_test_bed(lambda machine: machine["optout"] == "set").fixed == {}
    assert make_context(factors=["timezone"]).build_unrestricted_test_bed({}).fixed == {}


def test_words_of_the_statement_and_the_mentions_become_levels():
    context = make_context(mentions=("Asia/Pyongyang",))
    bed = context.build_test_bed(lambda machine: machine["hostname"] == "named-here")
    assert "named-here" in bed.levels["hostname"].mentioned
    assert "Asia/Pyongyang" in bed.levels["timezone"].mentioned


def test_no_machine_has_the_name_of_a_server_that_the_client_contacts():
    bed = make_context(mentions=(HOST, "other.example")).build_unrestricted_test_bed({})
    assert "other.example" in bed.levels["hostname"].mentioned
    assert HOST not in bed.levels["hostname"].mentioned


def test_single_changes_leave_fixed_levels_alone():
    bed = make_context().build_unrestricted_test_bed({"optout": "unset"})
    first, *others = bed.list_single_changes()
    assert first == bed.control
    for each in others:
        assert len(bed.control.difference(each)) == 1
        assert each["optout"] == "unset"
        assert find_conflict(each) is None


def test_machines_on_which_the_probe_fires_are_searched_once():
    model = ModelExecutor(on_another_name)
    context = make_context(subject_of(model), examples=[{"hostname": "target-host"}])
    assert context.list_firing() == []
    found = context.find_firing()
    assert {each["hostname"] for each in found} == {"target-host"}
    assert found == sorted(
        found,
        key=lambda each: len(
            context.subject.control.difference(context.subject.control.but(each.mapping))
        ),
    )
    silent = ModelExecutor(quiet)
    context = make_context(subject_of(silent))
    assert context.find_firing() == []
    ran = len(silent.asked)
    assert context.find_firing() == []
    assert len(silent.asked) == ran


def test_a_factor_that_cannot_be_tested_is_refused():
    context = make_context()
    context.require_factor("timezone")
    with pytest.raises(UsageError, match="locale is not varied here"):
        context.require_factor("locale")
    with pytest.raises(UsageError, match="nearest: timezone"):
        make_context(factors=["timezon"])
    with pytest.raises(UsageError, match=r"write factors=\['timezone'\]"):
        make_context(factors="timezone")


def test_a_statement_about_a_probe_needs_a_predicate():
    make_context().require_probe()
    with pytest.raises(UsageError, match="there is no predicate"):
        make_context(probe=None).require_probe()


@pytest.mark.parametrize("own", [True, False])
def test_only_its_own_subject_is_closed(own, monkeypatch):
    closed = []
    monkeypatch.setattr(lab.Subject, "close", lambda self: closed.append(self))
    with make_context(own=own) as context:
        pass
    assert closed == ([context.subject] if own else [])
