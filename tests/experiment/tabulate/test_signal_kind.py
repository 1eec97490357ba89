"""The kind of a signal, from the contrast that represents it."""

from __future__ import annotations

import msgspec
import pytest

from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.tabulate.pair_columns import contrast_columns
from lab.experiment.tabulate.signal_kind import SignalEvidence, classify_contrast
from lab.experiment.trials.contrasts import Setting
from lab.observation.location import Location
from tests.experiment.tabulate.build import BODY, Study

TOKYO, PARIS = {"timezone": "Asia/Tokyo"}, {"timezone": "Europe/Paris"}
LOOKUP = Location("dns", "api.example", part="query")


def classify(
    values,
    view="exact",
    location=BODY,
    texts=None,
    routes=(),
    trials=({}, TOKYO, PARIS),
    others=(),
):
    sent = texts or [None if value == ABSENT else value for value in values]
    several = [(text,) if isinstance(text, str) else text for text in sent]
    features = [{location: found} if found else {} for found in several]
    study = Study(*zip(trials, features, strict=True))
    effect = study.effect(Column(location, view, tuple(values)), levels=trials[1])
    (lead,) = contrast_columns(effect, study.trials, study.rows)
    evidence = SignalEvidence(
        study.rows, study.trials, lambda _, level: (level,), frozenset(routes)
    )
    return classify_contrast(lead, frozenset(others), evidence)


@pytest.mark.parametrize(
    ("values", "view", "kind"),
    [
        (("UTC", "Asia/Tokyo", "Europe/Paris"), "exact", "copied"),
        (("one thing", "another thing", "third thing"), "exact", "derived"),
        (("1", "2", "2"), "count", "count"),
        (("0", "2", "2"), "count", "presence"),
        ((ABSENT, "some", "some"), "presence", "presence"),
    ],
)
def test_the_kind_of_a_contrast(values, view, kind):
    assert classify(values, view).kind == kind


def test_an_encoded_copy_names_its_encoding():
    found = classify([text.encode().hex() for text in ("UTC", "Asia/Tokyo", "Europe/Paris")])
    assert (found.kind, found.encoding) == ("encoded", "hex")


def test_pieces_in_another_order_in_every_trial_are_an_order():
    values = ("one,two,three", "three,two,one", "two,one,three")
    assert classify(values).kind == "order"


def test_other_pieces_at_any_level_are_no_order():
    assert classify(("one,two,three", "three,two,one", "something else")).kind == "derived"


def test_of_an_order_only_comparable_trials_count():
    values, texts = ("one,two", "two,one", None), ("one,two", "two,one", "something else")
    assert classify(values, texts=texts).kind == "order"
    elsewhere = ({}, TOKYO, {"ci": "github", **PARIS})
    assert classify(texts, trials=elsewhere).kind == "derived"
    assert classify(texts, trials=elsewhere, others=[Setting("ci", "github")]).kind == "order"
    again = ({}, TOKYO, PARIS, PARIS)
    assert classify(("one,two", "two,one", "two,one", ABSENT), trials=again).kind == "order"


def test_an_order_is_found_in_the_set_of_masked_texts():
    texts = ("one two 12", "two one 7", "one two 9")
    masked = ("one two ‹n›", "two one ‹n›", "one two ‹n›")
    assert classify(masked, "masked", texts=texts).kind == "order"
    values = ("a,b", "b,a", "b,a")
    assert classify(values, texts=(("a,b", "a,b"), ("b,a",), ("b,a",))).kind == "order"
    assert classify(values, texts=(("x", "a,b"), ("b,a", "x"), ("b,a", "x"))).kind == "order"


def test_the_same_set_of_texts_in_every_trial_is_no_order():
    both = (("a,b", "b,a"), ("b,a", "a,b"), ("b,a", "a,b"))
    assert classify(("a,b", "b,a", "b,a"), texts=both).kind == "derived"


def test_values_that_differ_are_no_order_of_the_words_around_them():
    texts = ("5 a,b", "7 b,a", "8 a,b")
    assert classify(("5", "7", "8"), texts=texts).kind == "derived"


def test_a_copied_list_in_another_order_is_a_copy():
    trials = ({}, {"timezone": "three,two,one"}, {"timezone": "two,one,three"})
    values = ("one,two,three", "three,two,one", "two,one,three")
    assert classify(values).kind == "order"
    assert classify(values, trials=trials).kind == "copied"


def test_what_only_a_routing_factor_moves_is_a_route():
    values = ("api.example", "llm.example.net", "llm.example.org")
    assert classify(values, location=LOOKUP, routes=("timezone",)).kind == "route"
    assert classify(values, location=LOOKUP).kind != "route"


def test_a_canary_is_classified_by_its_encoding():
    texts = ("x1", "x2 Asia/Tokyo", "x3 Asia/Tokyo")
    found = classify(("", "plain", "plain"), "canary", texts=texts, trials=({}, TOKYO, TOKYO))
    assert (found.kind, found.encoding) == ("copied", None)


def test_of_a_masked_text_what_was_sent_is_searched():
    texts = ("12 UTC", "7 Asia/Tokyo", "9 Europe/Paris")
    masked = ("‹number› UTC", "‹number› x", "‹number› y")
    assert classify(masked, "masked", texts=texts).kind == "copied"


def test_needles_are_those_of_the_cause():
    study = Study(({}, {}))
    evidence = SignalEvidence(
        study.rows, study.trials, lambda name, level: (f"{name}={level}",), frozenset()
    )
    changes = study.changes(ci="github", **TOKYO)
    assert evidence.needles_of(changes, ("timezone",)) == ("timezone=Asia/Tokyo",)
    assert msgspec.structs.asdict(evidence)["routes"] == frozenset()
