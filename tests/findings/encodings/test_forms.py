import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.encodings.aho_corasick import bytes_to_text, text_to_bytes
from lab.findings.encodings.forms import build_forms, build_xor_form

needles = st.text(min_size=3, max_size=20)


@settings(deadline=None)
@given(needles)
def test_no_form_is_the_text_itself_or_another_form(needle):
    texts = [form.text for form in build_forms(needle)]
    assert bytes_to_text(text_to_bytes(needle)) not in texts
    assert len(set(texts)) == len(texts)
    assert all(len(text) >= 4 for text in texts)


@settings(deadline=None)
@given(needles)
def test_bits_are_no_more_than_a_character_can_hold(needle):
    assert all(0 < form.bits <= 8 * len(form.text) for form in build_forms(needle))


@pytest.mark.parametrize("size", range(4, 12))
@pytest.mark.parametrize(
    ("name", "encode", "unit"), [("base64", base64.b64encode, 3), ("base32", base64.b32encode, 5)]
)
def test_what_is_certain_is_there_whatever_stands_around(size, name, encode, unit):
    chance = random.Random(size)
    needle = "".join(chance.choice("abcxyz019-.") for _ in range(size))
    forms = [form for form in build_forms(needle) if form.encoding.partition(" at ")[0] == name]
    for before in range(2 * unit):
        for after in range(unit):
            data = chance.randbytes(before) + needle.encode() + chance.randbytes(after)
            text = encode(data).decode()
            skip = before % unit
            named = f"{name} at offset {skip}" if skip else name
            assert any(form.text in text for form in forms if form.encoding == named), named


def test_a_form_is_found_by_chance_as_often_as_its_bits_say():
    # Two bytes in hexadecimal: 16 bits.  A million places hold it about 15 times.
    form = next(form for form in build_forms("q~") if form.encoding == "hex")
    assert form.bits == 16
    noise = random.Random(4).randbytes(500_000).hex()
    expected = len(noise) * 2**-form.bits
    assert expected / 2 < noise.count(form.text) < expected * 2


@pytest.mark.parametrize(
    ("needle", "spelt"),
    [
        ("d8:9e:f3:6b:1f:a4", {"d89ef36b1fa4", "D8-9E-F3-6B-1F-A4", "D8:9E:F3:6B:1F:A4"}),
        ("4b8d6e12-93a5-4c07-8f1e-d05a7c2b6e94", {"4b8d6e1293a54c078f1ed05a7c2b6e94"}),
        ("4b8d6e1293a54c078f1ed05a7c2b6e94", {"4b8d6e12-93a5-4c07-8f1e-d05a7c2b6e94"}),
        ("build-box", set()),
    ],
)
def test_addresses_and_uuids_have_other_separators(needle, spelt):
    texts = {form.text for form in build_forms(needle) if form.encoding == "other separators"}
    assert spelt <= texts
    assert bool(spelt) == bool(texts)


def test_short_texts_have_no_xor_form():
    assert build_xor_form("short") is None
    form = build_xor_form("longer")
    assert form is not None
    assert form.text == bytes_to_text(bytes(a ^ b for a, b in zip(b"longe", b"onger", strict=True)))


def test_a_run_of_one_character_is_no_evidence():
    form = build_xor_form("aaaaaaaa")
    assert form is not None
    assert form.bits == 0
