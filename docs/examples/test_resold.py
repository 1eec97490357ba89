"""A probe that marks requests where an account is resold, and its contract."""

import json
import os
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import lab

ZONES = {"America/Sao_Paulo", "America/Manaus"}
OFFICIAL = "api.acme.example"


def probe():
    zone = os.environ.get("TZ") or Path("/etc/timezone").read_text().strip()
    host = urlsplit(os.environ.get("ACME_BASE_URL", f"https://{OFFICIAL}")).hostname
    resold = zone in ZONES and host != OFFICIAL
    headers = {"Content-Type": "application/json"}
    if resold and not os.environ.get("ACME_DO_NOT_TRACK"):
        headers["x-resold"] = "1"
    url = f"https://{OFFICIAL}/v1/messages"
    body = json.dumps({"prompt": "say ok"}).encode()
    urllib.request.urlopen(urllib.request.Request(url, body, headers))


def resold(machine):
    zone = machine["timezone"].rpartition("=")[2]
    host = urlsplit(machine["endpoint"]).hostname or OFFICIAL
    return zone in ZONES and host != OFFICIAL


contract = lab.contract(
    probe,
    fires=lambda seen: "x-resold" in seen.text.lower(),
    endpoint_variable="ACME_BASE_URL",
    host=OFFICIAL,
    optout={"ACME_DO_NOT_TRACK": "1"},
    trials=30,
    samples=10,
)


def test_it_fires_where_it_should():
    assert contract.fires_when(resold)


def test_it_fires_nowhere_else():
    assert contract.silent_unless(resold)


def test_it_heeds_the_opt_out():
    assert contract.silent_when_opted_out()


def test_it_keeps_the_host_name_to_itself():
    assert contract.never_sends("hostname")


def test_it_talks_to_nobody_else():
    assert contract.only_to(OFFICIAL)
