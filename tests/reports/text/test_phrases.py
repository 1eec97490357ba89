import shlex

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lab.findings.report import ClientFacts
from lab.reports.text.phrases import (
    EMPTY_LEVEL,
    build_pair_commands,
    compute_detectable_share,
    format_cause,
    format_client,
    format_client_argument,
    format_count,
    format_duration,
    format_list,
    format_location,
    format_setting,
    format_verdict,
    quote_words,
)
from lab.reports.text.safe import make_visible
from tests.reports.examples import COPIED, COVERT, EMPTY, FULL, HOSTILE, PRESENCE, ROUTE


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0.0 s"),
        (8, "8.0 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (312.4, "5 min 12 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations(seconds, words):
    assert format_duration(seconds) == words


def test_counts_and_lists():
    assert format_count(1, "trial") == "1 trial"
    assert format_count(12_000, "trial") == "12,000 trials"
    assert format_count(2, "body", "bodies") == "2 bodies"
    assert format_list(["a", "b", "c"], 2) == "a, b, c"
    assert format_list(["a", "b", "c", "d"], 2) == "a, b and 2 more"


def test_causes_settings_and_locations():
    assert format_cause(COVERT) == "endpoint × timezone"
    assert format_setting("locale", "") == f"locale={EMPTY_LEVEL}"
    assert format_location(COVERT.location).startswith("POST api.example.com/v1/messages body /")
    assert format_location(PRESENCE.location) == "dns fonts.example.com query"
    assert cell_len(format_location(HOSTILE.signals[0].location, 60)) <= 60


def test_a_client_is_named_as_the_user_did_or_by_its_version():
    client = EMPTY.client
    assert format_client(client) == "probe@1.0"
    assert format_client(msgspec.structs.replace(client, version="")) == "probe"
    assert format_client_argument(client) == "probe@1.0"
    assert format_client_argument(client, ("probe",)) == "probe@1.0"
    assert format_client_argument(client, ("./my.toml",)) == "./my.toml"
    assert format_client_argument(client, ("--", "/bin/a b")) == "-- '/bin/a b'"
    assert format_client_argument(ClientFacts("x", "", "d", "program /bin/x")) == "CLIENT"


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126)), min_size=1))
def test_quoted_words_are_the_same_words_to_a_shell(words):
    assert shlex.split(quote_words(words)) == words


@given(st.text())
def test_quoted_words_have_nothing_that_is_not_visible(word):
    quoted = quote_words([word])
    assert make_visible(quoted) == quoted


def test_the_commands_of_a_pair_differ_in_the_factor_only():
    left, right = (" ".join(words) for words in build_pair_commands("probe@1.0", COVERT))
    assert left.replace("endpoint=unset", "endpoint=https://llm.example.net") == right


@pytest.mark.parametrize(
    ("signals", "verdict", "words"),
    [
        ((COVERT, COPIED, ROUTE), "signal", "2 signals, 1 of them covert"),
        ((COVERT,), "signal", "1 signal, and it is covert"),
        ((ROUTE,), "no signal", "no signal beyond where the traffic goes"),
        ((), "no signal", "no signal in what was tried"),
        ((), "inconclusive", "inconclusive: nothing was confirmed, and nothing was ruled out"),
        ((), "not measured", "not measured: nothing could be tried, so nothing can be said"),
    ],
)
def test_the_verdict_in_one_sentence(signals, verdict, words):
    report = msgspec.structs.replace(FULL, signals=signals, verdict=verdict)
    assert format_verdict(report) == words


def test_more_trials_detect_rarer_effects():
    shares = [
        compute_detectable_share(msgspec.structs.replace(EMPTY, trials=trials))
        for trials in (60, 600, 6000)
    ]
    assert shares == sorted(shares, reverse=True)
    assert 1 - (1 - shares[0]) ** 10 == pytest.approx(0.95)
    assert compute_detectable_share(msgspec.structs.replace(EMPTY, trials=0)) is None
