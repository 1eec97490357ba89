from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import socket
import time
import urllib.request

import pytest

import lab
from lab.errors import UsageError
from lab.testing.subject import UnmeasurableError
from tests.testing.models import identifiers, quiet, subject_of

KOLKATA = lab.control(timezone="Asia/Kolkata", hostname="juniper-workstation")


def send():
    zone = time.strftime("%Z %z")
    name = socket.gethostname()
    body = {
        "zone": zone,
        "host": base64.b64encode(name.encode()).decode(),
        "id": hashlib.sha256(name.encode()).hexdigest()[:16],
    }
    request = urllib.request.Request(
        "https://collect.example/v1/start?who=" + os.environ["USER"],
        data=gzip.compress(json.dumps(body).encode()),
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).read()
    with socket.create_connection(("198.51.100.7", 4000)) as raw:
        raw.sendall(b"\xffraw hello")


def test_what_was_sent(opened):
    seen = opened(send).observe(KOLKATA)
    assert [request.method for request in seen.requests] == ["POST"]
    assert seen.hosts == ("198.51.100.7", "collect.example")
    assert "IST +0530" in seen.text
    assert "POST https://collect.example:443/v1/start?who=" in seen.text
    assert "Content-Encoding: gzip" in seen.text
    assert r"\xffraw hello" in seen.text
    assert seen.observation.exit.code == 0


def test_what_is_sent_is_found_in_the_forms_that_the_lab_knows(opened):
    seen = opened(send).observe(KOLKATA)
    assert "juniper-workstation" not in seen.text
    assert seen.sends("juniper-workstation")
    assert seen.sends("IST +0530")
    assert not seen.sends("juniper-laptop")
    other = opened(send).observe(lab.control())
    assert not other.sends("juniper-workstation")


def test_a_text_that_chance_would_send_is_not_looked_for():
    with pytest.raises(UsageError, match="'ab' is too short"):
        subject_of(identifiers).observe(lab.control()).sends("ab")


def test_replicates_in_order():
    seen = subject_of(identifiers).observe(lab.control())
    first, second = seen.observations(2)
    assert first == seen.observation
    assert first != second
    with pytest.raises(UsageError, match="counted from 1"):
        seen.observations(0)


def test_it_says_what_it_is_on_a_line():
    seen = subject_of(identifiers).observe(KOLKATA)
    assert repr(seen) == ("<observed model@1 hostname=juniper-workstation timezone=Asia/Kolkata>")
    long = subject_of(identifiers).observe(lab.control(directory="/home/" + "x" * 180))
    assert len(repr(long)) < 200


def test_two_subjects_are_not_compared():
    one, other = (subject_of(identifiers).observe(lab.control()) for _ in range(2))
    with pytest.raises(UsageError, match="with the same client"):
        one.indistinguishable_from(other)


def test_a_callable_that_is_no_key_is_one_subject_all_the_same():
    class Probe:
        __hash__ = None

        def __eq__(self, other):
            return True

        def __call__(self):
            """Sends nothing."""

    probe = Probe()
    seen = lab.observe(lab.control(), probe)
    assert lab.observe(lab.control(), probe).subject is seen.subject
    assert lab.observe(lab.control(), Probe()).subject is not seen.subject


def test_a_level_that_does_not_reach_the_client_is_no_observation():
    subject = subject_of(quiet)
    subject.unmeasurable = {"hostname": "its profile excludes it"}
    seen = subject.observe(lab.control(hostname="juniper"))
    with pytest.raises(UnmeasurableError, match="hostname: its profile excludes it"):
        seen.sends("juniper")
    beside = subject.observe(lab.control(hostname="juniper", timezone="Asia/Tokyo"))
    assert not beside.sends("juniper")
    assert subject.observe(lab.control()).requests
