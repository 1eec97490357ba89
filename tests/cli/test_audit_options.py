"""The options of an audit: how they are parsed, and what is checked before anything runs.

How they reach the engine through a command is tested in ``test_audit.py``.
"""

import argparse
from pathlib import Path

import pytest

from lab.cli import audit_options
from lab.cli.audit_options import add_audit_options, run_audit
from lab.errors import MachineError, UsageError
from lab.experiment.options import AuditOptions


def parse(*words):
    parser = argparse.ArgumentParser()
    add_audit_options(parser)
    return audit_options.parse_options(parser.parse_args(words))


def test_the_defaults_are_those_of_the_engine():
    defaults = AuditOptions()
    options = parse("codex")
    for name in ("factors", "levels", "seed", "alpha", "strength", "jobs", "sweep", "search"):
        assert getattr(options, name) == getattr(defaults, name)
    assert options.home == Path(".lab")


def test_names_are_taken_once_and_in_their_order():
    assert parse("--factors", "user, ci,user,").factors == ("user", "ci")
    assert parse("--sweep", "timezone", "--sweep", "locale,timezone").sweep == (
        "timezone",
        "locale",
    )


def test_levels_are_collected_by_factor_in_canonical_spelling():
    words = ("--levels", "timezone=Asia/Tokyo,UTC", "--levels", "timezone=UTC,Asia/Seoul")
    assert parse(*words).levels == {"timezone": ("Asia/Tokyo", "UTC", "Asia/Seoul")}
    assert parse("--levels", r"directory=/srv/a\,b").levels == {"directory": ("/srv/a,b",)}


@pytest.mark.parametrize(
    ("option", "bounds"),
    [("--strength", (1, 3)), ("--jobs", (1, 64)), ("--max-trials", (1, 10**7)), ("--seed", (0, 9))],
)
def test_whole_numbers_have_bounds(option, bounds):
    least, most = bounds
    name = option.removeprefix("--").replace("-", "_")
    assert getattr(parse(option, str(least)), name) == least
    assert getattr(parse(option, str(most)), name) == most
    for text in (str(least - 1), "1.5", "many"):
        with pytest.raises(UsageError, match=f"{option} takes a whole number from {least}"):
            parse(f"{option}={text}")


@pytest.mark.parametrize("text", ["0", "1", "nan", "a"])
def test_alpha_is_a_probability(text):
    assert parse("--alpha", "0.01").alpha == 0.01
    with pytest.raises(UsageError, match="--alpha takes a probability"):
        parse("--alpha", text)


def test_words_are_for_searches_and_have_comments(tmp_path):
    file = tmp_path / "words"
    file.write_text("# ours\n relay \n\nrelay\nproxy\n")
    assert parse("--search", "endpoint", "--words", str(file)).words == ("relay", "proxy")
    with pytest.raises(UsageError, match="--words is for searches"):
        parse("--words", str(file))
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        parse("--search", "endpoint", "--words", str(file))


def test_nothing_is_resolved_on_a_machine_that_lacks_something(monkeypatch, tmp_path):
    def lack():
        raise MachineError("bubblewrap is missing")

    monkeypatch.setattr("lab.sandbox.requirements.require_all", lack)
    monkeypatch.setattr("lab.clients.resolve.resolve", lambda *words: pytest.fail("resolved"))
    parser = argparse.ArgumentParser()
    add_audit_options(parser)
    words = ["codex", "--home", str(tmp_path)]
    with pytest.raises(MachineError, match="bubblewrap is missing"):
        run_audit(parser.parse_args(words, argparse.Namespace(program=None)))
