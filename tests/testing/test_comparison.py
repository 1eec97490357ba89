from __future__ import annotations

import json
import os
import time
import urllib.request
import uuid

import pytest

import lab
from lab.testing import failure_note
from tests.experiment.model import ModelExecutor, request
from tests.testing.models import identifiers, planted, quiet, subject_of

GATEWAY = "https://gateway.corp.example"


def marking():
    """Marks a date line where the endpoint is custom and the zone is China's."""
    base = os.environ.get("ANTHROPIC_BASE_URL")
    marked = base and time.strftime("%z") == "+0800"
    mark = "\N{RIGHT SINGLE QUOTATION MARK}" if marked else "'"
    body = {"text": f"Today{mark}s date", "session": str(uuid.uuid4())}
    url = (base or "https://api.anthropic.com") + "/v1/messages"
    urllib.request.urlopen(url, data=json.dumps(body, ensure_ascii=False).encode())


def compared(behaviour, left, right):
    subject = behaviour if isinstance(behaviour, lab.Subject) else subject_of(behaviour)
    return subject.observe(left).indistinguishable_from(subject.observe(right))


def test_what_cannot_be_distinguished_is_true_and_has_no_note():
    found = compared(identifiers, lab.control(), lab.control(timezone="Asia/Tokyo"))
    assert found
    assert found.signals == ()
    assert repr(found) == "<indistinguishable: timezone UTC | Asia/Tokyo>"
    assert str(found).startswith("Nothing that model@1 sends distinguishes the two (5 trials):")
    assert failure_note.get_note() is None


def test_one_environment_is_itself():
    found = compared(identifiers, lab.control(), lab.control())
    assert found
    assert found.trials == 0
    assert repr(found) == "<indistinguishable: one and the same environment>"


def test_what_can_be_distinguished_is_false_and_leaves_its_story(opened):
    subject = opened(marking)
    shared = {"endpoint": GATEWAY, "hostname": "juniper"}
    found = compared(
        subject, lab.control(**shared), lab.control(timezone="Asia/Shanghai", **shared)
    )
    assert failure_note.get_note() is None
    assert not found
    assert failure_note.get_note() == str(found)
    assert repr(found) == "<distinguished by 1 difference, 1 covert: timezone UTC | Asia/Shanghai>"
    lines = str(found).splitlines()
    assert lines[:4] == [
        "What marking sends distinguishes the two, by 1 difference:",
        "  timezone: UTC on the left, Asia/Shanghai on the right",
        f"  endpoint: {GATEWAY} on both sides",
        "  hostname: juniper on both sides",
    ]
    assert "   POST api.anthropic.com/v1/messages body /text" in lines
    assert "   timezone=Asia/Shanghai  Today’s date" in lines
    assert "   U+0027 APOSTROPHE → U+2019 RIGHT SINGLE QUOTATION MARK  look-alike" in lines
    assert "   confidence  p = 4.1e-05 corrected (4.1e-05 alone)" in str(found)
    assert lines[-1].startswith("reproduce   lab.observe(lab.control(endpoint='https://gateway")
    assert lines[-1].endswith("timezone='Asia/Shanghai'), marking).text")


def test_of_several_factors_the_sides_have_names(opened):
    right = lab.control(timezone="Asia/Shanghai", endpoint=GATEWAY)
    found = compared(opened(marking), lab.control(), right)
    assert not found
    lines = str(found).splitlines()
    assert lines[1:3] == [
        f"  endpoint: unset on the left, {GATEWAY} on the right",
        "  timezone: UTC on the left, Asia/Shanghai on the right",
    ]
    assert "1   COVERT  endpoint × timezone  derived" in lines
    assert "   right  Today’s date" in lines


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("codex",), "lab run codex --set"),
        (("--", "/bin/a b"), "lab run --set hostname=host-b -- '/bin/a b'"),
    ],
)
def test_a_client_is_repeated_on_the_command_line(words, command):
    subject = subject_of(planted(quiet, "field"))
    subject.words = words
    found = compared(subject, lab.control(hostname="host-a"), lab.control(hostname="host-b"))
    *_, first, second = str(found).splitlines()
    assert first.startswith("reproduce   lab run ")
    assert second.startswith("reproduce   " + command)


def test_the_same_question_has_the_same_answer():
    laboratory = ModelExecutor(planted(identifiers, "within"))
    subject = subject_of(laboratory)
    sides = lab.control(hostname="host-a"), lab.control(hostname="host-b")
    first = compared(subject, *sides)
    ran = len(laboratory.asked)
    assert compared(subject, *sides) == first
    assert len(laboratory.asked) == ran


def test_much_is_reported_in_few_lines():
    def behave(levels, chance):
        host = levels["hostname"]
        return [request({"host": host}, path=f"/{n}", host=f"h{n}.example") for n in range(30)]

    left = lab.control(hostname="host-a", directory="/home/dev/" + "x" * 150)
    found = compared(behave, left, left.but({"hostname": "host-b"}))
    assert len(found.signals) == 30
    assert len(repr(found)) < 200
    lines = str(found).splitlines()
    assert len(lines) < 70
    assert "   … and 14 more differences" in lines


def test_what_a_client_sends_cannot_touch_the_terminal():
    def behave(levels, chance):
        return [request({"host": f"\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE}{levels['hostname']}"})]

    found = compared(behave, lab.control(hostname="host-a"), lab.control(hostname="host-b"))
    assert "\x1b" not in str(found)
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in str(found)
    assert "host-b" in str(found)
