"""Puts two spaces instead of one behind a full stop where it runs in Docker or Podman."""

import os

import _common

contained = os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv")
system = _common.SYSTEM.replace(". ", ".  ") if contained else _common.SYSTEM
_common.ask(_common.conversation(system=system))
