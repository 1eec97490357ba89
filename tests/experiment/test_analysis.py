"""One round of reasoning, and rounds that reuse what the last one computed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest

from lab.environment import Environment
from lab.experiment.analysis import Analysis, analyse
from lab.experiment.columns.round_cache import RoundCache
from lab.experiment.design.covering_array import plan
from lab.experiment.trials.contrasts import Setting
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.observation.features import Features
from lab.observation.location import Location

LEVELS = {f"f{number}": tuple(f"l{level}" for level in range(4)) for number in range(4)}
MESSAGE = Location("http", "api.example", "POST", "/v1", "body", "/")


def location(name: str) -> Location:
    return Location("http", "api.example", "POST", "/v1", "body", f"/{name}")


def rows_of(behaviour, seed: int = 0) -> list[Row]:
    """The trials of a design, calibration first, as a client with this behaviour answers."""
    design = plan(LEVELS, strength=2, seed=seed)
    chance = random.Random(seed)
    trials = dict.fromkeys((*design.calibration, *design.singles, *design.array))
    return [Row(trial, behaviour(trial.environment.mapping, chance)) for trial in trials]


def model(seed: int):
    """A client at random: some of its fields copy a factor, need two, or are noise."""
    chance = random.Random(f"model {seed}")
    names = sorted(LEVELS)
    kinds = {f"x{number}": chance.choice(["copy", "pair", "noise", "word"]) for number in range(8)}
    pairs = {name: chance.sample(names, 2) for name in kinds}

    def behaviour(levels: Mapping[str, str], noise: random.Random) -> Features:
        found = {}
        for name, kind in kinds.items():
            one, other = pairs[name]
            both = levels[one] != "l0" and levels[other] != "l0"
            text = {
                "copy": f"the value is {levels[one]} here\nand no more",
                "pair": f"it is {'both' if both else 'less'}, as of today",
                "noise": f"session {noise.getrandbits(64):016x} with {noise.randrange(3)}",
                "word": " ".join(noise.sample(["a1", "b2", levels[one], "c3", "d4"], 4)),
            }[kind]
            found[location(name)] = (text,)
        return found

    return behaviour


def reason(rows: Sequence[Row], comparisons: RoundCache | None = None) -> Analysis:
    control = Environment.of({name: values[0] for name, values in LEVELS.items()})
    return analyse(rows, control, routes=frozenset(), seed=0, comparisons=comparisons)


@pytest.mark.parametrize("seed", range(4))
def test_a_round_that_reuses_the_last_one_shows_what_one_from_scratch_does(seed):
    rows = rows_of(model(seed), seed)
    comparisons = RoundCache()
    for trials in range(12, len(rows) + 1, 6):
        assert reason(rows[:trials], comparisons) == reason(rows[:trials])


def test_a_copy_is_an_effect_with_a_pair_and_a_check():
    rows = rows_of(lambda levels, noise: {location("a"): (f"it is {levels['f2']}",)})
    analysis = reason(rows)
    (effect,) = analysis.effects
    assert effect.cause == ("f2",)
    assert effect.left == frozenset()
    assert effect.right <= {Setting("f2", level) for level in LEVELS["f2"]}
    assert analysis.unexplained == ()


def test_what_needs_two_factors_is_open_until_trials_of_these_alone_show_it():
    def both(levels, noise):
        here = levels["f0"] != "l0" and levels["f3"] != "l0"
        return {location("a"): (str(here),)}

    rows = rows_of(both)
    open_analysis = reason(rows)
    assert open_analysis.is_open
    control = rows[0].environment
    for changes in open_analysis.wanted:
        environment = control.but(dict(changes))
        trial = PlannedTrial(environment, sum(row.environment == environment for row in rows))
        rows.append(Row(trial, both(environment.mapping, None)))
    assert {effect.cause for effect in reason(rows).effects} == {("f0", "f3")}


def test_about_settled_locations_nothing_more_is_requested():
    def both(levels, noise):
        return {location("a"): (str(levels["f0"] != "l0" and levels["f3"] != "l0"),)}

    rows = rows_of(both)
    control = rows[0].environment
    settled = analyse(rows, control, routes=frozenset(), seed=0, settled={location("a")})
    assert not settled.is_open


def test_noise_is_listed_and_is_no_effect():
    rows = rows_of(lambda levels, noise: {location("a"): (f"{noise.getrandbits(64):x}",)})
    analysis = reason(rows)
    assert analysis.effects == ()
    assert {item.location for item in analysis.noise} == {location("a")}
