"""The fixture ``lab_observe``: what the client sends in one environment, run by run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from lab.errors import ClientError, LabError, MachineError, UsageError
from lab.pytest_plugin.resources import SessionResources, format_unmeasurable

if TYPE_CHECKING:
    from lab.observation.records import Observation
    from lab.pytest_plugin.client_traffic import Traffic

__all__ = ["OBSERVED_FOLDER", "ObserveFixture", "require_observed"]

OBSERVED_FOLDER = "observed"
"""The folder, in that of the session, of the trials of environments that tests observe."""


class ObserveFixture:
    """Runs the client in an environment, unless this session has done so already."""

    def __init__(self, resources: SessionResources) -> None:
        self._resources = resources

    def __call__(self, times: int = 1, **levels: str) -> Traffic:
        """What is sent with these levels, and all other factors at their controls.

        Skips the test where a level cannot be set for this client, and where every run failed
        before it sent anything; fails it where the client cannot start, and where no such factor
        or level exists.

        Args:
            times: how often the client runs.
            **levels: the level of each factor, by its name.
        """
        from lab.experiment.trials.planned import PlannedTrial
        from lab.factors.registry import control_environment, factors, get_factor, parse_level
        from lab.pytest_plugin.client_traffic import Traffic
        from lab.sandbox.measurable import find_unmeasurable_factors
        from lab.testing.subject import UnmeasurableError

        opened = self._resources.open_trials()
        try:
            if times < 1:
                raise UsageError(f"times is how often the client runs, at least once, not {times}")
            wanted = {
                name: parse_level(get_factor(name).name, text) for name, text in levels.items()
            }
            if unmeasurable := opened.find_unmeasurable(wanted):
                self._resources.skip(format_unmeasurable(unmeasurable))
            excluded = find_unmeasurable_factors(opened.client)
            base = control_environment(name for name in factors() if name not in excluded)
            environment = base.but(wanted)
            trials = [PlannedTrial(environment, number) for number in range(times)]
            with opened.open_store(OBSERVED_FOLDER) as store:
                found = {}
                missing = []
                for trial in trials:
                    known = store.get(opened.client.digest, environment, trial.replicate)
                    if known is None:
                        missing.append((trial, environment))
                    else:
                        found[trial] = store.observation(known)
                for trial, measured in opened.executor.measure_all(missing):
                    store.put(
                        opened.client.digest,
                        environment,
                        trial.replicate,
                        phase="calibrate",
                        observation=measured.observation,
                        overhead_s=measured.overhead_s,
                    )
                    found[trial] = measured.observation
            observations = [found[trial] for trial in trials]
            require_observed(opened.client.label, observations)
        except (MachineError, UnmeasurableError) as error:
            self._resources.skip(str(error))
        except LabError as error:
            pytest.fail(str(error), pytrace=False)
        return Traffic(environment, observations)


def require_observed(label: str, observations: Sequence[Observation]) -> None:
    """Check that the client ran, so that what it did not send is a result.

    Raises:
        ClientError: it could not start.
        UnmeasurableError: every run failed before it sent anything.
    """
    from lab.observation.last_line import read_last_line
    from lab.testing.subject import UnmeasurableError

    ends = [one.exit for one in observations]
    for end in ends:
        if end.verdict == "could not start":
            raise ClientError(f"{label} could not start: {end.detail}")
    if any(one.events for one in observations):
        return
    if all(end.verdict != "finished" or end.code != 0 for end in ends):
        last = ends[-1]
        how = f"code {last.code}" if last.verdict == "finished" else last.verdict
        output = read_last_line(last)
        raise UnmeasurableError(
            f"{label} ended with {how} and sent nothing, so nothing was measured: {output!r}"
        )
