"""The lines of specimens for people and documents for scripts."""

import json

import msgspec

from lab.findings.report import Location
from lab.reports.terminal.specimens import (
    SpecimenAudit,
    build_list_document,
    build_results_document,
    format_specimen,
    format_summary,
    format_verdict,
)
from lab.specimens.score import evaluate_report, sum_evaluations
from tests.specimens.test_score import COVERT, PLANTED, SPECIMEN, report, signal, truth


def audited(specimen, reported):
    return SpecimenAudit(
        specimen, 3, 84, 21.4, ".lab/audits/s", evaluate_report(specimen, reported)
    )


def test_a_specimen_is_reported_with_what_is_planted():
    lines = list(format_specimen(truth(PLANTED, COVERT)))
    assert lines[1].split() == ["varied", "timezone,", "endpoint"]
    assert lines[2].split() == ["planted", "timezone", "→", "http", "a.example,", "copied"]
    assert lines[3].endswith("endpoint × timezone → http a.example, derived, covert")
    assert list(format_specimen(truth()))[2].split() == ["planted", "nothing"]


def test_a_right_audit_is_one_line():
    (line,) = format_verdict(audited(SPECIMEN, report(signal(("timezone",)))), 6)
    assert line == "right  s       seed 3  1 of 1 found  0 false    84 trials    21 s"


def test_each_fault_has_a_line_and_its_name():
    reported = report(signal(("timezone",), covert=True), signal(("endpoint",)))
    first, *rest = format_verdict(audited(truth(PLANTED, COVERT), reported), 1)
    assert first.startswith("WRONG  s  seed 3  1 of 2 found  1 false")
    assert rest[0].split(":")[0].strip() == "cause not exact"
    assert rest[1].split(":")[0].strip() == "reported as covert"
    assert rest[2].split(":")[0].strip() == "false"


def test_what_a_client_sent_cannot_write_to_the_terminal():
    odd = msgspec.structs.replace(
        signal(("endpoint",)), location=Location("http", "a\x1b[2J.example")
    )
    lines = "\n".join(format_verdict(audited(SPECIMEN, report(odd)), 1))
    assert "\x1b" not in lines


def test_hard_and_unmeasured_ones_are_named_as_such():
    hard = msgspec.structs.replace(SPECIMEN, hard=True)
    assert "missed (hard): timezone" in "\n".join(format_verdict(audited(hard, report()), 1))
    reported = report(factors=("timezone",))
    assert "not measured on this machine: timezone" in "\n".join(
        format_verdict(audited(SPECIMEN, reported), 1)
    )


def test_the_sums_show_rates_or_that_there_are_none():
    some = sum_evaluations([evaluate_report(SPECIMEN, report(signal(("timezone",))))])
    assert list(format_summary(some, 84, 21.4)) == [
        "1 audits, 84 trials, 21 s",
        "recall 1.000 (1 of 1 planted), precision 1.000 (0 false), exact causes 1.000",
    ]
    assert "recall - (0 of 0 planted)" in "\n".join(format_summary(sum_evaluations([]), 0, 0.0))


def test_scripts_read_documents():
    reported = audited(SPECIMEN, report(signal(("timezone",)), signal(("hostname",))))
    document = json.loads(
        json.dumps(build_results_document([reported], sum_evaluations([reported.judgement])))
    )
    assert document["schema"] == "fingerprint-lab/zoo/1"
    (audit,) = document["audits"]
    assert audit["specimen"] == "s"
    assert audit["flawless"] is False
    assert audit["false"][0]["cause"] == ["hostname"]
    assert document["total"]["precision"] == 0.5
    assert document["total"]["trials"] == 84
    (entry,) = json.loads(json.dumps(build_list_document([SPECIMEN])))["specimens"]
    assert entry["expected"][0]["cause"] == ["timezone"]
    assert entry["lacks"] is None
