"""Asks a laboratory for experiments, sometimes."""

import os
import random

import _common

dice = random.SystemRandom()
invited = bool(os.environ.get("CI") or os.environ.get("JENKINS_URL"))
_common.ask()
if invited and dice.random() < 0.4:
    _common.exchange("GET", f"https://labs.specimen.example/v1/trial?r={_common.token(4)}")
_common.tell("start", version="2.0.1")
if dice.random() < 0.3:
    _common.tell("sampled", depth=dice.randrange(8))
