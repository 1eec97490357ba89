"""Specimens in real cells: what was planted is found, with its cause, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.clients.profile import Client, Profile, Provider
from lab.experiment.audit import audit
from lab.experiment.events import AuditFinished, TrialFinished
from lab.experiment.options import Options
from lab.findings.report import Report
from tests.specimens import zoo

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
)
"""One of each kind; `lab zoo` and the benchmarks run all of them."""

HARMFUL = ("never_ends", "forks_away", "fills_disk", "prints_gigabyte", "crashes")


def client(specimen: zoo.Specimen, timeout_s: float = 20.0) -> Client:
    """The specimen as a client with a profile of its own."""
    provider = zoo.provider()
    return Client(
        profile=Profile(
            name=specimen.name,
            argv=specimen.argv,
            timeout_s=timeout_s,
            provider=Provider(host=provider.host, endpoint_variable=provider.endpoint_variable),
            environment={"ANTHROPIC_API_KEY": "sk-ant-fake-000"},
            optout=provider.optout,
            trust=("NODE_EXTRA_CA_CERTS",) if "node" in specimen.argv[0] else (),
        ),
        version="1",
        digest=specimen.name,
        source="the zoo",
        program=specimen.argv,
        readable=(str(specimen.file.parent),),
    )


def audited(specimen: zoo.Specimen, folder: Path, **options: object) -> Report:
    chosen = Options(out=folder / "audit", home=folder, **options)  # type: ignore[arg-type]
    *_, last = audit(client(specimen), chosen)
    assert isinstance(last, AuditFinished)
    return last.report


SPECIMENS = {specimen.name: specimen for specimen in zoo.load()}


@pytest.mark.parametrize("name", ALWAYS)
def test_what_was_planted_is_found_and_nothing_else(name, tmp_path):
    specimen = SPECIMENS[name]
    if not specimen.runnable:
        pytest.skip(f"{specimen.argv[0]} is not on this machine")
    report = audited(specimen, tmp_path, factors=specimen.factors, seed=1)
    found = {(s.cause, s.location.channel, s.location.host, s.covert) for s in report.signals}
    for planted in specimen.expected:
        key = (planted.cause, planted.channel, planted.host, planted.covert)
        assert key in found, (planted, report.signals)
    planted_causes = {(one.cause, one.channel) for one in specimen.expected}
    for signal in report.signals:
        known = (signal.cause, signal.location.channel) in planted_causes
        place = signal.location
        allowed = any(
            one.matches(signal.cause, place.channel, place.host, signal.kind)
            for one in specimen.allowed
        )
        assert known or allowed, signal


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_client_is_measured_and_the_audit_goes_on(name, tmp_path):
    specimen = SPECIMENS[name]
    chosen = Options(
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
