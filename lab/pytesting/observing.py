"""The fixture ``lab_observe``: what the client sends in one environment, run by run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError, MachineError

if TYPE_CHECKING:
    from lab.pytesting.seen import Seen
    from lab.pytesting.session import Session

__all__ = ["OBSERVED", "Observing"]

OBSERVED = "observed"
"""The folder, in a session's, of the trials of environments that tests observe."""


class Observing:
    """Runs the client, unless a question of this session already has run it there."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, times: int = 1, **levels: str) -> Seen:
        """What is sent where these factors have these levels and all others their controls.

        Skips the test where a level cannot be had for this client; fails it where there is no
        such factor or level.
        """
        from lab.experiment.design import Planned
        from lab.factors.registry import control, factor, factors, level
        from lab.pytesting.seen import Seen
        from lab.sandbox.reach import unreachable

        bench = self._session.bench()
        try:
            wanted = {name: level(factor(name).name, text) for name, text in levels.items()}
            if hindered := bench.hindered(wanted):
                reasons = (f"factor {name}: {why}" for name, why in hindered.items())
                self._session.skip("; ".join(reasons))
            unreached = unreachable(bench.client)
            base = control(name for name in factors() if name not in unreached)
            environment = base.but(wanted)
            trials = [Planned(environment, number) for number in range(times)]
            with bench.kept(OBSERVED) as store:
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
        except MachineError as error:
            self._session.skip(str(error))
        except LabError as error:
            pytest.fail(str(error), pytrace=False)
        return Seen(environment, [found[trial] for trial in trials])
