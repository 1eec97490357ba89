"""The records of a report: the names that scripts read stay, and new fields have defaults."""

import msgspec
import pytest

from lab.findings.report import SCHEMA, Report, Signal
from tests.reports.examples import COVERT, EMPTY, FULL

PUBLISHED = {
    Report: "schema client lab seed alpha strength jobs started wall_s trials client_cpu_s "
    "overhead_s factors signals noise inconclusive not_measured calibration",
    Signal: "id cause kind encoding covert location table pair p_value p_adjusted replicates bits "
    "documented",
}


@pytest.mark.parametrize("record", PUBLISHED)
def test_published_fields_keep_their_names(record):
    assert set(PUBLISHED[record].split()) <= set(record.__struct_fields__)


def test_a_report_names_its_schema():
    assert EMPTY.schema == SCHEMA == "fingerprint-lab/report/1"


def test_a_report_without_later_fields_is_read():
    document = msgspec.to_builtins(FULL)
    later = ("hosts", "warnings", "audit", "bits_total", "bits_exact", "explored", "correction")
    for name in later:
        del document[name]
    report = msgspec.convert(document, Report)
    assert report.signals == FULL.signals
    assert (report.correction, report.bits_exact) == ("holm", True)


def test_a_signal_without_a_required_field_is_refused():
    document = msgspec.to_builtins(COVERT)
    del document["covert"]
    with pytest.raises(msgspec.ValidationError, match="covert"):
        msgspec.convert(document, Signal)


def test_a_kind_that_no_version_had_is_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**msgspec.to_builtins(COVERT), "kind": "unknown"}, Signal)
