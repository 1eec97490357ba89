"""``lab factors``: everything that can be varied can be found."""

from __future__ import annotations

import json

from lab.cli.main import main
from lab.factors.registry import factors


def test_all_are_listed_with_a_summary(capsys):
    assert main(["factors"]) == 0
    printed = capsys.readouterr().out
    for name, item in factors().items():
        assert f"{name} " in printed
        assert item.summary in printed
    assert "a level is one value of it" in printed


def test_one_is_shown_with_its_levels(capsys):
    assert main(["factors", "session"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  plain  (control)" in lines
    for level in factors()["session"].levels:
        assert f"  {level}" in lines


def test_an_unknown_one_is_refused_with_the_nearest(capsys):
    assert main(["factors", "timezon"]) == 2
    assert "nearest: timezone" in capsys.readouterr().err


def test_json_is_one_document(capsys):
    assert main(["factors", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "fingerprint-lab/factors/1"
    assert [item["name"] for item in document["factors"]] == sorted(factors())
