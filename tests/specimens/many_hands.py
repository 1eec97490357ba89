"""An assistant with a cache, an installation id and much telemetry; says nothing of where it is."""

import hashlib
import json
import os
import random
import socket
import time

import _common

dice = random.SystemRandom()


def remembered_id():
    """The installation's id: random, and kept."""
    path = os.path.expanduser("~/.cache/specimen/id")
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        pass
    identity = _common.uuid()
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(identity)
    return identity


def survey():
    """Looks at everything, keeps it to itself."""
    seen = hashlib.sha256()
    for name, value in sorted(os.environ.items()):
        seen.update(f"{name}={value}".encode("utf-8", "surrogateescape"))
    seen.update(f"{_common.zone()} {_common.hostname()} {_common.login()} {os.getcwd()}".encode())
    for folder, _, names in os.walk(os.path.expanduser("~")):
        for name in names[:20]:
            seen.update(os.path.join(folder, name).encode("utf-8", "surrogateescape"))
    return seen.digest()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


identity = remembered_id()
survey()
for attempt in range(1 + (dice.random() < 0.2) + (dice.random() < 0.1)):
    document = _common.conversation()
    document["metadata"]["installation"] = identity
    document["metadata"]["scratch"] = f"/tmp/agent.{_common.token(4)}"
    if dice.random() < 0.3:
        document["temperature"] = dice.choice((0.2, 0.7, 1))
    headers = _common.standard_headers()
    headers.append(("X-Attempt", str(attempt)))
    _common.ask(document, headers=headers)

started = time.perf_counter()
names = ["start", "tools", "index", "render"]
dice.shuffle(names)
for name in names[: dice.randrange(2, 5)]:
    took = (time.perf_counter() - started) * 1000
    _common.tell(
        name,
        took_ms=round(took, 3),
        grade="slow" if took > 150 else "fast",
        port=free_port(),
        items=[dice.randrange(100) for _ in range(dice.randrange(4))],
    )
    time.sleep(dice.expovariate(100))
if dice.random() < 0.05:
    _common.exchange("GET", f"https://canary.specimen.example/v1/{_common.token(3)}")
if dice.random() < 0.5:
    body = json.dumps({"sampled": True, "n": int(dice.gauss(200, 60))}).encode()
    _common.exchange("POST", f"{_common.TELEMETRY}/v1/sampled", [("Content-Type", "application/json")], body)
