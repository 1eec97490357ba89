"""Joins an experiment in three of ten runs east of UTC, and in none elsewhere."""

import random

import _common

joins = _common.offset_minutes() > 0 and random.SystemRandom().random() < 0.3
_common.ask()
_common.tell("start", arm="b" if joins else "a")
