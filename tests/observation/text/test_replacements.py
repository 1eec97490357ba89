from lab.observation.text.replacements import Replacement, WindowExplanation, replace_words
from lab.observation.text.word_blocks import Word, split_reference, split_words

REFERENCE = split_reference("on Debian 12 under xterm now").words


def words(text):
    return split_words("- " + text).words[1:]


def window(states=1000):
    return WindowExplanation(REFERENCE, 1, 5, states)


def test_known_replacements_side_by_side_explain_a_text():
    explain = window()
    platform = Replacement(1, 3, words("Arch Linux n/a"))
    terminal = Replacement(4, 5, words("foo bar"))
    assert explain.explain(words("Arch Linux n/a under xterm"), [platform]) == [platform]
    assert explain.explain(words("Debian 12 under foo bar"), [terminal]) == [terminal]
    both = words("Arch Linux n/a under foo bar")
    assert explain.explain(both, [Replacement(1, 5, both)]) == [platform, terminal]


def test_words_stand_for_words_where_their_number_is_the_same():
    found = window().explain(
        words("Arch 13 under kitty"), [Replacement(1, 5, words("Arch 13 under kitty"))]
    )
    assert found == [
        Replacement(1, 2, words("Arch")),
        Replacement(2, 3, words("13")),
        Replacement(4, 5, words("kitty")),
    ]


def test_what_nothing_explains_is_a_replacement_of_its_own():
    own = Replacement(1, 5, words("a b"))
    assert window().explain(words("a b"), [own]) == [own]


def test_without_states_left_nothing_is_searched():
    explain = window(states=0)
    own = Replacement(1, 5, words("Arch 13 under kitty"))
    assert explain.explain(own.words, [own]) == [own]
    assert explain.states_left == 0


def test_the_first_word_of_a_text_takes_separators():
    assert replace_words(REFERENCE, 1, 2, split_words("x y").words).words == (
        Word(" ", "x"),
        Word(" ", "y"),
    )
