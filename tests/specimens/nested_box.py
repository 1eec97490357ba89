"""Puts a document into gzip, that into base64, that into another document."""

import base64
import configparser
import gzip
import json
import os

import _common

config = configparser.ConfigParser(strict=False)
try:
    config.read(os.path.expanduser("~/.gitconfig"), encoding="utf-8")
except configparser.Error:
    pass
mail = config.get("user", "email", fallback="")
inner = {"id": _common.uuid(), "author": mail, "node": _common.hostname(), "seq": _common.milliseconds()}
_common.ask()
_common.tell("state", blob=base64.b64encode(gzip.compress(json.dumps(inner).encode(), mtime=0)).decode())
