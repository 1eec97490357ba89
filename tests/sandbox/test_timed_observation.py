"""The result of a trial: the lab's own time is no part of what was observed."""

from lab.observation.records import Exit, Observation
from lab.sandbox.timed_observation import TimedObservation

OBSERVATION = Observation((), Exit(1.5, "finished", 0, None, 0.25, b"", b""))


def test_the_overhead_is_beside_the_observation():
    one, two = TimedObservation(OBSERVATION, 0.1), TimedObservation(OBSERVATION, 0.2)
    assert one.observation is two.observation
    assert one != two
    assert not hasattr(OBSERVATION, "overhead_s")
