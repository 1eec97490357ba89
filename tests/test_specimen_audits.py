"""Specimens in real cells: what was planted is found, with its cause, and nothing else."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

import pytest

from lab.clients.profile import Client
from lab.experiment.audit import audit
from lab.experiment.events import AuditFinished, TrialFinished
from lab.experiment.options import AuditOptions
from lab.factors.registry import factors
from lab.findings.report import Report
from lab.specimens.score import evaluate_report
from lab.specimens.specimen import make_client as specimen_client
from tests.specimens import specimen_set

pytestmark = pytest.mark.cell

ALWAYS = (
    "null_noisy_node",
    "copy_timezone",
    "hash_hostname",
    "layered_covert",
    "covert_zero_width",
    "header_order",
    "count_requests",
    "dns_name",
    "gzip_body_user",
    "exit_code",
    "raw_tcp",
    "xor_npmrc",
    "many_variables",
)
"""One of each kind; `lab specimens` and the benchmarks run all of them."""

HARMFUL = ("never_ends", "forks_away", "fills_disk", "prints_gigabyte", "crashes")


COMPILED = Path(tempfile.mkdtemp(prefix="specimens-"))
atexit.register(shutil.rmtree, COMPILED, ignore_errors=True)


def client(specimen: specimen_set.Specimen, timeout_s: float = 20.0) -> Client:
    """The specimen as a client with a profile of its own."""
    return specimen_client(specimen_set.load_set(), specimen, COMPILED, timeout_s)


def audited(specimen: specimen_set.Specimen, folder: Path, **options: object) -> Report:
    chosen = AuditOptions(out=folder / "audit", home=folder, **options)  # type: ignore[arg-type]
    *_, last = audit(client(specimen), chosen)
    assert isinstance(last, AuditFinished)
    return last.report


SPECIMENS = {specimen.name: specimen for specimen in specimen_set.load_all()}


@pytest.mark.parametrize("name", ALWAYS)
def test_what_was_planted_is_found_and_nothing_else(name, tmp_path):
    specimen = SPECIMENS[name]
    if not specimen.is_runnable:
        pytest.skip(f"this machine lacks {specimen.missing_program}")
    report = audited(specimen, tmp_path, factors=specimen.factors, seed=1)
    judgement = evaluate_report(specimen, report)
    assert judgement.is_flawless, judgement
    assert not judgement.not_measured


def test_of_a_client_that_copies_everything_each_factor_is_named_once(tmp_path):
    specimen = SPECIMENS["copy_everything"]
    report = audited(specimen, tmp_path, factors=specimen.factors, seed=1)
    assert sorted(signal.cause for signal in report.signals) == [
        (name,) for name in sorted(factors())
    ]
    assert not any(signal.covert for signal in report.signals)


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_client_is_measured_and_the_audit_goes_on(name, tmp_path):
    specimen = SPECIMENS[name]
    chosen = AuditOptions(
        out=tmp_path / "audit", home=tmp_path, factors=("timezone",), max_trials=3, jobs=1
    )
    patience_s = 2.0 if "timed out" in specimen.verdicts else 30.0
    seen = list(audit(client(specimen, patience_s), chosen))
    verdicts = [event.verdict for event in seen if isinstance(event, TrialFinished)]
    assert len(verdicts) == 3
    assert set(verdicts) <= set(specimen.verdicts)
    last = seen[-1]
    assert isinstance(last, AuditFinished)
    assert last.report.signals == ()
