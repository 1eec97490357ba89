"""How commands are found, and their former names."""

import argparse
from types import SimpleNamespace

from lab.cli.commands import find_commands, find_deprecated_names


def test_every_module_with_a_name_is_a_command():
    commands = find_commands()
    assert {"audit", "check", "clients", "doctor", "run", "specimens"} <= set(commands)
    assert list(commands) == sorted(commands)
    assert all(name == command.NAME for name, command in commands.items())


def test_every_command_has_a_line_of_help_and_declares_its_arguments():
    for command in find_commands().values():
        assert command.HELP
        assert not command.HELP.endswith(".")
        assert "\n" not in command.HELP
        command.add_arguments(argparse.ArgumentParser())
        assert callable(command.run)


def test_former_names_lead_to_the_present_one():
    commands = {
        "new": SimpleNamespace(DEPRECATED_NAMES=("old", "older")),
        "other": SimpleNamespace(),
    }
    assert find_deprecated_names(commands) == {"old": "new", "older": "new"}
    assert find_deprecated_names(find_commands())["zoo"] == "specimens"
