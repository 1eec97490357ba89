"""Non-interference as a property: what Hypothesis makes of ``indistinguishable_from``."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import urllib.request
import uuid
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

import lab
from lab.testing import current_subject, failure_note
from tests.experiment.model import request
from tests.testing.models import subject_of

GATEWAY = "https://gateway.corp.example"
SEEDS = (1, 2, 3)
FEW = ["timezone", "endpoint", "hostname"]

_numbers = count()


def noisy(chance, **extra):
    """Identifiers, times, counters, jittering order, telemetry that is sampled; and ``extra``."""
    session = str(uuid.UUID(int=chance.getrandbits(128)))
    members = [("session", session), ("at", chance.random()), ("n", next(_numbers))]
    chance.shuffle(members)
    sent = [request(dict([*members, *extra.items()]), path=path) for path in ("/one", "/two")]
    chance.shuffle(sent)
    if chance.random() < 0.3:
        sent.append(request({"way": chance.choice("xyz")}, path="/sampled"))
    return sent


def ignoring(levels, chance):
    return noisy(chance)


def copying(levels, chance):
    return noisy(chance, zone=levels["timezone"])


def marking(levels, chance):
    custom = levels["endpoint"] not in ("unset", "official")
    marked = custom and "Asia/" in levels["timezone"]
    mark = "\N{RIGHT SINGLE QUOTATION MARK}" if marked else "'"
    return noisy(chance, text=f"Today{mark}s date")


def probe():
    """The same noise, from a callable in the twin, which ignores all that varies."""
    with urllib.request.urlopen("http://a.example/one", data=str(uuid.uuid4()).encode()) as answer:
        answer.read()
    if random.random() < 0.3:
        urllib.request.urlopen(f"http://telemetry.example/?at={time.time()}").close()


def property_of(subject, differing, number, *, examples=40, **chosen):
    """Runs the property a user would write, with this seed."""

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(pair=lab.environments(pairs_differing_in=differing, **chosen))
    def test(pair):
        with current_subject.use_subject(subject):
            assert lab.observe(pair.left).indistinguishable_from(lab.observe(pair.right))

    failure_note.begin_test()
    test()


@pytest.mark.parametrize("number", SEEDS)
def test_a_copy_is_found_in_noise(number):
    with pytest.raises(AssertionError):
        property_of(subject_of(copying), "timezone", number, factors=["timezone", "hostname"])
    story = failure_note.get_note()
    assert story is not None
    (varied,) = [line for line in story.splitlines() if line.startswith("  ") and " on the" in line]
    assert "UTC" in varied
    assert "on both sides" not in story
    assert "body /zone" in story


@pytest.mark.parametrize("number", SEEDS)
def test_a_mark_of_two_factors_together_is_found_by_either(number):
    subject = subject_of(marking)
    with pytest.raises(AssertionError):
        property_of(subject, "timezone", number, factors=["timezone"], fixed={"endpoint": GATEWAY})
    story = failure_note.get_note() or ""
    assert "COVERT  timezone" in story
    assert "U+2019 RIGHT SINGLE QUOTATION MARK" in story
    assert "  look-alike" in story
    assert f"  endpoint: {GATEWAY} on both sides" in story
    with pytest.raises(AssertionError):
        property_of(
            subject,
            "endpoint",
            number,
            factors=["endpoint"],
            fixed={"timezone": "Asia/Shanghai"},
        )
    assert "COVERT  endpoint" in (failure_note.get_note() or "")


@pytest.mark.parametrize("number", SEEDS)
def test_a_mark_of_two_factors_is_not_found_without_the_other(number):
    property_of(subject_of(marking), "timezone", number, factors=["timezone", "hostname"])
    assert failure_note.get_note() is None


@pytest.mark.parametrize("number", SEEDS)
def test_noise_alone_fails_in_no_example(number):
    subject = subject_of(ignoring)
    property_of(subject, "timezone", number, examples=100, factors=FEW)
    property_of(subject, ["hostname", "endpoint"], number, examples=30, factors=FEW)
    assert failure_note.get_note() is None


def test_noise_alone_fails_in_no_example_of_the_twin(opened):
    property_of(opened(probe), "timezone", 1, examples=40, factors=["timezone", "hostname"])
    assert failure_note.get_note() is None


TEST = """
import os, time, urllib.request
import lab
from hypothesis import given

def probe():
    mark = "\\N{RIGHT SINGLE QUOTATION MARK}" if time.strftime("%z") > "+01" else "'"
    urllib.request.urlopen("https://collect.example", data=f"Today{mark}s date".encode())

@given(pair=lab.environments(pairs_differing_in="timezone", factors=["timezone", "hostname"]))
def test_zone(pair):
    assert lab.observe(pair.left, probe).indistinguishable_from(lab.observe(pair.right, probe))
"""


def test_the_report_of_a_failing_test_has_the_pair_the_code_points_and_what_repeats_it(tmp_path):
    (tmp_path / "test_probe.py").write_text(TEST)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "lab.plugin", "--hypothesis-profile", "ci"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(lab.__file__).parent.parent), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "Flaky" not in ran.stdout
    assert "<distinguished by 1 difference, 1 covert: timezone UTC | " in ran.stdout
    _, _, section = ran.stdout.partition("- fingerprint lab -")
    assert "What probe sends distinguishes the two, by 1 difference:" in section
    assert "  timezone: UTC on the left, " in section
    assert "U+0027 APOSTROPHE → U+2019 RIGHT SINGLE QUOTATION MARK" in section
    assert "reproduce   lab.observe(lab.control(), probe).text" in section
