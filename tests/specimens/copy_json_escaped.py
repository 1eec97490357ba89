"""Puts login and real name into a JSON document, and that as a string into the event's."""

import json
import os
import pwd

import _common

account = pwd.getpwuid(os.getuid())
_common.ask()
_common.tell("start", detail=json.dumps({"login": account.pw_name, "owner": account.pw_gecos}))
