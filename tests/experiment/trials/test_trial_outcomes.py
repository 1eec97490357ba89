"""Which trials count, and whether any do: what is said of clients that fail in each way."""

from __future__ import annotations

import msgspec

from lab.clients.profile import Expectations, ProviderSettings
from lab.environment import Environment
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.trial_outcomes import INCOMPLETE, Defect, TrialOutcomes
from lab.observation.records import DnsQuery, Exit, Observation, TlsFailure
from tests.experiment.model import CLIENT, HOST, request

CONTROL = Environment.of({"ci": "none", "user": "dev"})
OTHER = CONTROL.but({"user": "eve"})
PROVIDER = (request({}),)
NAME = DnsQuery(0.0, "a.example", "A", "udp", "198.51.100.53")


def end(code=0, verdict="finished", stderr=b""):
    return Exit(0.1, verdict, code, None, 0.1, b"", stderr)


def outcomes(*trials, **expects):
    """Trials as ``(environment, events, end)``."""
    profile = msgspec.structs.replace(
        CLIENT.profile, provider=ProviderSettings(host=HOST), expects=Expectations(**expects)
    )
    found = TrialOutcomes(msgspec.structs.replace(CLIENT, profile=profile), CONTROL)
    for number, (environment, events, how) in enumerate(trials):
        found.record(PlannedTrial(environment, number), Observation(tuple(events), how))
    return found


def test_a_client_that_works_is_measured():
    assert (
        outcomes((CONTROL, PROVIDER, end()), (OTHER, PROVIDER, end())).explain_unmeasured() is None
    )


def test_a_trial_that_was_not_recorded_as_a_whole_does_not_count():
    found = outcomes((CONTROL, PROVIDER, end()))
    part = PlannedTrial(OTHER, 1)
    found.record(part, Observation(PROVIDER, end(), ("unread",)))
    assert found.find_defects() == {part: Defect((INCOMPLETE,))}
    assert found.explain_unmeasured() is None


def test_a_client_that_is_never_recorded_as_a_whole_is_not_measured():
    found = outcomes()
    for number in range(3):
        found.record(PlannedTrial(CONTROL, number), Observation(PROVIDER, end(), ("connections",)))
    assert len(found.find_defects()) == 3
    assert "could not record everything" in (found.explain_unmeasured() or "")


def test_a_client_that_sends_nothing_is_not_measured_even_if_it_succeeds():
    found = outcomes((CONTROL, (), end()), (OTHER, (), end()), provider=False)
    assert found.explain_unmeasured() == "the client sent nothing in any of 2 trials"
    assert not found.has_failed_silently
    failing = outcomes((CONTROL, (), end(2, stderr=b"usage: agent")), provider=False)
    assert failing.explain_unmeasured() == (
        "the client sent nothing in any of 1 trials; it ended with exit code 2: 'usage: agent'"
    )
    assert failing.has_failed_silently


def test_a_client_that_sends_at_one_level_only_is_measured():
    found = outcomes((CONTROL, (), end()), (OTHER, (NAME,), end()), provider=False)
    assert found.explain_unmeasured() is None


def test_a_client_that_fails_in_every_trial_is_not_measured():
    trials = [(CONTROL, PROVIDER, end(1, stderr=b"boom\n"))] * 3
    assert outcomes(*trials).explain_unmeasured() == (
        "the client failed in every trial: it ended with exit code 1: 'boom'"
    )
    assert outcomes(*trials, (OTHER, PROVIDER, end())).explain_unmeasured() is None
    assert outcomes(*trials, exit_code=1).explain_unmeasured() is None
    hanging = outcomes((CONTROL, PROVIDER, end(None, "timed out")))
    assert "did not end by itself (timed out)" in (hanging.explain_unmeasured() or "")


def test_a_client_that_does_not_reach_its_provider_in_the_control_environment_is_not_measured():
    elsewhere = (request({}, host="telemetry.example"),)
    lacking = f"request to the provider ({HOST})"
    words = f"most runs of the client in the control environment have no {lacking}"
    found = outcomes((CONTROL, elsewhere, end()), (OTHER, PROVIDER, end()))
    assert found.explain_unmeasured() == words
    assert words in list(found.list_warnings(CONTROL))
    assert found.find_defects() == {}
    assert outcomes((CONTROL, elsewhere, end()), provider=False).explain_unmeasured() is None


def test_handshakes_that_all_failed_are_told_with_their_reason():
    failure = TlsFailure(0, 0.0, HOST, "TLSV1_ALERT_UNKNOWN_CA")
    found = outcomes((CONTROL, (failure,), end()))
    words = found.explain_unmeasured() or ""
    assert f"{HOST}: the client's alert: unknown ca" in words
    (warning,) = [line for line in found.list_warnings(CONTROL) if "handshake" in line]
    assert "[trust]" in warning


def test_a_trial_that_lacks_what_a_normal_run_has_is_defective_and_says_what():
    found = outcomes(
        (CONTROL, PROVIDER, end()), (CONTROL, PROVIDER, end()), (OTHER, (NAME,), end())
    )
    assert found.find_defects() == {
        PlannedTrial(OTHER, 2): Defect((f"request to the provider ({HOST})",))
    }


def test_a_client_that_chooses_another_host_for_its_model_is_compared():
    turn = {"messages": [{"role": "user", "content": "hi"}]}
    elsewhere = (request(turn, host="asia.model.example"),)
    found = outcomes((CONTROL, PROVIDER, end()), (OTHER, elsewhere, end()))
    assert found.find_defects() == {}
    only = outcomes((CONTROL, elsewhere, end()), (OTHER, elsewhere, end()))
    assert "no request to the provider" in (only.explain_unmeasured() or "")


def test_one_control_trial_of_many_that_lacks_it_is_defective_too():
    found = outcomes(*[(CONTROL, PROVIDER, end())] * 3, (CONTROL, (NAME,), end()))
    assert list(found.find_defects()) == [PlannedTrial(CONTROL, 3)]


def test_a_trial_that_did_not_finish_is_defective_unless_the_client_always_ends_so():
    late = end(None, "timed out")
    found = outcomes((CONTROL, PROVIDER, end()), (OTHER, PROVIDER, late))
    assert found.find_defects() == {PlannedTrial(OTHER, 1): Defect(())}
    assert outcomes((CONTROL, PROVIDER, late), (OTHER, PROVIDER, late)).find_defects() == {}
    silent = outcomes((CONTROL, PROVIDER, end()), (OTHER, (), late))
    assert silent.find_defects() == {PlannedTrial(OTHER, 1): Defect(())}
