import re

import msgspec

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
