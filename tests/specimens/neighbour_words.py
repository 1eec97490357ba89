"""Three inputs beside each other in one header, each of one to three words."""

import os
import platform

import _common

release = platform.freedesktop_os_release()
name = release["NAME"].replace(" GNU/Linux", "")
system = f"{name} {release.get('VERSION_ID', 'rolling of Linux')}"
terminal = os.environ.get("TERM_PROGRAM", "") or f"plain {os.environ.get('TERM', 'of none')}"
agent = f"specimen/1.0 {system} {terminal} {_common.login()} Linux/1.0"
headers = [
    (name, agent if name.lower() == "user-agent" else value)
    for name, value in _common.standard_headers()
]
_common.ask(headers=headers)
