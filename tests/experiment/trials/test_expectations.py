"""What a normal run contains, by the profile, and what a trial lacks of it."""

from __future__ import annotations

import msgspec
import pytest

from lab.clients.profile import Expectations, Profile, ProviderSettings
from lab.environment import Environment
from lab.experiment.trials.expectations import NormalRun
from lab.internet.models.providers import list_protocols
from lab.observation.records import Exit, Observation
from tests.experiment.model import CLIENT, HOST, request

CONTROL = Environment.of({"endpoint": "unset", "proxy": "unset"})
TURN = {"messages": [{"role": "user", "content": "hi"}]}
RESULT = {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": "lab"}]}]}
PROVIDER = ProviderSettings(host=HOST, protocols=("anthropic-messages",))


def client(provider=PROVIDER, expects=Expectations()):  # noqa: B008
    profile = Profile("probe", ("probe",), provider=provider, expects=expects)
    return msgspec.structs.replace(CLIENT, profile=profile)


def missing(*requests, environment=CONTROL, code=0, provider=PROVIDER, **expects):
    end = Exit(0.1, "finished", code, None, 0.1, b"", b"")
    return NormalRun(client(provider, Expectations(**expects))).list_missing(
        environment, Observation(requests, end)
    )


def test_a_profile_with_a_provider_expects_a_request_to_the_model_there():
    assert missing(request(TURN)) == ()
    (words,) = missing(request({"event": "start"}, path="/telemetry"))
    assert words == f"request to the provider ({HOST})"
    assert missing(request(TURN, host="elsewhere.example")) == (words,)
    assert missing() == (words,)


def test_a_profile_can_say_that_it_expects_none_and_one_without_a_host_expects_none():
    seen = Observation((), Exit(0.1, "finished", 3, None, 0.1, b"", b""))
    for one in (client(ProviderSettings()), client(expects=Expectations(provider=False))):
        assert NormalRun(one).list_missing(CONTROL, seen) == ()


@pytest.mark.parametrize("url", ["https://api.openai.com", "http://203.0.113.10", "official"])
def test_the_expectation_follows_the_endpoint(url):
    environment = CONTROL.but({"endpoint": url})
    host = HOST if url == "official" else url.partition("://")[2]
    assert missing(request(TURN, host=host), environment=environment) == ()
    assert missing(request(TURN, host="elsewhere.example"), environment=environment) != ()


def test_a_request_to_the_model_at_another_host_may_be_accepted():
    end = Exit(0.1, "finished", 0, None, 0.1, b"", b"")
    seen = Observation((request(TURN, host="b.example"),), end)
    other = Observation((request({}, host="b.example"),), end)
    for provider in (PROVIDER, ProviderSettings(host=HOST)):
        run = NormalRun(client(provider))
        assert run.list_missing(CONTROL, seen) != ()
        assert run.list_missing(CONTROL, seen, anywhere=True) == ()
        assert run.list_missing(CONTROL, other, anywhere=True) != ()


def test_without_a_protocol_any_request_to_the_host_counts():
    bare = ProviderSettings(host=HOST)
    assert missing(request({}, path="/anything"), provider=bare) == ()
    assert missing(request({}, host="elsewhere.example"), provider=bare) != ()


def test_a_body_that_is_cut_off_counts_as_a_request_to_the_model():
    whole = request(TURN)
    cut = msgspec.structs.replace(whole, body=whole.body[:9])
    assert missing(cut) == ()
    assert missing(msgspec.structs.replace(cut, size=9)) != ()


def test_a_tool_result_an_exit_code_and_hosts_are_expected_where_the_profile_says_so():
    assert missing(request(TURN), code=3) == ()
    assert missing(request(TURN), tool_result=True) == ("tool result sent to the provider",)
    assert missing(request(RESULT), tool_result=True) == ()
    assert missing(request(TURN), code=3, exit_code=0) == ("exit code 0",)
    assert missing(request(TURN), code=3, exit_code=3) == ()
    other = request({}, host="Telemetry.example".lower())
    assert missing(request(TURN), other, hosts=("Telemetry.example",)) == ()
    assert missing(request(TURN), hosts=("a.example", HOST)) == ("contact with a.example",)


def test_every_protocol_can_be_expected():
    for name in list_protocols():
        provider = ProviderSettings(host=HOST, protocols=(name,))
        assert missing(request({"no": "turn"}), provider=provider) != ()
