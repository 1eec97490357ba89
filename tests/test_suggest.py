from __future__ import annotations

from lab.suggest import nearest


def test_the_nearest_words_come_best_first():
    assert nearest("timezon", ["locale", "timezone", "time"]) == "timezone or time"
    assert nearest("abc", ["abcd", "abce", "abcf", "zzz"]).startswith("abcd, abce or abcf")


def test_letter_case_does_not_count():
    assert nearest("asia/tokyo", ["Asia/Tokyo", "Europe/Oslo"]).startswith("Asia/Tokyo")


def test_a_word_like_no_other_is_still_answered():
    assert nearest("?", ["one", "two"]) == "one or two"
    assert nearest("?", ["one"]) == "one"
    assert nearest("?", []) == ""
