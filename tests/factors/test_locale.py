"""The variables of a locale, together and separately, and what must exist for them."""

from __future__ import annotations

import pytest

from lab.factors.host_spec import BARE
from lab.factors.locale import FACTOR, list_locales

VARIABLES = ("LANG", "LC_ALL", "LANGUAGE")


@pytest.mark.parametrize(
    ("level", "values", "needed"),
    [
        ("C.UTF-8", ("C.UTF-8", None, None), ()),
        ("unset", (None, None, None), ()),
        ("C", ("C", "C", None), ()),
        ("de_DE.UTF-8", ("de_DE.UTF-8", "de_DE.UTF-8", "de_DE:de"), ("de_DE.UTF-8",)),
        ("LANG=de_DE.UTF-8", ("de_DE.UTF-8", None, None), ("de_DE.UTF-8",)),
        ("LC_ALL=de_DE.UTF-8", ("C.UTF-8", "de_DE.UTF-8", None), ("de_DE.UTF-8",)),
        ("LANGUAGE=de_AT:de", ("C.UTF-8", None, "de_AT:de"), ()),
    ],
)
def test_a_level_in_the_variables(level: str, values: tuple[str | None, ...], needed):
    made = FACTOR.realise(FACTOR.parse(level), BARE.with_variables(LC_ALL="xx", LANGUAGE="xx"))
    assert tuple(map(made.variables.get, VARIABLES)) == values
    assert made.locales == ("C.UTF-8", *needed)


def test_spellings_of_the_code_set_are_one():
    assert FACTOR.parse("de_DE.utf8") == FACTOR.parse("de_DE.UTF8") == "de_DE.UTF-8"
    assert FACTOR.parse("LANG=C.utf8") == "C.UTF-8"


@pytest.mark.parametrize(
    "level", ["", "de", "de_DE", "xx_XX.UTF-8", "LC_TIME=C", "LANGUAGE=", "LANGUAGE=German"]
)
def test_what_is_no_locale_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_the_locales_are_many_and_sorted():
    assert len(list_locales()) > 250
    assert list(list_locales()) == sorted(list_locales())
    assert set(FACTOR.levels) - {"unset"} <= set(list_locales())
