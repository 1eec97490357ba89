"""Number and name of every code point.

Names are those of the Unicode Character Database.  It has only aliases for controls, and no
names for surrogates, private-use and unassigned code points; these are named by their class.
"""

from __future__ import annotations

import unicodedata

__all__ = ["describe_code_point"]

_CONTROLS = (
    "NULL",
    "START OF HEADING",
    "START OF TEXT",
    "END OF TEXT",
    "END OF TRANSMISSION",
    "ENQUIRY",
    "ACKNOWLEDGE",
    "ALERT",
    "BACKSPACE",
    "CHARACTER TABULATION",
    "LINE FEED",
    "LINE TABULATION",
    "FORM FEED",
    "CARRIAGE RETURN",
    "SHIFT OUT",
    "SHIFT IN",
    "DATA LINK ESCAPE",
    "DEVICE CONTROL ONE",
    "DEVICE CONTROL TWO",
    "DEVICE CONTROL THREE",
    "DEVICE CONTROL FOUR",
    "NEGATIVE ACKNOWLEDGE",
    "SYNCHRONOUS IDLE",
    "END OF TRANSMISSION BLOCK",
    "CANCEL",
    "END OF MEDIUM",
    "SUBSTITUTE",
    "ESCAPE",
    "INFORMATION SEPARATOR FOUR",
    "INFORMATION SEPARATOR THREE",
    "INFORMATION SEPARATOR TWO",
    "INFORMATION SEPARATOR ONE",
)
"""Names of U+0000 to U+001F, which the character database gives only as aliases."""

_UNNAMED = {
    "Cc": "CONTROL",
    "Cs": "SURROGATE",
    "Co": "PRIVATE USE",
    "Cn": "UNASSIGNED",
}


def describe_code_point(character: str) -> str:
    """``U+0027 APOSTROPHE``: number and name of one code point, for every code point."""
    return f"U+{ord(character):04X} {_name_code_point(character)}"


def _name_code_point(character: str) -> str:
    number = ord(character)
    if number < len(_CONTROLS):
        return _CONTROLS[number]
    if number == 0x7F:
        return "DELETE"
    if number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF:
        return "NONCHARACTER"
    return unicodedata.name(character, "") or _UNNAMED.get(
        unicodedata.category(character), "UNNAMED"
    )
