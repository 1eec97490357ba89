"""Puts the login on one line of a prompt of a megabyte, as an agent that sends whole files."""

import _common

lines = [f"{number:06d}  value_{number * 7919 % 100_003} = read(table, {number})" for number in range(22_000)]
lines[14_321] = f"014321  owner = lookup('{_common.login()}')  # {_common.token(8)}"
_common.ask(_common.conversation(text="\n".join(lines)))
