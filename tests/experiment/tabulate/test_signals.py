"""From confirmed effects to signals: what each side of a pair shows, and of what kind it is."""

from __future__ import annotations

import random

from lab.observation.records import Request
from tests.experiment.model import Levels, only, request, run_audit


def says(text: str, chance: random.Random) -> list[Request]:
    return [request({"text": f"{text}\nThis is run {chance.randrange(3, 90)}."})]


def dots_when_both(levels: Levels, chance: random.Random) -> list[Request]:
    away = not levels["directory"].startswith("~") and levels["session"] in ("ssh", "tmux")
    dots = "\N{HORIZONTAL ELLIPSIS}" if away else "..."
    return says(f"Go on{dots} then stop.", chance)


def hyphens_in_one_or_two(levels: Levels, chance: random.Random) -> list[Request]:
    hyphen = "\N{NON-BREAKING HYPHEN}" if levels["locale"].startswith("hi") else "-"
    turns = 1 + (chance.random() < 0.3)
    return [request({"text": f"Be well{hyphen}read. Turn {turn}."}) for turn in range(turns)]


def tags_in_turn(levels: Levels, chance: random.Random) -> list[Request]:
    tags = "lib:x,ver:9" if levels["session"] == "plain" else "ver:9,lib:x"
    return [request({"text": f"start:1|c|#{tags},run:{chance.getrandbits(32):08x}"})]


def dots_in_a_token(levels: Levels, chance: random.Random) -> list[Request]:
    dots = "\N{HORIZONTAL ELLIPSIS}" if levels["session"] == "tmux" else "..."
    return [request({"text": f"start{dots}run:{chance.getrandbits(32):08x}"})]


def test_a_pair_has_the_values_of_replicates_of_its_sides_at_any_other_levels(tmp_path):
    factors = ("directory", "session", "hostname", "timezone")
    signal = only(run_audit(dots_when_both, tmp_path, factors=factors))
    assert signal.cause == ("directory", "session")
    assert signal.covert
    assert "..." in signal.pair.left_value


def test_a_mark_beside_numbers_that_vary_is_covert(tmp_path):
    signal = only(run_audit(hyphens_in_one_or_two, tmp_path, factors=("locale", "hostname")))
    assert (signal.cause, signal.kind, signal.covert) == (("locale",), "derived", True)


def test_pieces_in_another_order_are_an_order(tmp_path):
    signal = only(run_audit(tags_in_turn, tmp_path, factors=("session", "hostname")))
    assert (signal.cause, signal.kind, signal.covert) == (("session",), "order", True)


def test_that_a_covert_mark_changes_a_length_does_not_make_it_plain(tmp_path):
    signal = only(run_audit(dots_in_a_token, tmp_path, factors=("session", "hostname")))
    assert (signal.cause, signal.covert) == (("session",), True)
