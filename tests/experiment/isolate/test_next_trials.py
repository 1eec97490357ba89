"""Which trials are repeated, and which share a trial."""

from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.isolate.causes import RepeatRequest
from lab.experiment.isolate.next_trials import choose_repeats, pack_checks
from lab.experiment.trials.contrasts import Setting

LEVELS = st.builds(Setting, st.sampled_from("abc"), st.sampled_from("123"))
COMBINATIONS = st.frozensets(LEVELS, min_size=1, max_size=3)
DOUBTS = st.builds(
    RepeatRequest,
    st.lists(COMBINATIONS, min_size=1, max_size=6, unique=True).map(tuple),
    st.integers(1, 4),
)


def only(*names):
    return frozenset(Setting(name, "1") for name in names)


@given(st.lists(DOUBTS, max_size=8), st.frozensets(COMBINATIONS, max_size=4))
def test_each_doubt_has_as_many_repetitions_as_it_wants(doubts, planned):
    chosen = choose_repeats(doubts, planned)
    assert len(set(chosen)) == len(chosen)
    assert planned.isdisjoint(chosen)
    for doubt in doubts:
        had = sum(one in planned or one in chosen for one in doubt.trials)
        assert had >= min(doubt.most, len(doubt.trials))


def test_one_trial_serves_all_that_doubt_it():
    doubts = [RepeatRequest((only(name), only("a", "b")), 1) for name in "cdef"]
    assert choose_repeats(doubts, ()) == [only("a", "b")]


def test_levels_that_disturb_each_other_share_no_trial():
    a, b, c = (Setting(name, "1") for name in "abc")
    checks = {a: frozenset({b}), b: frozenset(), c: frozenset()}
    trials = pack_checks((), checks, seed="0", possible=lambda levels: True)
    assert sorted(level for trial in trials for level in trial) == [a, b, c]
    assert not any({a, b} <= trial for trial in trials)
    assert len(trials) == 2
