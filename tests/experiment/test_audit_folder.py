"""Which folder an audit uses: its own, or that of the same audit; never that of another."""

from __future__ import annotations

import os

import msgspec
import pytest

from lab.errors import UsageError
from lab.experiment.audit_folder import choose_folder, identify_audit
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.store import SqliteStore
from tests.experiment.model import CLIENT

OPTIONS = AuditOptions(factors=("user", "ci"))


def begin(home, client=CLIENT, *, at=None, **changes):
    """Begin an audit as ``lab audit`` does, and return its folder; ``at`` is when."""
    options = msgspec.structs.replace(OPTIONS, home=home, **changes)
    scope = build_scope(client, options)
    folder = choose_folder(client, options, scope)
    with SqliteStore(folder) as store:
        for key, value in identify_audit(client, options, scope).items():
            store.bind_metadata(key, value)
    if at is not None:
        os.utime(folder / "trials.sqlite", (at, at))
    return folder


def test_the_newest_of_the_same_audit_goes_on_and_not_the_newest_of_all(tmp_path):
    older, same = begin(tmp_path, at=100), begin(tmp_path, at=200)
    begin(tmp_path, seed=1, at=300)
    begin(tmp_path, factors=("user",), at=400)
    assert older != same
    assert begin(tmp_path, resume=True) == same


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 1},
        {"factors": ("user",)},
        {"levels": {"user": ("zoe",)}},
        {"strength": 1},
        {"alpha": 0.01},
        {"search": ("user",)},
        {"sweep": ("timezone",), "factors": ("timezone", "ci")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_audit_with_other_options_is_not_resumed(tmp_path, changes):
    begin(tmp_path)
    with pytest.raises(
        UsageError, match=r"there is no such audit in .*; leave --resume out"
    ) as one:
        begin(tmp_path, resume=True, **changes)
    assert "\n" not in str(one.value)


def test_another_client_is_not_resumed(tmp_path):
    begin(tmp_path)
    with pytest.raises(UsageError, match="other files or another profile of the client"):
        begin(tmp_path, msgspec.structs.replace(CLIENT, digest="0" * 63 + "1"), resume=True)


def test_with_other_limits_the_same_audit_goes_on(tmp_path):
    folder = begin(tmp_path, max_trials=10)
    assert begin(tmp_path, max_trials=20, max_time=60.0, jobs=1, resume=True) == folder


def test_the_line_names_the_nearest_and_what_is_different(tmp_path):
    begin(tmp_path, seed=7)
    begin(tmp_path, seed=8, strength=1)
    with pytest.raises(UsageError, match=r"-seed7: seed 7, not 0\)") as error:
        begin(tmp_path, resume=True, levels={})
    assert "seed8" not in str(error.value)


def test_without_any_audit_none_is_resumed(tmp_path):
    with pytest.raises(UsageError, match="there is no such audit"):
        begin(tmp_path, resume=True)


def test_a_folder_of_another_audit_is_refused(tmp_path):
    out = tmp_path / "mine"
    begin(tmp_path, out=out)
    with pytest.raises(UsageError, match=r"holds another audit \(strength 2, not 3\)"):
        begin(tmp_path, out=out, resume=True, strength=3)
    assert begin(tmp_path, out=out, resume=True) == out


def test_an_audit_of_an_earlier_version_that_recorded_less_goes_on(tmp_path):
    scope = build_scope(CLIENT, OPTIONS)
    folder = choose_folder(CLIENT, msgspec.structs.replace(OPTIONS, home=tmp_path), scope)
    identity = identify_audit(CLIENT, OPTIONS, scope)
    with SqliteStore(folder) as store:
        for key in ("client", "seed", "lab"):
            store.bind_metadata(key, identity[key])
    options = msgspec.structs.replace(OPTIONS, home=tmp_path, resume=True)
    assert choose_folder(CLIENT, options, scope) == folder
    other = msgspec.structs.replace(options, factors=("user",))
    with pytest.raises(UsageError, match="other factors or levels"):
        choose_folder(CLIENT, other, build_scope(CLIENT, other))
