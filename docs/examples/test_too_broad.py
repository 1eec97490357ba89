"""A probe that fires on more machines than its contract says."""

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
    resold = zone.startswith("America/") and host != OFFICIAL
    headers = {"x-resold": "1"} if resold else {}
    url = f"https://{OFFICIAL}/v1/messages"
    urllib.request.urlopen(urllib.request.Request(url, b"{}", headers))


def resold(machine):
    zone = machine["timezone"].rpartition("=")[2]
    host = urlsplit(machine["endpoint"]).hostname or OFFICIAL
    return zone in ZONES and host != OFFICIAL


def test_it_fires_nowhere_else():
    contract = lab.contract(
        probe,
        fires=lambda seen: "x-resold" in seen.text.lower(),
        endpoint_variable="ACME_BASE_URL",
        host=OFFICIAL,
        trials=60,
        samples=50,
    )
    assert contract.silent_unless(resold)
