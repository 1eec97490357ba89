import pytest

from lab.findings.covert.characters import is_bidirectional, is_invisible, is_mark


@pytest.mark.parametrize("character", "\u202e\u2066\u200e\u061c")
def test_direction(character):
    assert is_bidirectional(character)
    assert is_invisible(character)


@pytest.mark.parametrize("character", "'’ʼ`´\"-–/.,")
def test_marks(character):
    assert is_mark(character)
    assert not is_invisible(character)


@pytest.mark.parametrize("character", "a0 +<✅\u200b")
def test_what_is_no_mark(character):
    assert not is_mark(character)
    assert not is_bidirectional(character)
