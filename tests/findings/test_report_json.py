import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.report import Location, TableRow
from lab.findings.report_json import decode, encode
from tests.reports.examples import COVERT, EMPTY, FULL, HOSTILE

CONTRACT = {
    "": {
        "schema", "client", "lab", "seed", "alpha", "strength", "jobs", "started", "wall_s",
        "trials", "client_cpu_s", "overhead_s", "factors", "signals", "noise", "inconclusive",
        "not_measured", "calibration",
    },
    "client": {"name", "version", "digest", "source"},
    "lab": {"version"},
    "factors": {"name", "control", "levels", "measured", "why_not"},
    "signals": {
        "id", "cause", "kind", "encoding", "covert", "location", "table", "pair", "p_value",
        "p_adjusted", "replicates", "bits", "documented",
    },
    "signals/location": {"channel", "host", "method", "path", "part", "pointer"},
    "signals/table": {"levels", "value", "trials"},
    "signals/pair": {"left", "right", "factor", "left_value", "right_value"},
    "noise": {"location", "why"},
    "calibration": {"replicates", "false_positive_rate"},
}  # fmt: skip


@pytest.mark.parametrize("path", CONTRACT)
def test_every_field_of_the_contract_is_there(path):
    found = json.loads(encode(FULL))
    for name in filter(None, path.split("/")):
        found = found[name]
        found = found[0] if isinstance(found, list) else found
    assert CONTRACT[path] <= found.keys()


def test_the_schema_comes_first():
    assert encode(EMPTY).startswith(b'{\n  "schema": "fingerprint-lab/report/1",\n')


@given(
    host=st.text(st.characters(exclude_categories=("Cs",))),
    levels=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    value=st.none() | st.text(max_size=5),
    p=st.floats(0, 1),
)
def test_what_is_written_is_read_back(host, levels, value, p):
    signal = msgspec.structs.replace(
        COVERT, location=Location("http", host), table=(TableRow(levels, value, 3),), p_value=p
    )
    report = msgspec.structs.replace(FULL, signals=(signal,))
    assert decode(encode(report)) == report


def test_the_same_report_is_the_same_bytes():
    (signal,) = [s for s in FULL.signals if s.covert]
    backward = tuple(
        msgspec.structs.replace(row, levels=dict(reversed(row.levels.items())))
        for row in signal.table
    )
    other = msgspec.structs.replace(signal, table=backward)
    swapped = tuple(other if s is signal else s for s in FULL.signals)
    assert encode(msgspec.structs.replace(FULL, signals=swapped)) == encode(FULL)


def test_bytes_that_are_no_text_stay_apart_and_valid():
    left, right = (
        encode(msgspec.structs.replace(EMPTY, hosts=(host,))) for host in ("\udc80", "\udc81")
    )
    assert left != right
    assert json.loads(left)["hosts"] == ["⟨U+DC80⟩"]
    assert decode(encode(HOSTILE)).trials == HOSTILE.trials


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{}",
        b"\xff",
        encode(EMPTY)[:-5],
        encode(EMPTY).replace(b"report/1", b"report/9"),
        encode(EMPTY).replace(b'"seed": 7', b'"seed": "seven"'),
    ],
)
def test_anything_else_is_refused_in_one_line(document):
    with pytest.raises(ValueError, match="not a report") as refusal:
        decode(document)
    assert "\n" not in str(refusal.value)


def test_a_number_that_json_lacks_is_never_written():
    with pytest.raises(ValueError, match="JSON"):
        encode(msgspec.structs.replace(EMPTY, wall_s=math.nan))
