import io
import re
import unicodedata

import msgspec
import pytest
from rich.cells import cell_len

from lab.findings.covert.covert import list_differences
from lab.findings.report import FactorFacts, NotMeasured
from lab.reports.terminal.audit import make_console, write
from tests.reports.examples import (
    COPIED,
    COVERT,
    EMPTY,
    FULL,
    HOSTILE,
    PLAIN,
    PRESENCE,
    ROUTE,
    SLASHED,
)


def told(report, width=80, typed=(), **more) -> str:
    stream = io.StringIO()
    write(report, make_console(stream, width), typed, **more)
    return stream.getvalue()


def blocks(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_the_worst_comes_first_and_routes_last():
    text = told(FULL)
    places = [
        text.index(words)
        for words in (
            "3 signals, 1 of them covert.",
            "1   COVERT  endpoint × timezone",
            "2  hostname  encoded, sha256[:16]",
            "3  locale  presence",
            "Routing effects: where the traffic goes, expected",
            "Inconclusive",
            "Not measured",
            "3 places differ from run to run",
            ".lab/audits/20261120-probe",
        )
    ]
    assert places == sorted(places)


def test_a_covert_signal_is_told_in_full():
    lines = blocks(told(FULL))
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
        "reproduce   lab run probe@1.0 --set endpoint=unset --set timezone=Asia/Tokyo",
        "reproduce   lab run probe@1.0 --set endpoint=https://llm.example.net \\",
        "--set timezone=Asia/Tokyo",
    ):
        assert line in lines


def test_chance_is_told_where_it_could_have_made_the_finding():
    def with_chance(chance):
        return told(msgspec.structs.replace(EMPTY, signals=(replaced(chance),)))

    def replaced(chance):
        return msgspec.structs.replace(COPIED, chance=chance)

    words = "chance      0.004 such findings expected in noise of this length"
    assert words in blocks(with_chance(0.0041))
    assert "such findings" not in with_chance(1e-9)
    assert "such findings" not in with_chance(None)


def test_ordinary_letters_are_named_only_where_the_difference_is_covert():
    assert "DIGIT ZERO" not in told(FULL)
    assert "HYPHEN-MINUS" in told(FULL)


def test_a_difference_says_in_which_way():
    pair = msgspec.structs.replace(COVERT.pair, differences=list_differences(PLAIN, SLASHED))
    lines = blocks(
        told(msgspec.structs.replace(FULL, signals=(msgspec.structs.replace(COVERT, pair=pair),)))
    )
    assert "U+0027 APOSTROPHE → U+2019 RIGHT SINGLE QUOTATION MARK  look-alike" in lines
    assert "U+002D HYPHEN-MINUS → U+002F SOLIDUS  punctuation  ×2" in lines


def test_arrows_stand_below_what_differs():
    lines = told(FULL).splitlines()
    for number, line in enumerate(lines):
        if "’s date is 2026/11/20.…" in line and line.lstrip().startswith("endpoint="):
            marks = lines[number + 1]
            assert "".join(c for c, m in zip(line, marks, strict=False) if m == "^") == "’/11/"
            break
    else:
        pytest.fail("the covert text is not shown")


def test_a_long_table_is_cut_and_says_so():
    rows = tuple(
        msgspec.structs.replace(COVERT.table[0], levels={"x": str(n)}, value=str(n))
        for n in range(19)
    )
    signal = msgspec.structs.replace(COVERT, cause=("x",), table=rows)
    text = told(msgspec.structs.replace(FULL, signals=(signal,)))
    assert "… 9 more, in report.json" in text
    assert len(re.findall(r"^ +\d+ +\d+ +5 trials *$", text, re.MULTILINE)) == 10


