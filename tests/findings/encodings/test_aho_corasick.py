from hypothesis import given
from hypothesis import strategies as st

from lab.findings.encodings.aho_corasick import (
    Automaton,
    bytes_to_text,
    text_to_bytes,
    xor_differences,
)
from tests.calls import count_calls

words = st.lists(st.text("ab", min_size=1, max_size=4), max_size=8)


@given(words, st.text("abc", max_size=60))
def test_every_place_of_every_text_is_found(texts, searched):
    found = sorted(Automaton((text, number) for number, text in enumerate(texts)).find(searched))
    assert found == sorted(
        (place, number)
        for number, text in enumerate(texts)
        for place in range(len(searched))
        if searched.startswith(text, place)
    )


def test_nothing_is_found_where_nothing_is_looked_for():
    assert not list(Automaton[int]([]).find("abc"))
    assert not list(Automaton([("", 1)]).find("abc"))


@given(st.text(), st.text(min_size=1), st.text())
def test_a_text_is_found_among_its_bytes(before, text, after):
    searched = bytes_to_text(text_to_bytes(before + text + after))
    places = [
        place for place, _ in Automaton([(bytes_to_text(text_to_bytes(text)), None)]).find(searched)
    ]
    assert len(text_to_bytes(before)) in places
    assert len(places) >= (before + text + after).count(text)


@given(st.binary(), st.integers(0, 255))
def test_steps_are_the_same_under_every_key(data, key):
    assert xor_differences(bytes(byte ^ key for byte in data)) == xor_differences(data)
    assert len(xor_differences(data)) == max(0, len(data) - 1)


@given(st.binary(min_size=1), st.binary(min_size=1, max_size=8), st.binary())
def test_steps_of_a_part_stand_among_those_of_the_whole(before, part, after):
    assert xor_differences(part) in xor_differences(before + part + after)


def test_a_megabyte_is_searched_in_one_pass():
    automaton = Automaton((f"needle-{number:04}", number) for number in range(1000))
    searched = "needle haystack " * 65_536 + "needle-0777"
    assert [number for _, number in automaton.find(searched)] == [777]
    assert count_calls(lambda: list(automaton.find(searched))) < 20
