import base64
import hashlib
import hmac
import random
import uuid

import pytest

from lab.findings.encodings.keyed_digests import find_keyed_digests, list_keys, may_hold_digest
from tests.calls import count_calls

TEXT = "build-box.example"
KEY = "9f1c27aa-6a34-4f0e-b7c1-0d8f6b1f8c11"


def mac(key, text, name="sha256"):
    return hmac.new(key, text, name).hexdigest()


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (mac(KEY.encode(), TEXT.encode()), "hmac sha256 keyed with a sent value"),
        (mac(KEY.encode(), TEXT.encode(), "md5"), "hmac md5 keyed with a sent value"),
        (mac(KEY.encode(), TEXT.encode())[:16], "hmac sha256[:16] keyed with a sent value"),
        (mac(uuid.UUID(KEY).bytes, TEXT.encode()), "hmac sha256 keyed with a sent value"),
        (mac(TEXT.encode(), KEY.encode()), "hmac sha256 as the key over a sent value"),
        (sha(KEY + TEXT), "sha256 salted with a sent value"),
        (sha(f"{TEXT}:{KEY}"), "sha256 salted with a sent value"),
        (sha(f"{KEY}|{TEXT}"), "sha256 salted with a sent value"),
        (sha(f"{KEY}-{TEXT}"), "sha256 salted with a sent value"),
        (sha(f"{TEXT}\0{KEY}"), "sha256 salted with a sent value"),
        (
            base64.b64encode(hmac.digest(KEY.encode(), TEXT.encode(), "sha1")).decode(),
            "hmac sha1 keyed with a sent value",
        ),
    ],
)
def test_what_is_hashed_with_a_value_that_is_sent(sent, name):
    texts = {0: f"id={sent};", 1: KEY, 2: "nothing"}
    assert find_keyed_digests(texts, list_keys(texts.values()), [TEXT]) == {0: name}
    assert find_keyed_digests(texts, list_keys(texts.values()), ["other-box.example"]) == {}


def test_not_with_a_key_that_is_not_sent():
    sent = mac(b"secret in the program", TEXT.encode())
    assert find_keyed_digests({0: sent, 1: KEY}, (KEY,), [TEXT]) == {}


def test_fifteen_digits_are_too_few():
    assert find_keyed_digests({0: mac(KEY.encode(), TEXT.encode())[:14]}, (KEY,), [TEXT]) == {}


def test_digits_that_only_count_are_no_digest():
    assert may_hold_digest(f"id={mac(KEY.encode(), TEXT.encode())}")
    assert not may_hold_digest("11 of 2026, /home/dev")
    assert not may_hold_digest("")


def test_a_key_beside_other_things_in_one_value():
    keys = list_keys([f"{KEY}.{mac(KEY.encode(), TEXT.encode())}", "dev:pass-word"])
    assert KEY in keys
    assert "pass-word" in keys


def test_identifiers_are_tried_before_what_is_sent_often():
    texts = ["application/json"] * 100 + [KEY]
    assert list_keys(texts, 1) == (KEY,)


def test_keys_are_values_and_their_words_the_most_frequent_first():
    assert list_keys(["session=abcd1234", "abcd1234", "no"])[0] == "abcd1234"
    assert "session" in list_keys(["session=abcd1234"])
    assert list_keys(["x" * 100_000, "ok"]) == ()
    assert len(list_keys(f"value-{number}" for number in range(10_000))) <= 64


def test_much_noise_is_bounded_and_holds_nothing():
    chance = random.Random(5)
    texts = {number: chance.randbytes(32).hex() for number in range(2_000)}
    needles = [TEXT, "build-box", "example.org"]
    found: list[dict[int, str]] = []
    assert (
        count_calls(
            lambda: found.append(find_keyed_digests(texts, list_keys(texts.values()), needles))
        )
        < 400_000
    )
    assert found == [{}]