def test_a_large_group_of_levels_is_told_by_what_is_not_in_it():
    rows = tuple(
        msgspec.structs.replace(COVERT.table[0], levels={"x": f"l{n}"}, value=str(n < 2))
        for n in range(12)
    )
    signal = msgspec.structs.replace(COVERT, cause=("x",), table=rows)
    text = told(msgspec.structs.replace(FULL, signals=(signal,)))
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
    lines = blocks(told(msgspec.structs.replace(FULL, signals=(signal,))))
    start = lines.index("none  25 trials")
    assert "or" in lines[start : start + 6]
    assert sum(line.startswith("none") for line in lines) == 1
    assert "mark  5 trials" in lines


def test_no_empty_line_of_arrows_where_one_side_only_lacks_something():
    pair = msgspec.structs.replace(COVERT.pair, left_value="a, b, c", right_value="a, c")
    report = msgspec.structs.replace(FULL, signals=(msgspec.structs.replace(COVERT, pair=pair),))
    lines = blocks(told(report))
    (right,) = [n for n, line in enumerate(lines) if line.endswith("  a, c")]
    assert lines[right + 1].startswith("U+0027")


def test_a_route_shows_what_becomes_of_what():
    lines = blocks(told(FULL, 100))
    line = "endpoint  POST api.example.com/v1/messages host  api.example.com → llm.example.net"
    assert lines.count(line) == 1


def test_nothing_found_says_what_was_tried_and_what_would_have_escaped():
    text = " ".join(told(EMPTY).split())
    assert "No signal in what was tried." in text
    assert "Tried: endpoint (2 levels), timezone (6 levels), in all combinations." in text
    assert "effects that occur in fewer than about 10% of the trials" in text
    assert "clock: the client is static" in text


def escaped(report) -> str:
    return " ".join(told(report).split()).partition("Not ruled out: ")[2].partition(" control ")[0]


ENDPOINT, TIMEZONE, CLOCK = EMPTY.factors


def test_of_one_factor_alone_no_combination_is_claimed():
    report = msgspec.structs.replace(EMPTY, factors=(TIMEZONE,))
    words = escaped(report)
    assert "in all combinations" not in told(report)
    assert "inputs" not in words
    assert "locale" in words
    assert "endpoint" in words
    assert "alone or together with timezone" in words
    assert "levels of timezone that were not tried" in words


def test_more_inputs_together_than_were_combined_are_not_ruled_out():
    assert "together with what was tried" in escaped(EMPTY)
    assert "effects of more than" not in escaped(EMPTY)
    third = FactorFacts("locale", "C.UTF-8", ("de_DE.UTF-8",))
    report = msgspec.structs.replace(EMPTY, factors=(ENDPOINT, TIMEZONE, third))
    assert "effects of more than 2 inputs together" in escaped(report)
    assert "in all combinations of 2 of them." in " ".join(told(report).split())
    report = msgspec.structs.replace(report, strength=1)
    assert "effects of more than 1 input together" in escaped(report)
    assert "combinations that were not tried" in escaped(report)


def test_where_a_limit_left_trials_out_no_combination_is_claimed():
    lost = NotMeasured("30 planned trials", "the limit on trials or time was reached")
    text = told(msgspec.structs.replace(EMPTY, not_measured=(lost,)))
    assert "in all combinations" not in text
    assert "combinations that were not tried" in " ".join(text.split())


def test_warnings_stand_before_the_verdict():
    warned = msgspec.structs.replace(
        EMPTY, warnings=("the client exits with 3: \x1b'no key'",) * 20
    )
    text = told(warned)
    assert text.index("Warning: the client exits with 3: ⟨U+001B") < text.index("No signal in what")
    assert text.count("Warning") == 12
    assert "… 8 more, in report.json" in text


def many(count: int):
    signals = [
        msgspec.structs.replace(COPIED, id=str(n), cause=(f"f{n:02}",)) for n in range(count)
    ]
    return msgspec.structs.replace(FULL, signals=(*signals, COVERT, ROUTE))


