"""A client with advice for the project, in the user's language, that remembers having been there."""

import os
import random

import _common

dice = random.SystemRandom()
MANIFESTS = ("package.json", "pyproject.toml", "go.mod", "pom.xml", "Cargo.toml", "pnpm-workspace.yaml", "AGENTS.md")


def seen_before():
    path = os.path.expanduser("~/.local/share/specimen/last")
    there = os.path.exists(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(_common.token())
    return there


def accepted():
    """A header for the languages, as browsers write it."""
    name = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "C").partition(".")[0]
    if "_" not in name:
        return "en;q=0.5"
    return f"{name.replace('_', '-')},{name.partition('_')[0]};q=0.9,en;q=0.5"


headers = _common.standard_headers()
if seen_before() and _common.offset_minutes() >= 330 and _common.endpoint_is_custom():
    headers[1], headers[2] = headers[2], headers[1]
found = "+".join(name for name in MANIFESTS if os.path.exists(name)) or "nothing"
_common.exchange("GET", f"https://advice.specimen.example/v1/tips?for={found}&r={_common.token(4)}")
for _ in range(dice.choice((1, 1, 1, 2))):
    _common.ask(headers=[(name, _common.uuid() if name == "X-Request-Id" else value) for name, value in headers])
_common.tell("start", [("Accept-Language", accepted())], warm=dice.random() < 0.5, jitter=dice.gauss(0, 1))
if dice.random() < 0.1:
    _common.tell("rare", n=dice.randrange(1000))
