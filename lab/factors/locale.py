"""The locale: LANG, LC_ALL and LANGUAGE, together and separately.

A plain locale sets all three, as an image or a login profile does.  ``LANG=``, ``LC_ALL=`` and
``LANGUAGE=`` set one and leave the others at the control, which distinguishes what a client
reads.  Every locale named here exists inside the jail, because ``setlocale`` silently falls
back to C for one that does not.

The control is ``C.UTF-8``: no language and no country, but text works.

The named levels are the languages with most speakers that also differ in what affects
software, each in its most populous country: English, Chinese (no spaces between words), Hindi
(its own script, lakh grouping), Spanish, Arabic (right to left, its own digits); and Turkish for
its casing of i and its decimal comma.  ``unset`` is a machine without any setting.
"""

from __future__ import annotations

import locale
import re
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec
from lab.suggest import nearest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR", "list_locales"]

CONTROL = "C.UTF-8"

LEVELS = (
    "ar_EG.UTF-8",
    "en_US.UTF-8",
    "es_MX.UTF-8",
    "hi_IN.UTF-8",
    "tr_TR.UTF-8",
    "unset",
    "zh_CN.UTF-8",
)

_ALWAYS = ("C.UTF-8", "C", "POSIX")
"""Locales that exist everywhere without being compiled."""

# fmt: off
_X11_ONLY = frozenset((
    "ar_AA", "ee_EE", "en_BE", "en_DL", "en_EN", "en_ZS", "eo_EO", "eo_US", "eo_XX", "iw_IL",
    "no_NO", "ny_NO", "pap_AN", "pd_DE", "pd_US", "ph_PH", "pp_AN", "sd_PK", "sh_HR", "sl_CS",
    "sr_CS",
))
# fmt: on
"""Names that X11's list of aliases has and that glibc cannot compile."""

_LANGUAGES = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?(:[a-z]{2,3}(_[A-Z]{2})?)*")


@cache
def list_locales() -> tuple[str, ...]:
    """The locales that a level may name, in alphabetical order: language, country, UTF-8."""
    names = {alias.partition(".")[0] for alias in locale.locale_alias.values()}
    return tuple(
        f"{name}.UTF-8"
        for name in sorted(names - _X11_ONLY)
        if re.fullmatch(r"[a-z]{2,3}_[A-Z]{2}", name)
    )


def parse(level: str) -> str:
    """The canonical spelling: ``de_DE.utf8`` is ``de_DE.UTF-8``.

    Raises:
        ValueError: The locale cannot be compiled by glibc, or the form is unknown.
    """
    if level == "unset":
        return level
    form, separator, value = level.rpartition("=")
    if separator and form not in {"LANG", "LC_ALL", "LANGUAGE"}:
        raise ValueError(
            f"{form!r} is not a form of a locale; write LANG=…, LC_ALL=… or LANGUAGE=…"
        )
    if form == "LANGUAGE":
        if not _LANGUAGES.fullmatch(value):
            raise ValueError(f"LANGUAGE is a list such as de_AT:de, not {value!r}")
        return level
    value = re.sub(r"\.utf-?8$", ".UTF-8", value, flags=re.IGNORECASE)
    if value not in _ALWAYS and value not in list_locales():
        known = (*_ALWAYS, *list_locales())
        raise ValueError(f"{value!r} is not a locale of the lab; nearest: {nearest(value, known)}")
    if value == CONTROL and form == "LANG":
        return CONTROL
    return f"{form}{separator}{value}"


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set the variables, and list the locales that must exist."""
    form, _, value = level.rpartition("=")
    lang: str | None = CONTROL
    everything: str | None = None
    languages: str | None = None
    if level == "unset":
        lang = None
    elif form == "LANGUAGE":
        languages = value
    elif form == "LC_ALL":
        everything = value
    elif form == "LANG" or value == CONTROL:
        lang = value
    else:
        name, _, _ = value.partition(".")
        lang = everything = value
        if "_" in name:
            languages = f"{name}:{name.partition('_')[0]}"
    needed = dict.fromkeys(
        name for name in (CONTROL, lang, everything) if name not in (None, "C", "POSIX")
    )
    return msgspec.structs.replace(
        spec.with_variables(LANG=lang, LC_ALL=everything, LANGUAGE=languages),
        locales=tuple(name for name in needed if name is not None),
    )


def strategy() -> SearchStrategy[str]:
    """Any locale in any form; shrinks to a plain one early in the alphabet."""
    from hypothesis import strategies as st

    name = st.sampled_from((*_ALWAYS, *list_locales()))
    language = st.sampled_from(list_locales()).map(lambda text: text.partition("_")[0])
    return st.one_of(
        name,
        name.map("LANG={}".format),
        name.map("LC_ALL={}".format),
        language.map("LANGUAGE={}".format),
    ).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """The locale, without its code set, and as a BCP 47 tag."""
    value = level.rpartition("=")[2]
    if value == "unset":
        return ()
    name = value.partition(".")[0]
    return tuple(dict.fromkeys((value, name, name.replace("_", "-"))))


def all_levels() -> tuple[str, ...]:
    """Every locale that the jail can have, in all three variables, and none."""
    return (*_ALWAYS, "unset", *list_locales())


FACTOR = Factor(
    name="locale",
    summary="LANG, LC_ALL and LANGUAGE",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    every=all_levels,
)