def test_of_many_signals_the_first_are_told_in_full_and_the_rest_in_a_line_each():
    text = told(many(20))
    assert text.count("  reproduce ") == 2 * 8
    assert "13 more signals, one line each" in text
    assert re.search(r"^21  f\d\d +encoded, sha256\[:16\] +POST telem", text, re.MULTILINE)
    assert "--full" in text
    text = told(many(20), full=True)
    assert text.count("  reproduce ") == 2 * 21
    assert "--full" not in text
    assert told(many(8)).count("  reproduce ") == 2 * 9


@pytest.mark.parametrize("report", [EMPTY, FULL])
def test_the_words_of_the_report_are_defined_once(report):
    lines = [line.split("  ")[0] for line in told(report).splitlines()]
    for word in ("factor", "level", "control", "trial", "signal"):
        assert lines.count(word) == 1, word
    assert "one run of the client" in told(report)


def test_the_report_says_what_a_signal_reveals():
    lines = [" ".join(line.split()) for line in told(FULL).splitlines()]
    assert "reveals 4.0 bits" in lines
    total = msgspec.structs.replace(FULL, bits_total=2.5)
    assert "2.5 bits in all, if every tried level is equally likely" in " ".join(
        told(total).split()
    )


def test_covert_signals_are_all_told_in_full():
    signals = tuple(msgspec.structs.replace(COVERT, id=str(n)) for n in range(20))
    text = told(msgspec.structs.replace(FULL, signals=(*signals, COPIED, PRESENCE)))
    assert text.count("  reproduce ") == 2 * 20
    assert "2 more signals, one line each" in text


def test_full_names_every_line_and_level():
    rows = tuple(
        msgspec.structs.replace(COVERT.table[0], levels={"x": f"l{n}"}, value=str(max(n, 20)))
        for n in range(40)
    )
    report = msgspec.structs.replace(
        FULL, signals=(msgspec.structs.replace(COVERT, cause=("x",), table=rows),)
    )
    assert "… 10 more, in report.json" in told(report)
    text = told(report, full=True)
    assert "more, in report.json" not in text
    assert all(f"l{n}" in text for n in range(40))


@pytest.mark.parametrize(
    ("ran", "words"),
    [
        (168, "168 trials in 5 min 12 s,"),
        (4, "168 trials, 4 of them now, in 5 min 12 s,"),
        (None, "168 trials; the last session took 5 min 12 s,"),
    ],
)
def test_the_time_is_that_of_the_trials_that_ran_in_it(ran, words):
    assert words in told(EMPTY, ran=ran)


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
    lines = blocks(told(msgspec.structs.replace(FULL, signals=(signal,))))
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
    text = told(msgspec.structs.replace(FULL, signals=(signal,)))
    assert all(text.count(zone) > text.count(f"{zone}-") for zone in zones)
    assert all(f"{zone}-{number}" in text for number, zone in enumerate(zones, 1))


def test_levels_of_the_pair_are_never_cut_where_they_fit_a_line():
    level = "https://agent:s3cret@a-very-long-name.models.example.net:8443"
    pair = msgspec.structs.replace(COVERT.pair, right_level=level)
    report = msgspec.structs.replace(FULL, signals=(msgspec.structs.replace(COVERT, pair=pair),))
    lines = blocks(told(report))
    start = lines.index(f"endpoint={level}")
    assert lines[start + 1] == "…Today’s date is 2026/11/20.…"


@pytest.mark.parametrize(
    ("value", "shown"), [("", "(empty text)"), (" ", "⟨SPACE⟩"), (None, "(nothing)")]
)
def test_what_has_no_ink_has_a_word(value, shown):
    pair = msgspec.structs.replace(COPIED.pair, left_value=value)
    table = (msgspec.structs.replace(COPIED.table[0], value=value), COPIED.table[1])
    signal = msgspec.structs.replace(COPIED, pair=pair, table=table)
    lines = blocks(told(msgspec.structs.replace(FULL, signals=(signal,))))
    assert any(re.match(f"hostname=workstation +{re.escape(shown)}$", line) for line in lines)
    assert any(re.match(f"workstation +{re.escape(shown)} +20 trials$", line) for line in lines)


