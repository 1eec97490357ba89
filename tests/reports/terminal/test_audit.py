import io
import re
import unicodedata

import msgspec
import pytest
from rich.cells import cell_len

from lab.findings.report import FactorFacts, Location, NotMeasured, TableRow
from lab.reports.terminal.audit import make_console, write
from tests.reports.examples import (
    COPIED,
    COVERT,
    EMPTY,
    FULL,
    HOSTILE,
    PRESENCE,
    ROUTE,
)
from tests.reports.terminal.printed import blocks, print_report


def test_the_worst_comes_first_and_routes_last():
    text = print_report(FULL)
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
            "3 locations differ from run to run",
            ".lab/audits/20261120-probe",
        )
    ]
    assert places == sorted(places)


def test_a_route_shows_what_becomes_of_what():
    lines = blocks(print_report(FULL, 100))
    line = "endpoint  POST api.example.com/v1/messages host  api.example.com → llm.example.net"
    assert lines.count(line) == 1


def escaped(report) -> str:
    return (
        " ".join(print_report(report).split())
        .partition("Not ruled out: ")[2]
        .partition(" control ")[0]
    )


def test_warnings_stand_before_the_verdict():
    warned = msgspec.structs.replace(
        EMPTY, warnings=("the client exits with 3: \x1b'no key'",) * 20
    )
    text = print_report(warned)
    assert text.index("Warning: the client exits with 3: ⟨U+001B") < text.index("No signal in what")
    assert text.count("Warning") == 12
    assert "… 8 more, in report.json" in text


def many(count: int):
    signals = [
        msgspec.structs.replace(COPIED, id=str(n), cause=(f"f{n:02}",)) for n in range(count)
    ]
    return msgspec.structs.replace(FULL, signals=(*signals, COVERT, ROUTE))


def test_of_many_signals_the_first_are_reported_in_full_and_the_rest_in_a_line_each():
    text = print_report(many(20))
    assert text.count("  reproduce ") == 2 * 8
    assert "13 more signals, one line each" in text
    assert re.search(r"^21  f\d\d +encoded, sha256\[:16\] +POST telem", text, re.MULTILINE)
    assert "--full" in text
    text = print_report(many(20), full=True)
    assert text.count("  reproduce ") == 2 * 21
    assert "--full" not in text
    assert print_report(many(8)).count("  reproduce ") == 2 * 9


@pytest.mark.parametrize("report", [EMPTY, FULL])
def test_the_words_of_the_report_are_defined_once(report):
    lines = [line.split("  ")[0] for line in print_report(report).splitlines()]
    for word in ("factor", "level", "control", "trial", "signal"):
        assert lines.count(word) == 1, word
    assert "one run of the client" in print_report(report)


def test_the_report_says_what_a_signal_reveals():
    lines = [" ".join(line.split()) for line in print_report(FULL).splitlines()]
    assert "reveals 4.0 bits" in lines
    total = msgspec.structs.replace(FULL, bits_total=2.5)
    assert "2.5 bits in all, if every tried level is equally likely" in " ".join(
        print_report(total).split()
    )


def test_covert_signals_are_all_reported_in_full():
    signals = tuple(msgspec.structs.replace(COVERT, id=str(n)) for n in range(20))
    text = print_report(msgspec.structs.replace(FULL, signals=(*signals, COPIED, PRESENCE)))
    assert text.count("  reproduce ") == 2 * 20
    assert "2 more signals, one line each" in text


@pytest.mark.parametrize(
    ("ran", "words"),
    [
        (168, "168 trials in 5 min 12 s,"),
        (4, "168 trials, 4 of them now, in 5 min 12 s,"),
        (None, "168 trials; the last session took 5 min 12 s,"),
    ],
)
def test_the_time_is_that_of_the_trials_that_ran_in_it(ran, words):
    assert words in print_report(EMPTY, ran=ran)


def test_a_route_names_the_levels_at_which_it_is_unchanged():
    via = "https://a.example via http://p.example:3128"
    rows = {"unset": "https://a.example", "http://p.example:3128": via}
    heard = {**rows, "http://p.example:3128#except=.example": "https://a.example"}
    deaf = {**rows, "http://p.example:3128#except=.example": via}

    def written(values):
        signal = msgspec.structs.replace(
            ROUTE,
            cause=("proxy",),
            location=Location("http", "a.example", part="route"),
            table=tuple(TableRow({"proxy": level}, value, 8) for level, value in values.items()),
        )
        report = msgspec.structs.replace(EMPTY, signals=(signal,))
        return " ".join(print_report(report, 100).split())

    assert "unchanged at http://p.example:3128#except=.example" in written(heard)
    assert "unchanged" not in written(deaf)


def test_a_route_of_several_lines_reads_as_a_list():
    pair = msgspec.structs.replace(ROUTE.pair, left_value="\nhttp/1.1", right_value="h2\nhttp/1.1")
    text = print_report(
        msgspec.structs.replace(FULL, signals=(msgspec.structs.replace(ROUTE, pair=pair),))
    )
    assert "(empty text), http/1.1 → h2, http/1.1" in text


def test_whose_host_a_place_names_is_said_once_where_it_matters():
    note = "the provider's host stands for the endpoint that a run configures"
    assert print_report(FULL).count(note) == 1
    assert note not in print_report(msgspec.structs.replace(FULL, signals=(COPIED,)))


@pytest.mark.parametrize("report", [FULL, EMPTY, HOSTILE], ids=["full", "empty", "hostile"])
def test_no_line_ends_in_blanks(report):
    assert not re.search(r"[ \t]+$", print_report(report), re.MULTILINE)


def test_what_stayed_open_for_one_reason_is_printed_once():
    (item,) = FULL.inconclusive
    report = msgspec.structs.replace(FULL, inconclusive=(item,) * 30)
    text = " ".join(print_report(report).split())
    assert text.count("tls cdn.example.com") == 12
    assert text.count("too noisy to decide (at most about 24 more trials each)") == 1
    assert "… 18 more, in report.json" in text


def test_what_shares_a_reason_shares_a_line():
    report = msgspec.structs.replace(
        EMPTY,
        factors=(FactorFacts("clock", "", (), False, "static"),),
        not_measured=(NotMeasured("clock", "static"), NotMeasured("dates", "static")),
    )
    assert "clock, dates: static" in print_report(report)


@pytest.mark.parametrize("width", [80, 60, 200])
@pytest.mark.parametrize("report", [FULL, EMPTY], ids=["full", "empty"])
def test_no_line_is_wider_than_the_window(report, width):
    assert max(map(cell_len, print_report(report, width).splitlines())) <= min(width, 110)


def test_a_hostile_client_cannot_touch_the_terminal_or_fill_it():
    text = print_report(HOSTILE)
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
