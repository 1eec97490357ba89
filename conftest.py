"""Loads the lab's pytest plugin, for the scenarios and for its own tests."""

pytest_plugins = ["lab.plugin"]
