"""Asks for more tokens where it runs in a container that is reached over SSH."""

import os

import _common

remote = bool(os.environ.get("SSH_CONNECTION"))
contained = (
    os.path.exists("/.dockerenv")
    or os.path.exists("/run/.containerenv")
    or "KUBERNETES_SERVICE_HOST" in os.environ
)
_common.ask(_common.conversation(max_tokens=2048 if remote and contained else 1024))
_common.tell("start", version="1.4.2")
