"""The report of a finished audit, and the files beside its trials."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from lab.experiment.confirm.multiple_testing import CORRECTION
from lab.experiment.scope import Scope
from lab.experiment.tabulate.conclusion import Conclusion
from lab.experiment.tabulate.cost import count_cost
from lab.experiment.trials.measurements import Measurements
from lab.experiment.trials.runner import TrialRunner
from lab.files import replace_file
from lab.findings.report import ClientFacts, ExplorationSummary, LabFacts, Report, Signal
from lab.findings.report_json import encode
from lab.version import __version__

__all__ = ["build_report", "write_report"]


def build_report(
    conclusion: Conclusion,
    signals: Sequence[Signal],
    runner: TrialRunner,
    *,
    facts: ClientFacts,
    scope: Scope,
    jobs: int,
    folder: Path,
    explored: Sequence[ExplorationSummary],
) -> Report:
    """Return the report of an audit.

    Args:
        conclusion: The conclusion from all trials.
        signals: Its signals, with the partitions that sweeps added.
        runner: The runner of the trials, with the options and all measurements.
        facts: The client.
        scope: The factors and levels of the audit.
        jobs: How many trials ran at the same time.
        folder: The folder of the audit.
        explored: The sweeps and searches.
    """
    options, measurements = runner.options, runner.measurements
    totals = measurements.sum_totals()
    return Report(
        client=facts,
        lab=LabFacts(__version__),
        seed=options.seed,
        alpha=options.alpha,
        strength=options.strength,
        jobs=jobs,
        started=runner.started_at,
        wall_s=round(runner.elapsed_s, 3),
        trials=totals.trials,
        client_cpu_s=round(totals.client_cpu_s, 3),
        overhead_s=round(totals.overhead_s, 3),
        factors=conclusion.factors,
        signals=tuple(signals),
        noise=conclusion.noise,
        inconclusive=conclusion.inconclusive,
        not_measured=(*scope.not_measured, *conclusion.not_measured),
        calibration=conclusion.calibration,
        hosts=measurements.list_hosts(),
        verdict=conclusion.verdict,
        warnings=tuple(measurements.outcomes.list_warnings(measurements.control)),
        audit=str(folder),
        bits_total=round(conclusion.bits.bits, 3),
        bits_exact=conclusion.bits.exact,
        explored=tuple(explored),
        unmeasured=conclusion.unmeasured,
        usual=conclusion.usual,
        cost=count_cost(
            measurements.stored,
            signals,
            measurements.control,
            reasoning_s=runner.elapsed_s - runner.trials_s,
        ),
        coverage=conclusion.coverage,
        correction=CORRECTION,
    )


def write_report(report: Report, measurements: Measurements, folder: Path) -> None:
    """Write the report, and the environments by digest.

    Args:
        report: The report.
        measurements: All trials.
        folder: The folder of the audit.
    """
    document = {
        digest: environment.mapping
        for digest, environment in measurements.store.environments().items()
    }
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    for name, data in (("environments.json", text.encode()), ("report.json", encode(report))):
        replace_file(folder / name, data)