def test_a_route_of_several_lines_reads_as_a_list():
    pair = msgspec.structs.replace(ROUTE.pair, left_value="\nhttp/1.1", right_value="h2\nhttp/1.1")
    text = told(msgspec.structs.replace(FULL, signals=(msgspec.structs.replace(ROUTE, pair=pair),)))
    assert "(empty text), http/1.1 → h2, http/1.1" in text


def test_whose_host_a_place_names_is_said_once_where_it_matters():
    note = "the provider's host stands for the endpoint that a run configures"
    assert told(FULL).count(note) == 1
    assert note not in told(msgspec.structs.replace(FULL, signals=(COPIED,)))


@pytest.mark.parametrize("report", [FULL, EMPTY, HOSTILE], ids=["full", "empty", "hostile"])
def test_no_line_ends_in_blanks(report):
    assert not re.search(r"[ \t]+$", told(report), re.MULTILINE)


def test_combinations_that_cannot_all_have_been_tried_are_not_claimed():
    text = " ".join(told(msgspec.structs.replace(EMPTY, trials=11)).split())
    assert "in all combinations" not in text
    assert "combinations that were not tried" in text


def test_what_stayed_open_for_one_reason_tells_it_once():
    (item,) = FULL.inconclusive
    report = msgspec.structs.replace(FULL, inconclusive=(item,) * 30)
    text = " ".join(told(report).split())
    assert text.count("tls cdn.example.com") == 12
    assert text.count("too noisy to decide (at most about 24 more trials each)") == 1
    assert "… 18 more, in report.json" in text


def test_nothing_tried_claims_nothing():
    report = msgspec.structs.replace(EMPTY, trials=0, verdict="not measured")
    text = told(report)
    assert "Nothing was tried, so nothing is known about the client." in text
    assert "No signal" not in text


def test_what_shares_a_reason_shares_a_line():
    report = msgspec.structs.replace(
        EMPTY,
        factors=(FactorFacts("clock", "", (), False, "static"),),
        not_measured=(NotMeasured("clock", "static"), NotMeasured("dates", "static")),
    )
    assert "clock, dates: static" in told(report)


@pytest.mark.parametrize("width", [80, 60, 200])
@pytest.mark.parametrize("report", [FULL, EMPTY], ids=["full", "empty"])
def test_no_line_is_wider_than_the_window(report, width):
    assert max(map(cell_len, told(report, width).splitlines())) <= min(width, 110)


def test_a_hostile_client_cannot_touch_the_terminal_or_fill_it():
    text = told(HOSTILE)
    bad = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not {c for c in text if unicodedata.category(c) in bad} - {"\n"}
    # A command to copy is the one thing that may be longer than a line.
    lines = [line for line in text.splitlines() if not re.match(r" +(--set |\$')", line)]
    assert max(map(cell_len, lines)) <= 80
    assert len(text.splitlines()) < 400
    assert "[bold]markup[/bold] :smile:" in text


def test_colour_only_where_it_is_wanted(monkeypatch):
    def shown() -> str:
        stream = io.StringIO()
        console = make_console(stream, 80)
        write(FULL, console)
        return stream.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[1;32m'\x1b[0m" in shown()
    monkeypatch.setenv("NO_COLOR", "1")
    colours = re.compile(r"\x1b\[[0-9;]*(3[0-7]|4[0-7]|9[0-7])[0-9;]*m")
    assert not colours.search(shown())


def test_a_command_of_several_lines_is_indented_evenly():
    pair = msgspec.structs.replace(COVERT.pair, context={f"f{n}": "level" for n in range(12)})
    report = msgspec.structs.replace(FULL, signals=(msgspec.structs.replace(COVERT, pair=pair),))
    lines = told(report).splitlines()
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
    assert words in told(FULL, typed=typed)
