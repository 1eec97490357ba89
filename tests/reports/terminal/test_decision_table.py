import re

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.report import TableRow
from lab.reports.terminal.decision_table import _format_group, _list_run_with
from lab.reports.terminal.fold_table import fold
from tests.reports.examples import (
    COVERT,
    FULL,
)
from tests.reports.terminal.printed import blocks, print_report


def test_a_long_table_is_cut_and_says_so():
    rows = tuple(
        msgspec.structs.replace(COVERT.table[0], levels={"x": str(n)}, value=str(n))
        for n in range(19)
    )
    signal = msgspec.structs.replace(COVERT, cause=("x",), table=rows)
    text = print_report(msgspec.structs.replace(FULL, signals=(signal,)))
    assert "… 9 more, in report.json" in text
    assert len(re.findall(r"^ +\d+ +\d+ +5 trials *$", text, re.MULTILINE)) == 10


def test_a_large_group_of_levels_is_reported_by_what_is_not_in_it():
    rows = tuple(
        msgspec.structs.replace(COVERT.table[0], levels={"x": f"l{n}"}, value=str(n < 2))
        for n in range(12)
    )
    signal = msgspec.structs.replace(COVERT, cause=("x",), table=rows)
    text = print_report(msgspec.structs.replace(FULL, signals=(signal,)))
    assert "all but l0, l1 (10 of 12)" in text


def test_conditions_that_lead_to_one_text_stand_below_it_together():
    rows = tuple(
        msgspec.structs.replace(
            COVERT.table[0], levels={"a": a, "b": b}, value="mark" if a + b == "11" else "none"
        )
        for a in "01"
        for b in "012"
    )
    signal = msgspec.structs.replace(COVERT, cause=("a", "b"), table=rows)
    lines = blocks(print_report(msgspec.structs.replace(FULL, signals=(signal,))))
    start = lines.index("none  25 trials")
    assert "or" in lines[start : start + 6]
    assert sum(line.startswith("none") for line in lines) == 1
    assert "mark  5 trials" in lines


def test_full_names_every_line_and_level():
    rows = tuple(
        msgspec.structs.replace(COVERT.table[0], levels={"x": f"l{n}"}, value=str(max(n, 20)))
        for n in range(40)
    )
    report = msgspec.structs.replace(
        FULL, signals=(msgspec.structs.replace(COVERT, cause=("x",), table=rows),)
    )
    assert "… 10 more, in report.json" in print_report(report)
    text = print_report(report, full=True)
    assert "more, in report.json" not in text
    assert all(f"l{n}" in text for n in range(40))


def test_levels_that_are_all_but_the_named_ones_are_counted_in_a_line():
    rows = tuple(
        msgspec.structs.replace(
            COVERT.table[0],
            levels={"x": f"https://host-{n}.example.net"},
            value="odd" if n == 7 else "plain",
        )
        for n in range(12)
    )
    signal = msgspec.structs.replace(COVERT, cause=("x",), table=rows)
    lines = blocks(print_report(msgspec.structs.replace(FULL, signals=(signal,))))
    assert "https://host-0.example.net and the 10 others  plain  55 trials" in lines
    assert "https://host-7.example.net                    odd    5 trials" in lines


def test_levels_never_break_within_a_word_that_fits():
    zones = ("Asia/Tokyo", "America/Argentina/Buenos_Aires", "Pacific/Port_Moresby")
    rows = tuple(
        msgspec.structs.replace(COVERT.table[0], levels={"x": zone + end}, value=value)
        for ends, value in ((("", "", ""), "a" * 200), (("-1", "-2", "-3"), "b" * 200))
        for zone, end in zip(zones, ends, strict=True)
    )
    signal = msgspec.structs.replace(COVERT, cause=("x",), table=rows)
    text = print_report(msgspec.structs.replace(FULL, signals=(signal,)))
    assert all(text.count(zone) > text.count(f"{zone}-") for zone in zones)
    assert all(f"{zone}-{number}" in text for number, zone in enumerate(zones, 1))


def test_a_level_that_did_not_run_with_the_others_is_no_exception():
    zones = [f"zone-{number}" for number in range(12)]
    rows = tuple(
        msgspec.structs.replace(
            COVERT.table[0],
            levels={"a": a, "b": zone},
            value="mark" if (a, zone) == ("1", "zone-0") else "none",
        )
        for a in "01"
        for zone in zones
        if (a, zone) != ("1", "zone-1")
    )
    signal = msgspec.structs.replace(
        COVERT,
        cause=("a", "b"),
        table=rows,
        missing=({"a": "1", "b": "zone-1"},),
        missing_count=1,
    )
    text = " ".join(print_report(msgspec.structs.replace(FULL, signals=(signal,))).split())
    assert "no trial shows: a=1 with b=zone-1" in text
    assert not re.search(r"all but [^;(]*zone-1\b", text)


@given(
    st.lists(
        st.tuples(st.sampled_from("01"), st.integers(0, 9), st.sampled_from("xy")),
        min_size=3,
        unique_by=lambda row: row[:2],
    )
)
@settings(deadline=None, max_examples=60)
def test_an_exception_ran_under_the_conditions_of_its_line(drawn):
    rows = [TableRow({"a": a, "b": f"l{b}"}, value, 1) for a, b, value in drawn]
    for line in fold(rows, ("a", "b")):
        for factor in "ab":
            tried = list(dict.fromkeys(row.levels[factor] for row in rows))
            ran = _list_run_with(line, factor, tried, [row.levels for row in rows])
            words = _format_group(line.levels[factor], tried, 80, ran=ran, full=False)
            stated, _, not_run = words.partition("; did not run with these: ")
            others = set(tried) - set(line.levels[factor])
            if stated.startswith("all but"):
                assert others <= set(ran)
                assert not not_run
            if not_run:
                assert set(not_run.split(", ")) == others - set(ran)
