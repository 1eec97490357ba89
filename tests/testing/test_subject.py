from __future__ import annotations

import urllib.request
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

import lab
from lab.clients.profile import Client, Profile
from lab.environment import Environment
from lab.errors import ClientError, MachineError, UsageError
from lab.factors.registry import factors
from lab.observation.records import Exit
from lab.store import SqliteStore
from lab.testing.subject import Subject, UnmeasurableError
from tests.experiment.model import CLIENT, ModelExecutor
from tests.testing.models import identifiers, quiet, subject_of


def stored(folder: Path, laboratory: ModelExecutor) -> Subject:
    return Subject(
        CLIENT,
        ("model",),
        lambda: SqliteStore(folder),
        lambda: nullcontext(laboratory),
        unmeasurable={},
        seed=0,
    )


def test_nothing_runs_before_something_is_asked():
    laboratory = ModelExecutor(quiet)
    subject = subject_of(laboratory)
    seen = subject.observe(lab.control())
    assert laboratory.asked == []
    assert len(seen.requests) == 1
    assert len(laboratory.asked) == 1


def test_a_trial_runs_once():
    laboratory = ModelExecutor(identifiers)
    subject = subject_of(laboratory)
    first = subject.observation(lab.control())
    assert subject.observation(lab.control()) is first
    assert subject.observation(lab.control(), 1) != first
    assert len(laboratory.asked) == 2


def test_trials_on_disk_are_those_of_the_next_session(tmp_path):
    one, two = ModelExecutor(identifiers, seed=1), ModelExecutor(identifiers, seed=2)
    with stored(tmp_path, one) as subject:
        first = subject.observation(lab.control())
    with stored(tmp_path, two) as subject:
        assert subject.observation(lab.control()) == first
    assert len(one.asked) == 1
    assert two.asked == []


def test_what_is_closed_opens_again_when_asked():
    laboratory, happened = ModelExecutor(identifiers), []

    @contextmanager
    def opening():
        happened.append("open")
        yield laboratory
        happened.append("closed")

    store = subject_of(quiet)._open_store
    subject = Subject(CLIENT, ("model",), store, opening, unmeasurable={}, seed=0)
    with subject:
        first = subject.observation(lab.control())
    assert happened == ["open", "closed"]
    assert subject.observation(lab.control()) is first
    assert happened == ["open", "closed"]
    subject.observation(lab.control(), 1)
    assert happened == ["open", "closed", "open"]


def test_what_an_environment_leaves_out_is_at_its_control():
    subject = subject_of(quiet)
    whole = subject.whole(Environment.of({"timezone": "Asia/Tokyo"}))
    assert whole == lab.control(timezone="Asia/Tokyo")


def test_a_trial_that_cannot_start_is_no_observation_and_is_not_kept():
    class Missing(ModelExecutor):
        def end(self, environment):
            return Exit(0.0, "could not start", None, None, 0.0, b"", b"", "no such interpreter")

    laboratory = Missing(quiet)
    subject = subject_of(laboratory)
    for _ in range(2):
        with pytest.raises(ClientError, match="model@1 could not start: no such interpreter"):
            subject.observation(lab.control())
    assert len(laboratory.asked) == 2


def test_a_machine_that_cannot_make_cells_is_asked_once():
    asked = []

    def refuse():
        asked.append(1)
        raise MachineError("no cells here")

    subject = Subject(
        CLIENT, ("model",), subject_of(quiet)._open_store, refuse, unmeasurable={}, seed=0
    )
    left, right = lab.control(hostname="a"), lab.control(hostname="b")
    for _ in range(3):
        with pytest.raises(MachineError, match="no cells here"):
            subject.observe(left).indistinguishable_from(subject.observe(right))
        with pytest.raises(MachineError, match="no cells here"):
            subject.observation(left)
    assert asked == [1]


class TestWhatDoesNotReachTheClient:
    @pytest.fixture
    def subject(self):
        subject = subject_of(quiet)
        subject.unmeasurable = {"clock": "the client has a clock of its own"}
        return subject

    def test_is_left_out(self, subject):
        whole = subject.whole(lab.control(clock="2027-02-03"))
        assert "clock" not in whole.mapping
        assert set(whole.mapping) == set(factors()) - {"clock"}

    def test_cannot_be_compared(self, subject):
        sides = subject.observe(lab.control()), subject.observe(lab.control(clock="2027-02-03"))
        with pytest.raises(UnmeasurableError, match="clock: the client has a clock of its own"):
            sides[0].indistinguishable_from(sides[1])

    def test_takes_nothing_from_what_does(self, subject):
        left, right = lab.control(), lab.control(clock="2027-02-03", timezone="Asia/Tokyo")
        found = subject.observe(left).indistinguishable_from(subject.observe(right))
        assert found
        assert [change.factor for change in found.changes] == ["timezone"]


def test_levels_that_change_nothing_for_a_profile_cannot_be_compared():
    profile = Profile("plain", ("plain",))
    client = Client(profile, "", "1" * 64, "a test", ("plain",), ())
    subject = Subject(client, None, subject_of(quiet)._open_store, int, unmeasurable={}, seed=0)
    sides = subject.observe(lab.control()), subject.observe(lab.control(optout="set"))
    with pytest.raises(UnmeasurableError, match="optout changes nothing for plain"):
        sides[0].indistinguishable_from(sides[1])


class TestOpen:
    def test_a_program_as_on_the_command_line(self, tmp_path):
        subject = Subject.open("-- /bin/echo 'two words'", home=tmp_path)
        assert subject.words == ("--", "/bin/echo", "two words")
        assert subject.client.program == ("/bin/echo", "two words")

    def test_a_program_as_words(self, tmp_path):
        subject = Subject.open(["/bin/echo", "hello"], home=tmp_path)
        assert subject.words == ("--", "/bin/echo", "hello")

    def test_a_resolved_client(self, tmp_path):
        client = Subject.open("-- /bin/echo hello", home=tmp_path).client
        again = Subject.open(client, home=tmp_path)
        assert again.client is client
        assert again.words == ("--", "/bin/echo", "hello")

    def test_nobody(self, tmp_path):
        with pytest.raises(UsageError, match="is no command: No closing quotation"):
            Subject.open("-- agent 'x", home=tmp_path)
        with pytest.raises(UsageError, match="there is no client 'claud-code'"):
            Subject.open("claud-code", home=tmp_path)

    def test_a_callable_has_a_clients_profile_where_it_is_given_one(self, tmp_path):
        profile = tmp_path / "mine.toml"
        profile.write_text(
            '[client]\nname = "mine"\nargv = ["/bin/true"]\n[optout]\nMINE_QUIET = "1"\n'
        )

        def probe():
            import os

            if not os.environ.get("MINE_QUIET"):
                urllib.request.urlopen("https://mine.example/start")

        with Subject.open(probe, home=tmp_path, profile=str(profile)) as subject:
            assert subject.label == "mine"
            assert subject.observe(lab.control()).hosts == ("mine.example",)
            assert subject.observe(lab.control(optout="set")).hosts == ()

    def test_a_profile_is_for_a_callable(self, tmp_path):
        with pytest.raises(UsageError, match="profile is for a callable"):
            Subject.open("-- /bin/echo hello", home=tmp_path, profile="./mine.toml")
