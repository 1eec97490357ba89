"""Ends with 3 instead of 0 where the language is not English."""

import sys

import _common

_common.ask()
sys.exit(0 if _common.speaks_english() else 3)
