from __future__ import annotations

from lab.suggest import find_similar, nearest, suggest


def test_the_nearest_words_come_best_first():
    assert nearest("timezon", ["locale", "timezone", "time"]) == "timezone or time"
    assert nearest("abc", ["abcd", "abce", "abcf", "zzz"]).startswith("abcd, abce or abcf")


def test_letter_case_does_not_count():
    assert nearest("asia/tokyo", ["Asia/Tokyo", "Europe/Oslo"]).startswith("Asia/Tokyo")


def test_a_word_like_no_other_is_still_answered():
    assert nearest("?", ["one", "two"]) == "one or two"
    assert nearest("?", ["one"]) == "one"
    assert nearest("?", []) == ""


def test_a_misspelling_gets_the_name_and_anything_else_gets_them_all():
    assert suggest("timezon", ["locale", "timezone"]) == "did you mean timezone?"
    assert suggest("tim", ["time", "times", "zone"], count=2) == "did you mean time or times?"
    assert suggest("xyz", ["a", "b", "c"]) == "there are a, b and c"


def test_similar_names_come_best_first_and_only_from_a_ratio_on():
    assert find_similar("promt", ["prompt", "project"]) == ["prompt", "project"]
    assert find_similar("promt", ["prompt", "project"], min_ratio=0.8) == ["prompt"]
    assert find_similar("promt", []) == []
