"""Trials that test many effects at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lab.experiment.columns.column import ColumnGroup
from lab.experiment.confirm.effect import Effect, is_replicate
from lab.experiment.confirm.packing import pack_replicates
from lab.experiment.trials.contrasts import Setting


def effect(*right: Setting, disturbing=()) -> Effect:
    """An effect of these levels together, seen in every trial."""
    factor = right[0].factor
    return Effect(
        group=ColumnGroup((0, 1), ()),
        cause=tuple(sorted(name for name, _ in right)),
        combinations=(frozenset(right),),
        left=frozenset(right[1:]),
        right=frozenset(right),
        factor=factor,
        disturbing=frozenset(disturbing),
        p_value=1.0,
        p_adjusted=1.0,
        replicates=0,
    )


def replicates_of(trials, one: Effect) -> tuple[int, int]:
    """How many of the trials are of the left and of the right side."""
    left, right = (
        sum(is_replicate(trial, side, one.cause, one.disturbing, never) for trial in trials)
        for side, never in ((one.left, one.excluded), (one.right, None))
    )
    return left, right


def test_independent_effects_share_their_trials():
    effects = [effect(Setting(f"f{number}", "x")) for number in range(20)]
    trials = pack_replicates(effects, (), lambda _: 6, seed="s")
    assert all(min(replicates_of(trials, one)) >= 6 for one in effects)
    assert len(trials) <= 16


def test_effects_on_the_same_columns_do_not():
    one, other = (
        effect(Setting("a", "x"), disturbing=[Setting("b", "y")]),
        effect(Setting("b", "y"), disturbing=[Setting("a", "x")]),
    )
    trials = pack_replicates([one, other], (), lambda _: 5, seed="s")
    assert min(*replicates_of(trials, one), *replicates_of(trials, other)) >= 5
    assert not any({Setting("a", "x"), Setting("b", "y")} <= trial for trial in trials)


def test_an_interaction_is_tested_against_each_of_its_levels():
    both = effect(Setting("a", "x"), Setting("b", "y"))
    trials = pack_replicates([both], (), lambda _: 4, seed="s")
    for side in (both.right, frozenset({Setting("a", "x")}), frozenset({Setting("b", "y")})):
        assert sum(is_replicate(trial, side, both.cause, frozenset()) for trial in trials) >= 4


def test_what_was_done_is_not_done_again():
    one = effect(Setting("a", "x"))
    done = [one.left] * 5 + [one.right] * 3
    trials = pack_replicates([one], done, lambda _: 5, seed="s")
    assert trials == [one.right] * 2
    assert pack_replicates([one], [*done, *trials], lambda _: 5, seed="s") == []


def test_where_there_is_no_room_for_all_the_likeliest_come_first():
    sure = effect(Setting("a", "x"))
    doubtful = effect(Setting("b", "y"), Setting("c", "z"), disturbing=[Setting("a", "x")])
    trials = pack_replicates([doubtful, sure], (), lambda _: 5, seed="s", max_trials=12)
    assert len(trials) <= 12
    assert min(replicates_of(trials, sure)) >= 5


def test_what_no_machine_can_have_together_is_not_put_together():
    effects = [effect(Setting("a", "x")), effect(Setting("b", "y"))]
    never = {Setting("a", "x"), Setting("b", "y")}
    trials = pack_replicates(
        effects, (), lambda _: 5, seed="s", is_possible=lambda levels: not never <= levels
    )
    assert all(min(replicates_of(trials, one)) >= 5 for one in effects)
    assert not any(never <= trial for trial in trials)


NAMES = st.sampled_from("abcdef")
LEVELS = st.builds(Setting, NAMES, st.sampled_from("xyz"))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(LEVELS, min_size=1, max_size=3, unique_by=lambda level: level[0]),
            st.sets(LEVELS, max_size=4),
        ),
        max_size=6,
    ),
    st.integers(1, 6),
)
def test_every_side_has_its_replicates_whatever_the_effects(described, replicates):
    effects = [effect(*right, disturbing=set(others) - set(right)) for right, others in described]
    trials = pack_replicates(effects, (), lambda _: replicates, seed="s")
    assert all(min(replicates_of(trials, one)) >= replicates for one in effects)
    assert pack_replicates(effects, (), lambda _: replicates, seed="s") == trials


PLAN = """
from lab.experiment.confirm.packing import pack_replicates
from lab.experiment.trials.contrasts import Setting
from tests.experiment.confirm.test_packing import effect

triples = [effect(*(Setting(f"{name}{n}", "x") for name in "abc")) for n in range(4)]
for trial in pack_replicates(triples, (), lambda _: 4, seed="s"):
    print(sorted(trial))
"""


def test_the_plan_is_the_same_in_every_process():
    plans = {
        subprocess.run(
            [sys.executable, "-c", PLAN],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(plans) == 1
    assert plans.pop()
