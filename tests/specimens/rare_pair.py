"""Says so where two late levels meet: started by an editor's extension, in the zone of Cairo."""

import os

import _common

extension = os.environ.get("VSCODE_CRASH_REPORTER_PROCESS_TYPE") == "extensionHost"
_common.ask()
_common.tell("start", panel="left" if extension and _common.zone() == "Africa/Cairo" else "right")
