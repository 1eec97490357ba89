"""Batches of elements that cannot be aligned: what all elements of a trial have in common."""

from __future__ import annotations

import random

from lab.experiment.columns.batches import compare_batches
from lab.experiment.columns.column import ABSENT
from lab.experiment.columns.views import LocationComparison
from lab.experiment.trials.replicates import Replicates
from lab.observation.location import Location
from tests.experiment.model import Levels, causes, request, run_audit

HERE = Location("http", "h", "POST", "/p", "body", "/events/*/at")
GROUPS = [0] * 8 + [1] * 4 + [2]


def compared(make, seed=1):
    """The columns and the noise of batches of 1 to 20 values each."""
    chance = random.Random(seed)
    here = LocationComparison(HERE, Replicates(GROUPS), [], ABSENT)
    batches = [
        tuple(make(group, chance) for _ in range(chance.randrange(1, 21))) for group in GROUPS
    ]
    return list(compare_batches(here, batches)), here.noise


def separates(column):
    values = column.values
    return len(set(values[:8])) == 1 == len(set(values[8:12])) and values[0] != values[8]


def test_the_date_that_all_times_of_a_batch_have():
    def make(group, chance):
        return f"2026-09-1{group}T12:00:{chance.randrange(60):02d}.{chance.randrange(1000):03d}Z"

    found, _ = compared(make)
    assert {column.view for column in found if separates(column)} == {"shape"}


def test_numbers_have_a_smallest_and_a_largest():
    found, noise = compared(
        lambda group, chance: str(chance.randrange(1000 * group, 1000 * group + 900))
    )
    assert not any(map(separates, found))
    views = {item.column.view for item in noise if item.column is not None}
    assert views == {"smallest", "largest"}


def test_a_smallest_number_on_which_replicates_agree_is_a_column():
    chance = random.Random(1)
    here = LocationComparison(HERE, Replicates(GROUPS), [], ABSENT)
    batches = [(str(group), *(str(chance.randrange(5, 99)) for _ in range(4))) for group in GROUPS]
    smallest = [column for column in compare_batches(here, batches) if column.view == "smallest"]
    assert [column.values for column in smallest] == [tuple(map(str, GROUPS))]


def test_values_of_another_form_are_compared_for_themselves():
    def make(group, chance):
        if chance.random() < 0.5:
            return f"{chance.getrandbits(64):016x}1a"
        return f"{chance.randrange(100, 999)} {['ms', 's', 's'][group]}"

    found, _ = compared(make, 3)
    assert any(map(separates, found))


def test_what_is_cut_off_is_noise():
    chance = random.Random(1)
    here = LocationComparison(HERE, Replicates(GROUPS), [], ABSENT)
    batches = [
        (*("ab "[: chance.randrange(3)] * n + "x" for n in range(20)), "y" * 600) for _ in GROUPS
    ]
    list(compare_batches(here, batches))
    assert {item.why for item in here.noise} >= {
        "values are too long to be compared as a batch",
        "values of the 8 most frequent forms are compared",
    }


def test_times_of_events_that_cannot_be_aligned_follow_the_clock(tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        day = levels["clock"][:10]
        events = [
            {
                "id": f"{chance.getrandbits(128):032x}",
                "at": f"{day}T12:00:{chance.randrange(60):02d}.{chance.randrange(1000):03d}Z",
            }
            for _ in range(chance.randrange(1, 21))
        ]
        return [request({"events": events})]

    report = run_audit(behaves, tmp_path, factors=("clock", "hostname", "ci"))
    assert causes(report) == {("clock",)}


def test_so_do_their_smallest_numbers(tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        first = 100 if levels["ci"] == "none" else 700
        numbers = [first + chance.randrange(400) for _ in range(chance.randrange(1, 21))]
        return [request({"numbers": numbers})]

    report = run_audit(behaves, tmp_path, factors=("clock", "hostname", "ci"))
    assert causes(report) == {("ci",)}


def test_nothing_is_told_of_random_events(tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        events = [
            {"at": f"2026-09-16T12:00:{chance.randrange(60):02d}Z", "n": chance.randrange(1000)}
            for _ in range(chance.randrange(1, 21))
        ]
        return [request({"events": events})]

    report = run_audit(behaves, tmp_path, factors=("clock", "hostname", "ci"))
    assert causes(report) == set()
