"""The kind of a signal, from the contrast that represents it."""

from __future__ import annotations

import msgspec
import pytest

from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.tabulate.pair_columns import contrast_columns
from lab.experiment.tabulate.signal_kind import SignalEvidence, classify_contrast
from lab.observation.location import Location
from tests.experiment.tabulate.build import BODY, Study

TOKYO, PARIS = {"timezone": "Asia/Tokyo"}, {"timezone": "Europe/Paris"}
LOOKUP = Location("dns", "api.example", part="query")


def classify(values, view="exact", location=BODY, texts=None, routes=(), trials=({}, TOKYO, PARIS)):
    sent = texts or [None if value == ABSENT else value for value in values]
    features = [{} if text is None else {location: (text,)} for text in sent]
    study = Study(*zip(trials, features, strict=True))
    effect = study.effect(Column(location, view, tuple(values)), levels=TOKYO)
    (lead,) = contrast_columns(effect, study.trials, study.rows)
    evidence = SignalEvidence(
        study.rows, study.trials, lambda _, level: (level,), frozenset(routes)
    )
    return classify_contrast(lead, frozenset(), evidence)


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
