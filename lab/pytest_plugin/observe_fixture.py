"""The fixture ``lab_observe``: what the client sends in one environment, run by run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from lab.errors import ClientError, LabError, MachineError, UsageError

if TYPE_CHECKING:
    from lab.observation.records import Observation
    from lab.pytest_plugin.plugin_session import PluginSession
    from lab.pytest_plugin.traffic import Traffic

__all__ = ["OBSERVED_FOLDER", "ObserveFixture", "require_observed"]

OBSERVED_FOLDER = "observed"
"""The folder, in a session's, of the trials of environments that tests observe."""


class ObserveFixture:
    """Runs the client, unless a question of this session already has run it there."""

    def __init__(self, session: PluginSession) -> None:
        self._session = session

    def __call__(self, times: int = 1, **levels: str) -> Traffic:
        """What is sent where these factors have these levels and all others their controls.

        Skips the test where a level cannot be had for this client, and where every run failed
        before it sent anything; fails it where the client cannot start, and where there is no
        such factor or level.
        """
        from lab.experiment.trials.planned import PlannedTrial
        from lab.factors.registry import control_environment, factors, get_factor, parse_level
        from lab.pytest_plugin.traffic import Traffic
        from lab.sandbox.measurable import find_unmeasurable_factors
        from lab.testing.subject import UnmeasurableError

        bench = self._session.bench()
        try:
            if times < 1:
                raise UsageError(f"times is how often the client runs, at least once, not {times}")
            wanted = {
                name: parse_level(get_factor(name).name, text) for name, text in levels.items()
            }
            if hindered := bench.hindered(wanted):
                reasons = (f"factor {name}: {why}" for name, why in hindered.items())
                self._session.skip("; ".join(reasons))
            unreached = find_unmeasurable_factors(bench.client)
            base = control_environment(name for name in factors() if name not in unreached)
            environment = base.but(wanted)
            trials = [PlannedTrial(environment, number) for number in range(times)]
            with bench.kept(OBSERVED_FOLDER) as store:
                found = {}
                missing = []
                for trial in trials:
                    known = store.get(bench.client.digest, environment, trial.replicate)
                    if known is None:
                        missing.append((trial, environment))
                    else:
                        found[trial] = store.observation(known)
                for trial, measured in bench.laboratory.measure_all(missing):
                    store.put(
                        bench.client.digest,
                        environment,
                        trial.replicate,
                        phase="calibrate",
                        observation=measured.observation,
                        overhead_s=measured.overhead_s,
                    )
                    found[trial] = measured.observation
            observations = [found[trial] for trial in trials]
            require_observed(bench.client.label, observations)
        except (MachineError, UnmeasurableError) as error:
            self._session.skip(str(error))
        except LabError as error:
            pytest.fail(str(error), pytrace=False)
        return Traffic(environment, observations)


def require_observed(label: str, observations: Sequence[Observation]) -> None:
    """That the client ran, so that what it did not send says something.

    ClientError for one that could not start, UnmeasurableError for one that failed in every
    run before it sent anything.
    """
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
        tail = (last.stderr or last.stdout).decode(errors="replace").strip()
        said = tail.splitlines()[-1][:200] if tail else last.detail or "it printed nothing"
        raise UnmeasurableError(
            f"{label} ended with {how} and sent nothing, so that nothing can be said: {said!r}"
        )
