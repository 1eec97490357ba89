"""An estimate in words: a guess is called a guess."""

from __future__ import annotations

from lab.clients.preview import ClientPreview
from lab.experiment.estimate import AuditEstimate
from lab.reports.text.estimate_phrases import describe_estimate
from tests.experiment.model import CLIENT

PHASES = {"calibrate": 9, "screen": 1100}


def words(recorded=0, *, limited=False, preview=None):
    estimate = AuditEstimate(PHASES, 1109, 90.0, 1.5, recorded, 2, limited)
    return describe_estimate(estimate, preview or ClientPreview(CLIENT, is_installed=True))


def test_trials_time_and_download():
    name, trials, time, download = words(12)
    assert name == CLIENT.label
    assert "about 1,109 (calibrate 9, screen 1,100);" in trials
    assert "1 min 30 s, 2 trials at a time, 1.5 s each (the mean of 12 recorded trials" in time
    assert download.endswith("nothing: the client is here")


def test_a_guess_and_a_limit_are_called_so():
    _, trials, time, _ = words(limited=True)
    assert "a limit ends it there" in trials
    assert "a guess: no trial of this client is recorded here" in time


def test_a_download_has_its_size_where_that_is_known():
    known = ClientPreview(CLIENT, is_installed=False, download_bytes=12_340_000)
    assert "at least 12.3 MB unpacked" in words(preview=known)[3]
    unknown = ClientPreview(CLIENT, is_installed=False)
    assert "not known beforehand" in words(preview=unknown)[3]
