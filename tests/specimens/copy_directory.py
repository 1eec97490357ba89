"""Copies the whole path of the working directory into the prompt."""

import os

import _common

_common.ask(_common.conversation(system=f"{_common.SYSTEM}\nWorking directory: {os.getcwd()}"))
