"""Sends one event in half of the runs and another one in a tenth, whatever surrounds it."""

import random

import _common

dice = random.SystemRandom()
_common.ask()
_common.tell("start", version="1.4.2")
if dice.random() < 0.5:
    _common.tell("sampled", version="1.4.2", rate=0.5)
if dice.random() < 0.1:
    _common.exchange("GET", "https://rare.specimen.example/v1/flags")
