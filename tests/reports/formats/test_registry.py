"""Conformance of all report formats: a new module is tested here without an edit."""

import io
import re

import pytest

from lab.errors import UsageError
from lab.findings.policy import judge
from lab.reports.formats.registry import get_format, list_formats, print_document
from tests.reports.examples import EMPTY, FULL, HOSTILE

FORMATS = list_formats()

each = pytest.mark.parametrize("chosen", FORMATS.values(), ids=FORMATS)


def test_formats_are_found_by_name():
    assert list(FORMATS) == sorted(FORMATS)
    assert {"json", "check-json", "text"} <= set(FORMATS)
    assert get_format("json") is FORMATS["json"]


def test_an_unknown_name_is_a_usage_error_that_names_the_nearest():
    with pytest.raises(UsageError, match="no report format 'jsn'; did you mean json"):
        get_format("jsn")


@each
def test_a_format_says_what_it_is(chosen):
    assert re.fullmatch(r"[a-z][a-z0-9-]*", chosen.NAME)
    assert chosen.HELP
    assert not chosen.HELP.endswith(".")
    assert re.fullmatch(r"(\.[a-z0-9]+)+", chosen.SUFFIX)
    assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", chosen.MEDIA_TYPE)


@each
@pytest.mark.parametrize("report", [EMPTY, FULL], ids=["empty", "full"])
def test_the_same_judgement_gives_the_same_bytes(chosen, report, monkeypatch):
    document = chosen.write(judge(report))
    assert document
    assert document.endswith(b"\n")
    monkeypatch.setenv("COLUMNS", "33")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert chosen.write(judge(report)) == document


@each
def test_a_document_names_the_client_and_where_a_signal_is(chosen):
    text = chosen.write(judge(FULL)).decode()
    assert FULL.client.name in text
    assert "telemetry.example.com" in text
    assert "telemetry.example.com" in chosen.write(judge(EMPTY)).decode()


@each
def test_hostile_strings_are_inert(chosen):
    text = chosen.write(judge(HOSTILE)).decode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)


def test_a_document_is_printed_as_utf8_whatever_the_stream_encodes():
    binary = io.BytesIO()
    wrapper = io.TextIOWrapper(binary, encoding="ascii")
    print_document("é\n".encode(), wrapper)
    assert binary.getvalue() == "é\n".encode()
    stream = io.StringIO()
    print_document("é\n".encode(), stream)
    assert stream.getvalue() == "é\n"
