"""Planned trials and their numbers in the store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.environment import Environment
from lab.experiment.trials.planned import (
    PlannedTrial,
    Purpose,
    decode_replicate,
    encode_replicate,
)

HERE = Environment.of({"timezone": "UTC"})

EXPLORATIONS = st.builds(PlannedTrial, st.just(HERE), st.integers(0, 999))
CONFIRMATIONS = st.builds(
    PlannedTrial,
    st.just(HERE),
    st.integers(0, 99),
    st.just(Purpose.CONFIRMATION),
    st.integers(0, 50),
    st.integers(0, 9),
)
TRIALS = EXPLORATIONS | CONFIRMATIONS


@given(TRIALS)
def test_a_number_decodes_to_the_trial_that_it_encodes(trial):
    assert decode_replicate(HERE, encode_replicate(trial)) == trial


@given(st.integers(0, 100_000))
def test_every_number_of_an_old_store_is_the_number_of_a_trial(number):
    assert encode_replicate(decode_replicate(HERE, number)) == number


@given(TRIALS, TRIALS)
def test_different_trials_have_different_numbers(one, other):
    assert (encode_replicate(one) == encode_replicate(other)) == (one == other)


def test_the_numbers_are_those_of_the_stores_that_there_are():
    assert encode_replicate(PlannedTrial(HERE, 7)) == 7
    confirming = PlannedTrial(HERE, 5, Purpose.CONFIRMATION, block=2, round=1)
    assert encode_replicate(confirming) == 3105
    assert decode_replicate(HERE, 1000) == PlannedTrial(HERE, 0, Purpose.CONFIRMATION)


@pytest.mark.parametrize(
    "trial",
    [
        PlannedTrial(HERE, 1000),
        PlannedTrial(HERE, -1),
        PlannedTrial(HERE, 0, block=1),
        PlannedTrial(HERE, 0, round=1),
        PlannedTrial(HERE, 100, Purpose.CONFIRMATION),
        PlannedTrial(HERE, -1, Purpose.CONFIRMATION),
        PlannedTrial(HERE, 0, Purpose.CONFIRMATION, round=10),
        PlannedTrial(HERE, 0, Purpose.CONFIRMATION, block=-1),
    ],
)
def test_a_trial_that_no_number_stands_for_is_an_error(trial):
    with pytest.raises(ValueError, match="replicates"):
        encode_replicate(trial)


def test_a_negative_number_is_an_error():
    with pytest.raises(ValueError, match="0 or more"):
        decode_replicate(HERE, -1)


def test_only_the_first_exploration_is_no_repetition():
    assert not PlannedTrial(HERE).is_repetition
    assert PlannedTrial(HERE, 1).is_repetition
    assert PlannedTrial(HERE, 0, Purpose.CONFIRMATION).is_repetition
