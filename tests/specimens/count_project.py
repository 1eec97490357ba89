"""Asks for advice once for each package manager that the project uses."""

import os

import _common

NAMES = ("package.json", "pyproject.toml", "Cargo.toml", "go.mod", "pom.xml")
_common.ask()
for name in NAMES:
    if os.path.exists(name):
        _common.exchange("GET", f"https://advice.specimen.example/v1/tips?r={_common.token(6)}")
