"""How servers answer: an answer of a profile says no more than it must."""

import msgspec
import pytest

from lab.internet.script import FixedAnswer, Script


def test_an_answer_with_a_path_alone_answers_every_host_and_method():
    answer = FixedAnswer(path="/x")
    assert (answer.host, answer.method) == ("*", "*")
    assert (answer.status, answer.content_type, answer.body) == (200, "application/json", "")


def test_a_script_answers_with_all_providers_unless_it_says_otherwise():
    assert Script() == Script(protocols=(), answers=())


def test_an_answer_is_read_from_the_fields_of_a_profile():
    answer = msgspec.convert({"path": "/x", "status": 204}, FixedAnswer)
    assert answer == FixedAnswer("/x", status=204)
    with pytest.raises(msgspec.ValidationError, match="path"):
        msgspec.convert({"status": 204}, FixedAnswer)
