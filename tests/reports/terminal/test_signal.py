import re

import msgspec
import pytest

from lab.findings.covert.covert import list_differences
from tests.reports.examples import (
    COPIED,
    COVERT,
    EMPTY,
    FULL,
    PLAIN,
    SLASHED,
)
from tests.reports.terminal.printed import blocks, print_report


def test_a_covert_signal_is_reported_in_full():
    lines = blocks(print_report(FULL))
    for line in (
        "POST api.example.com/v1/messages body /messages/0/content/0/text",
        "endpoint=unset                    …Today's date is 2026-11-20.…",
        "endpoint=https://llm.example.net  …Today’s date is 2026/11/20.…",
        "^              ^^^^",
        "U+0027 APOSTROPHE → U+2019 RIGHT SINGLE QUOTATION MARK",
        "U+002D HYPHEN-MINUS → U+002F SOLIDUS  ×2",
        "both with timezone=Asia/Tokyo",
        "timezone  any of the 6 tried",
        "timezone  UTC, Asia/Kolkata, Europe/Paris, America/New_York",
        "timezone  Asia/Tokyo, Asia/Seoul",
        "confidence  p = 0.0011 corrected (0.00012 alone), 90 trials, 8 or more a side",
        "reproduce   lab run probe@1.0 --set endpoint=unset \\",
        "reproduce   lab run probe@1.0 --set endpoint=https://llm.example.net \\",
        "--set timezone=Asia/Tokyo",
    ):
        assert line in lines


def test_chance_is_reported_where_it_could_have_made_the_finding():
    def with_chance(chance):
        return print_report(msgspec.structs.replace(EMPTY, signals=(replaced(chance),)))

    def replaced(chance):
        return msgspec.structs.replace(COPIED, chance=chance)

    words = "chance      0.004 such findings expected in noise of this length"
    assert words in blocks(with_chance(0.0041))
    assert "such findings" not in with_chance(1e-9)
    assert "such findings" not in with_chance(None)


def test_ordinary_letters_are_named_only_where_the_difference_is_covert():
    assert "DIGIT ZERO" not in print_report(FULL)
    assert "HYPHEN-MINUS" in print_report(FULL)


def test_a_difference_says_in_which_way():
    pair = msgspec.structs.replace(COVERT.pair, differences=list_differences(PLAIN, SLASHED))
    lines = blocks(
        print_report(
            msgspec.structs.replace(FULL, signals=(msgspec.structs.replace(COVERT, pair=pair),))
        )
    )
    assert "U+0027 APOSTROPHE → U+2019 RIGHT SINGLE QUOTATION MARK  look-alike" in lines
    assert "U+002D HYPHEN-MINUS → U+002F SOLIDUS  punctuation  ×2" in lines


def test_arrows_stand_below_what_differs():
    lines = print_report(FULL).splitlines()
    for number, line in enumerate(lines):
        if "’s date is 2026/11/20.…" in line and line.lstrip().startswith("endpoint="):
            marks = lines[number + 1]
            assert "".join(c for c, m in zip(line, marks, strict=False) if m == "^") == "’/11/"
            break
    else:
        pytest.fail("the covert text is not shown")


def test_no_empty_line_of_arrows_where_one_side_only_lacks_something():
    pair = msgspec.structs.replace(COVERT.pair, left_value="a, b, c", right_value="a, c")
    report = msgspec.structs.replace(FULL, signals=(msgspec.structs.replace(COVERT, pair=pair),))
    lines = blocks(print_report(report))
    (right,) = [n for n, line in enumerate(lines) if line.endswith("  a, c")]
    assert lines[right + 1].startswith("U+0027")


def test_levels_of_the_pair_are_never_cut_where_they_fit_a_line():
    level = "https://agent:s3cret@a-very-long-name.models.example.net:8443"
    pair = msgspec.structs.replace(COVERT.pair, right_level=level)
    report = msgspec.structs.replace(FULL, signals=(msgspec.structs.replace(COVERT, pair=pair),))
    lines = blocks(print_report(report))
    start = lines.index(f"endpoint={level}")
    assert lines[start + 1] == "…Today’s date is 2026/11/20.…"


def test_a_command_of_several_lines_is_indented_evenly():
    pair = msgspec.structs.replace(COVERT.pair, context={f"f{n}": "level" for n in range(12)})
    report = msgspec.structs.replace(FULL, signals=(msgspec.structs.replace(COVERT, pair=pair),))
    lines = print_report(report).splitlines()
    starts = {len(line) - len(line.lstrip()) for line in lines if line.lstrip().startswith("--")}
    assert starts == {17}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("probe",), "lab run probe@1.0 --set hostname=build-7"),
        (("./my probe.toml",), "lab run './my probe.toml' --set hostname=build-7"),
        (("--", "/bin/sh", "a b"), "lab run --set hostname=build-7 -- /bin/sh 'a b'"),
    ],
)
def test_the_command_that_repeats_it_names_the_client_as_the_user_did(typed, words):
    assert words in print_report(FULL, typed=typed)


@pytest.mark.parametrize(
    ("value", "shown"), [("", "(empty text)"), (" ", "⟨SPACE⟩"), (None, "(nothing)")]
)
def test_what_has_no_ink_has_a_word(value, shown):
    pair = msgspec.structs.replace(COPIED.pair, left_value=value)
    table = (msgspec.structs.replace(COPIED.table[0], value=value), COPIED.table[1])
    signal = msgspec.structs.replace(COPIED, pair=pair, table=table)
    lines = blocks(print_report(msgspec.structs.replace(FULL, signals=(signal,))))
    assert any(re.match(f"hostname=workstation +{re.escape(shown)}$", line) for line in lines)
    assert any(re.match(f"workstation +{re.escape(shown)} +20 trials$", line) for line in lines)
