"""Messages and array elements that come and go, with what is inside them."""

from __future__ import annotations

from lab.experiment.columns.message_containers import Containers, list_containers
from lab.experiment.trials.replicates import Replicates
from lab.observation.location import Location

MESSAGE = Location("http", "h", "POST", "/p")
LEAF = Location("http", "h", "POST", "/p", "body", "/tools/[Bash]/x")
OTHER = Location("http", "h", "POST", "/p", "header", "accept")
EVERY = (0, 1, 2, 3)


def test_a_location_is_in_its_message_and_in_array_elements():
    assert list_containers(LEAF) == [(MESSAGE, ""), (MESSAGE, "/tools/[Bash]")]
    assert list_containers(OTHER) == [(MESSAGE, "")]


def test_a_container_that_replicates_do_not_agree_on_is_sampled():
    found = Containers({LEAF: frozenset({0, 2}), OTHER: frozenset(EVERY)})
    replicates = Replicates([0, 0, 0, 1])
    message, element = list_containers(LEAF)
    assert not found.is_sampled(message, EVERY, replicates)
    assert found.is_sampled(element, EVERY, replicates)
    assert [found.has(element, row) for row in EVERY] == [True, False, True, False]


def test_among_the_trials_that_have_it_a_container_is_steady():
    found = Containers({LEAF: frozenset({0, 2})})
    element = list_containers(LEAF)[1]
    assert not found.is_sampled(element, (0, 2), Replicates([0, 0]))
