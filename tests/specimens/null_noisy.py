"""Reads nothing of its surroundings, and hardly two runs look alike.

Random: ids, counts, order, times, which events are there (one of them in a fifth of the
runs), headers and their order, lines of the prompt, retries, parts of paths and of host
names, the compression, and which of several connections comes first.
"""

import gzip
import json
import random
import socket
import threading
import time

import _common

dice = random.SystemRandom()

HINTS = (
    "Prefer small changes.",
    "Explain what you did in one sentence.",
    "Do not touch generated files.",
    "Run the tests before you answer.",
    "Ask when something is unclear.",
)
EVENTS = ("start", "config_loaded", "tools_ready", "prompt_sent", "cache", "render", "idle")


def event(name):
    properties = {
        "duration_ms": dice.uniform(0.1, 900.0),
        "count": dice.randrange(50),
        "ok": dice.random() < 0.9,
        "trace": f"{_common.token(16)}-{_common.token(8)}",
        "samples": [dice.randrange(1000) for _ in range(dice.randrange(6))],
    }
    if dice.random() < 0.5:
        properties["parent"] = _common.uuid()
    keys = list(properties)
    dice.shuffle(keys)
    return {
        "name": name,
        "id": _common.uuid(),
        "at": _common.milliseconds() - dice.randrange(5000),
        "properties": {key: properties[key] for key in keys},
    }


def model_request(turn):
    lines = [_common.PROMPT, *dice.sample(HINTS, dice.randrange(len(HINTS)))]
    lines.append(f"Scratch folder: /tmp/agent-{_common.token(5)}/{dice.randrange(10_000)}")
    document = _common.conversation(text="\n".join(lines))
    document["metadata"]["attempt"] = turn
    document["metadata"]["elapsed"] = round(time.perf_counter() % 10, dice.randrange(2, 7))
    headers = _common.standard_headers()
    headers.append(("X-Trace", f"00-{_common.token(16)}-{_common.token(8)}-01"))
    headers.append(("X-Retry-Count", str(turn)))
    if dice.random() < 0.5:
        headers.append(("X-Sampled", str(dice.randrange(2))))
    dice.shuffle(headers)
    _common.ask(document, headers=headers)


def telemetry():
    names = dice.sample(EVENTS, dice.randrange(1, len(EVENTS)))
    if dice.random() < 0.2:
        names.append("rare_sample")
    batches = dice.randrange(1, 4)
    for number in range(batches):
        document = {"batch": _common.token(6), "events": [event(n) for n in names[number::batches]]}
        body = json.dumps(document).encode()
        headers = [("User-Agent", "specimen-agent/1.4.2"), ("Content-Type", "application/json")]
        if dice.random() < 0.5:
            body = gzip.compress(body)
            headers.append(("Content-Encoding", "gzip"))
        path = f"/v1/events/{_common.token(4)}/{dice.randrange(1, 9)}"
        _common.exchange("POST", _common.TELEMETRY + path, headers, body)


def blobs():
    for _ in range(dice.randrange(3)):
        host = f"{_common.token(4)}.edge.specimen.example"
        socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    query = f"?v={dice.randrange(10**9)}&r={_common.uuid()}"
    _common.exchange("GET", "https://static.specimen.example/f/" + _common.token(10) + query)


def conversation():
    for turn in range(dice.randrange(1, 4)):
        model_request(turn)


jobs = [conversation, telemetry, blobs]
dice.shuffle(jobs)
threads = [threading.Thread(target=job) for job in jobs]
for thread in threads:
    thread.start()
    time.sleep(dice.uniform(0, 0.01))
for thread in threads:
    thread.join()
print(f"done in {time.perf_counter() % 10:.3f} s")
