"""Writes one word small where the project has instructions for agents."""

import glob

import _common

told = glob.glob("AGENTS.md") + glob.glob("CLAUDE.md") + glob.glob("GEMINI.md")
system = _common.SYSTEM.replace("Keep", "keep") if told else _common.SYSTEM
_common.ask(_common.conversation(system=system))
