"""Causes of one group of columns, and the trials that distinguish explanations."""

from __future__ import annotations

import msgspec

from lab.environment import Environment
from lab.experiment.columns.column import ABSENT, Column, ColumnGroup, number_values
from lab.experiment.design.covering_array import plan
from lab.experiment.isolate.cause_search import find_causes
from lab.experiment.isolate.causes import infer_causes
from lab.experiment.isolate.level_effects import LevelEffects
from lab.experiment.isolate.next_trials import choose_next_trials
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.observation.location import Location

LEVELS = {f"f{number}": tuple(f"l{level}" for level in range(3)) for number in range(4)}
CONTROL = Environment.of({name: values[0] for name, values in LEVELS.items()})
HERE = Location("http", "api.example", "POST", "/v1", "body", "/x")


def environments(*further):
    design = plan(LEVELS, strength=2, seed=0)
    trials = (*design.calibration, *design.singles, *design.array)
    return [CONTROL, *(t.environment for t in trials), *(CONTROL.but(one) for one in further)]


def column(behaves, *further, view="exact"):
    """The trials of a design, and a column of what a client sends in each."""
    here = environments(*further)
    values = tuple(behaves(one.mapping) for one in here)
    return TrialTable(CONTROL, here), Column(HERE, view, values)


def group(found: Column) -> ColumnGroup:
    return ColumnGroup(number_values(found.values), (found,))


def both(levels):
    return "yes" if levels["f0"] != "l0" and levels["f2"] == "l1" else "no"


def test_a_copy_has_a_cause_of_one_factor():
    trials, found = column(lambda levels: levels["f1"])
    inference = infer_causes(trials, group(found), 0)
    assert [one.cause for one in inference.hypotheses] == [("f1",)]
    assert inference.active == {Setting("f1", "l1"), Setting("f1", "l2")}
    assert not inference.unexplained


def test_an_interaction_is_a_cause_once_trials_of_its_levels_alone_show_it():
    trials, found = column(both)
    open_inference = infer_causes(trials, group(found), 0)
    assert open_inference.is_open
    assert not open_inference.hypotheses
    further = [{"f0": "l1", "f2": "l1"}, {"f0": "l2", "f2": "l1"}]
    trials, found = column(both, *further)
    inference = infer_causes(trials, group(found), 0)
    assert [one.cause for one in inference.hypotheses] == [("f0", "f2")]


def test_a_value_that_was_never_repeated_is_repeated_before_anything_is_inferred():
    here = environments()
    odd = {5: "x"}
    values = tuple(odd.get(row) if row == 5 else None for row in range(len(here)))
    trials = TrialTable(CONTROL, here)
    inference = infer_causes(trials, ColumnGroup(number_values(values), ()), 0)
    assert not inference.hypotheses
    assert inference.wanted == (trials.changes[5],)


def test_levels_alone_show_what_they_do_and_what_is_predicted():
    trials, found = column(lambda levels: levels["f1"])
    effects = LevelEffects(trials, group(found))
    first, second = Setting("f1", "l1"), Setting("f1", "l2")
    assert effects.is_repeated
    assert set(effects.acting) == {first, second}
    assert effects.predict(frozenset()) == effects.usual
    assert effects.predict(frozenset({first, Setting("f0", "l1")})) == effects.acting[first]
    assert effects.list_untried(frozenset({first})) == []
    assert effects.find_value(frozenset({second})) == effects.acting[second]


def test_what_nothing_explains_has_no_cause_and_its_distribution_may_be_compared():
    trials, copy = column(lambda levels: levels["f1"])
    noise = Column(HERE.message, "exact", tuple(str(row) for row in range(len(copy.values))))
    found = find_causes(trials, [copy, noise], 0)
    assert [item.group.columns[0] for item in found.groups] == [copy, noise]
    assert found.without_cause == (noise,)


def test_a_word_that_follows_no_factor_is_left_out():
    trials, follows = column(lambda levels: "w" if levels["f1"] == "l1" else "", view="word")
    by_chance = Column(
        HERE, "word", tuple("w" if row % 2 else "" for row in range(len(follows.values)))
    )
    found = find_causes(trials, [follows, by_chance], 0)
    assert [item.group.columns[0] for item in found.groups] == [follows]
    assert found.without_cause == (by_chance,)


def test_the_next_trials_leave_out_settled_locations():
    trials, found = column(both)
    causes = find_causes(trials, [found], 0)
    assert choose_next_trials(causes).wanted or choose_next_trials(causes).checks
    settled = choose_next_trials(causes, {HERE})
    assert (settled.wanted, settled.checks) == ((), {})


ROUTE = Location("http", "h", "", "", "route")
DATA = Location("tcp", "h", "", "", "data")


def leaves(location, routes, behaves):
    """Whether no trials are requested about what a client sends at a location."""
    trials, found = column(behaves)
    causes = find_causes(trials, [msgspec.structs.replace(found, location=location)], 0)
    assert choose_next_trials(causes).wanted  # something is open
    chosen = choose_next_trials(causes, left_routes=routes)
    return (chosen.wanted, chosen.checks) == ((), {})


def open_beside_f1(levels):
    return levels["f1"] if levels["f1"] != "l0" else both(levels)


def connects(levels):
    return "" if levels["f1"] != "l0" or both(levels) == "yes" else ABSENT


def test_routes_that_their_factors_explain_are_left():
    assert leaves(ROUTE, ("f1",), open_beside_f1)
    assert leaves(DATA, ("f1",), connects)


def test_routes_on_which_another_factor_acts_are_followed():
    assert not leaves(ROUTE, ("f0",), open_beside_f1)


def test_routes_on_which_nothing_is_known_to_act_are_followed():
    assert not leaves(ROUTE, ("f0", "f1", "f2", "f3"), both)


def test_what_is_sent_on_a_connection_is_followed():
    assert not leaves(DATA, ("f1",), open_beside_f1)
    assert not leaves(HERE, ("f1",), open_beside_f1)


def test_absence_is_a_value():
    trials, found = column(lambda levels: "x" if levels["f3"] == "l2" else ABSENT)
    inference = infer_causes(trials, group(found), 0)
    assert [one.cause for one in inference.hypotheses] == [("f3",)]
