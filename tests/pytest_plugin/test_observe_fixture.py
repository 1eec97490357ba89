"""What ``lab_observe`` takes for an observation, and what for none."""

import msgspec
import pytest

from lab.errors import ClientError
from lab.observation.records import Exit, Observation
from lab.pytest_plugin.observe_fixture import require_observed
from lab.testing.subject import UnmeasurableError
from tests.experiment.model import request

FINISHED = Exit(1.0, "finished", 0, None, 0.1, b"", b"")
FAILED = msgspec.structs.replace(FINISHED, code=3, stderr=b"usage\nno such proxy: \x1b[2J\n")
KILLED = msgspec.structs.replace(FINISHED, verdict="timed out", code=None)
SILENT = Observation((), FAILED)
SENT = Observation((request({"a": 1}),), FAILED)


@pytest.mark.parametrize(
    "runs",
    [
        [Observation((), FINISHED)],  # a client may well have nothing to say
        [SENT],
        [SILENT, SENT],
        [SILENT, Observation((), FINISHED)],
    ],
)
def test_a_client_that_sent_something_or_ended_well_was_observed(runs):
    require_observed("probe", runs)


def test_one_that_failed_each_time_before_it_sent_anything_was_not():
    with pytest.raises(UnmeasurableError, match="code 3 and sent nothing") as caught:
        require_observed("probe", [SILENT, SILENT])
    assert r"'no such proxy: \x1b[2J'" in str(caught.value)
    with pytest.raises(UnmeasurableError, match="timed out and sent nothing"):
        require_observed("probe", [Observation((), KILLED)])


def test_one_that_could_not_start_cannot_be_run():
    end = Exit(0.0, "could not start", None, None, 0.0, b"", b"", "Exec format error")
    with pytest.raises(ClientError, match="probe could not start: Exec format error"):
        require_observed("probe", [SENT, Observation((), end)])
