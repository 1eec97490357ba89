"""Reading policies and reports: what is read, and one line for what cannot be."""

import os

import pytest

from lab.errors import UsageError
from lab.findings.policy import read_policy, read_report
from lab.findings.policy.read import LONGEST_POLICY
from lab.findings.report_json import encode
from tests.reports.examples import FULL


def test_a_policy_knows_its_file(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text('schema = "fingerprint-lab/policy/1"\n')
    assert read_policy(file).file == str(file)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\xff", "not UTF-8 (byte 0)"),
        (b"#" * (LONGEST_POLICY + 1), "longer than 256 KiB"),
        (b"schema = [", "not valid TOML"),
    ],
)
def test_what_is_no_policy_is_one_line(tmp_path, content, complaint):
    file = tmp_path / "policy.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=r"policy\.toml: ") as raised:
        read_policy(file)
    assert complaint in str(raised.value)


def test_a_report_is_read_from_its_file_or_its_folder(tmp_path):
    (tmp_path / "report.json").write_bytes(encode(FULL))
    assert read_report(tmp_path) == read_report(tmp_path / "report.json")
    assert len(read_report(tmp_path).signals) == len(FULL.signals)


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b'{"schema": "x"}', b"\xff"])
def test_what_is_no_report_is_one_line(tmp_path, content):
    file = tmp_path / "report.json"
    file.write_bytes(content)
    for place in (file, tmp_path):
        with pytest.raises(UsageError, match="keeps it as report") as raised:
            read_report(place)
        assert "\n" not in str(raised.value)


def test_what_is_not_there_is_one_line(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read_policy(tmp_path / "policy.toml")
    with pytest.raises(UsageError, match="name an audit's folder"):
        read_report(tmp_path / "report.json")
    with pytest.raises(UsageError, match="the audit has not ended"):
        read_report(tmp_path)


def test_a_folder_is_no_policy(tmp_path):
    with pytest.raises(UsageError, match=os.strerror(21)):
        read_policy(tmp_path)
