"""The options of an audit: their defaults, what they mean, and that nothing changes them."""

from __future__ import annotations

import argparse

import msgspec
import pytest

from lab.cli.audit_options import add_audit_options, parse_options
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from tests.experiment.model import CLIENT


def test_the_command_line_without_options_means_the_defaults():
    parser = argparse.ArgumentParser()
    add_audit_options(parser)
    options = parse_options(parser.parse_args(["model"]))
    assert msgspec.structs.replace(options, home=AuditOptions().home) == AuditOptions()


def test_an_audit_accepts_the_defaults():
    scope = build_scope(CLIENT, AuditOptions(factors=("ci",)))
    assert [(fact.name, fact.measured) for fact in scope.facts] == [("ci", True)]


def test_without_options_nothing_limits_an_audit_or_begins_an_exploration():
    options = AuditOptions()
    assert (options.max_trials, options.max_time, options.jobs, options.out) == (None,) * 4
    assert (options.sweep, options.search, options.words, options.levels) == ((), (), (), {})
    assert not options.resume


def test_options_do_not_change_during_an_audit():
    with pytest.raises(AttributeError):
        AuditOptions().seed = 1


def test_every_option_is_described():
    described = AuditOptions.__doc__ or ""
    for name in AuditOptions.__struct_fields__:
        assert f"\n        {name}: " in described
