"""Two copies with different causes in one line of the prompt."""

import _common

line = f"Running on {_common.hostname()} in {_common.zone()} with 3 tools."
_common.ask(_common.conversation(system=f"{_common.SYSTEM}\n{line}"))
