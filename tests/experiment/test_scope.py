"""What an audit says it cannot try, and why."""

import pytest

from lab.clients.profile import Client, Profile
from lab.errors import UsageError
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.sandbox import measurable as module


def why_not(dynamic):
    client = Client(
        Profile("probe", ("/bin/true",)), "1.0", "0" * 64, "npm", (), (), dynamic=dynamic
    )
    made = build_scope(client, AuditOptions())
    return {each.what: each.why for each in made.not_measured}.get("factor clock")


@pytest.mark.parametrize("dynamic", [True, None])
def test_the_clock_is_tried_unless_it_surely_does_not_reach_the_client(dynamic):
    assert why_not(dynamic) is None


def test_a_static_client_keeps_its_clock():
    assert (
        why_not(False) == "the clock reaches programs that load glibc, which this client does not"
    )


def test_the_clock_is_not_tried_where_the_library_cannot_be_written(monkeypatch):
    monkeypatch.setattr(module, "is_clock_supported", lambda: False)
    assert "x86-64" in why_not(True)


def test_what_is_left_out_is_reported_when_nothing_is_left():
    client = Client(Profile("probe", ("/bin/true",)), "1.0", "0" * 64, "npm", (), (), dynamic=False)
    with pytest.raises(UsageError, match="factor clock: the clock reaches programs"):
        build_scope(client, AuditOptions(factors=("clock",)))


def test_an_environment_names_no_level_that_is_not_real():
    client = Client(Profile("probe", ("/bin/true",)), "1.0", "0" * 64, "npm", (), (), dynamic=False)
    assert "clock" not in build_scope(client, AuditOptions()).levels
