"""Trials that questions and processes share: found again, never run twice, never confirming."""

import os
import subprocess
import sys
from itertools import islice

from lab.experiment.trials.planned import decode_replicate, encode_replicate
from lab.factors.strategies import control
from lab.pytest_plugin.shared_trials import Claims, SharedRunner, SharedStore
from lab.store import SqliteStore
from tests.experiment.model import CLIENT, ModelExecutor, request

DIGEST = CLIENT.digest
CONFIRMATION = 1000
"""The replicate number of the first trial that is run to confirm."""


def says_ok(levels, chance):
    return [request({"ok": levels["timezone"]})]


def trials(*numbers):
    environment = control()
    return [(decode_replicate(environment, number), environment) for number in numbers]


def run(laboratory, store, wanted):
    """Run and store, as an audit does; which trials came."""
    came = []
    for label, measured in laboratory.measure_all(wanted):
        store.put(
            DIGEST,
            label.environment,
            encode_replicate(label),
            phase="screen",
            observation=measured.observation,
            overhead_s=0.0,
        )
        came.append(encode_replicate(label))
    return came


def test_one_question_finds_the_trials_of_another_but_none_that_confirms(tmp_path):
    environment = control()
    with SqliteStore(tmp_path / "all") as session, SharedStore(tmp_path / "one", session) as one:
        run(ModelExecutor(says_ok), one, trials(0, CONFIRMATION))
        with SharedStore(tmp_path / "two", session) as two:
            assert two.get(DIGEST, environment, 0) is not None
            assert two.get(DIGEST, environment, 1) is None
            assert two.get(DIGEST, environment, CONFIRMATION) is None
        with SqliteStore(tmp_path / "two") as alone:
            found = alone.get(DIGEST, environment, 0)
            assert alone.observation(found) == one.observation(one.get(DIGEST, environment, 0))
        assert one.get(DIGEST, environment, CONFIRMATION) is not None
        assert session.get(DIGEST, environment, CONFIRMATION) is None


def hold(file, name):
    """Another process that holds a name until its input ends."""
    code = (
        "import sys; from pathlib import Path; from lab.pytest_plugin.shared_trials import Claims; "
        "claims = Claims(Path(sys.argv[1])); print(claims.try_claim(sys.argv[2]), flush=True); "
        "sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(file), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "True\n"
    return other


def test_what_another_process_holds_cannot_be_taken_until_it_ends(tmp_path):
    claims = Claims(tmp_path / "claims")
    with hold(tmp_path / "claims", "a") as other:
        assert not claims.try_claim("a")
        assert claims.try_claim("b")
        other.kill()
    assert claims.try_claim("a")
    claims.release("a")
    claims.close()


def test_what_another_process_runs_is_put_aside_and_taken_from_it(tmp_path):
    claims = Claims(tmp_path / "claims")
    environment = control()
    laboratory = ModelExecutor(says_ok)
    with SqliteStore(tmp_path / "all") as session, SharedStore(tmp_path / "one", session) as one:
        sharing = SharedRunner(laboratory, DIGEST, session, claims)
        with hold(tmp_path / "claims", f"trial {environment.digest} 1") as other:
            came = sharing.measure_all(trials(0, 1, 2))
            first = list(islice(came, 2))
            assert [encode_replicate(label) for label, _ in first] == [0, 2]
            for label, measured in first:
                one.put(
                    DIGEST,
                    environment,
                    encode_replicate(label),
                    phase="screen",
                    observation=measured.observation,
                    overhead_s=0.0,
                )
            # The other one finishes, and says so to the session.
            session.put(
                DIGEST,
                environment,
                1,
                phase="screen",
                observation=first[0][1].observation,
                overhead_s=0.0,
            )
            other.kill()
            other.wait()
            assert [encode_replicate(label) for label, _ in came] == [1]
        assert [encode_replicate(label) for label in laboratory.asked] == [0, 2]
        assert run(sharing, one, trials(0, 1, 2, CONFIRMATION)) == [CONFIRMATION, 0, 1, 2]
        assert [encode_replicate(label) for label in laboratory.asked] == [0, 2, CONFIRMATION]
    claims.close()


def test_what_a_stopped_audit_held_is_free_again(tmp_path):
    claims = Claims(tmp_path / "claims")
    with SqliteStore(tmp_path / "all") as session:
        sharing = SharedRunner(ModelExecutor(says_ok), DIGEST, session, claims)
        came = sharing.measure_all(trials(0, 1))
        next(came)
        came.close()
        with hold(tmp_path / "claims", f"trial {control().digest} 0") as other:
            other.kill()
    claims.close()
