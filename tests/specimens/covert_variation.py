"""Puts a variation selector behind a letter where the machine is reached over SSH."""

import os

import _common

mark = "\N{VARIATION SELECTOR-15}" if os.environ.get("SSH_CONNECTION") else ""
_common.ask(_common.conversation(system=_common.SYSTEM.replace("careful", f"care{mark}ful")))
