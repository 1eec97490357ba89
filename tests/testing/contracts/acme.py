"""A probe as a vendor may have one, its contract, and what can go wrong with it.

The probe marks requests from two time zones where the client talks to somebody else's
endpoint, unless the user has opted out.  Each mutant is the probe with one thing changed, as a
slip of the keyboard or a wrong idea would change it.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

ZONES = ("America/Sao_Paulo", "America/Manaus")
HOST = "api.acme.example"
ENDPOINT = "ACME_BASE_URL"
OPTOUT = {"ACME_DO_NOT_TRACK": "1"}


def zone() -> str:
    return os.environ.get("TZ") or Path("/etc/timezone").read_text().strip()


def endpoint_host() -> str:
    return urlsplit(os.environ.get(ENDPOINT) or f"https://{HOST}").hostname or HOST


def ours(host: str) -> bool:
    return host == "acme.example" or host.endswith(".acme.example")


def opted_out() -> bool:
    return bool(os.environ.get("ACME_DO_NOT_TRACK"))


def suspicious() -> bool:
    return zone() in ZONES and not ours(endpoint_host()) and not opted_out()


def send(host: str, headers: Mapping[str, str], body: Mapping[str, object]) -> None:
    line = http.client.HTTPConnection(host, timeout=10)
    line.request("POST", "/v1/messages", json.dumps(body), dict(headers))
    line.getresponse().read()
    line.close()


def start(marked: bool) -> None:
    send(HOST, {"x-probe": "1"} if marked else {}, {"prompt": "say ok"})


def probe() -> None:
    """As it is meant to be."""
    start(suspicious())


# --- the statement ------------------------------------------------------------------------------


def resold(machine: Mapping[str, str]) -> bool:
    """On which machines the probe is meant to fire."""
    host = urlsplit(machine["endpoint"]).hostname or HOST
    return machine["timezone"].rpartition("=")[2] in ZONES and not ours(host)


# --- mutants ------------------------------------------------------------------------------------


def widened_list() -> None:
    zones = (*ZONES, "America/Bahia")
    start(zone() in zones and not ours(endpoint_host()) and not opted_out())


def narrowed_list() -> None:
    start(zone() in ZONES[:1] and not ours(endpoint_host()) and not opted_out())


def flipped_condition() -> None:
    start(zone() in ZONES and ours(endpoint_host()) and not opted_out())


def or_for_and() -> None:
    start((zone() in ZONES or not ours(endpoint_host())) and not opted_out())


def ignores_the_opt_out() -> None:
    start(zone() in ZONES and not ours(endpoint_host()))


def opt_out_under_another_name() -> None:
    out = os.environ.get("ACME_DONT_TRACK")
    start(zone() in ZONES and not ours(endpoint_host()) and not out)


def opt_out_only_if_true() -> None:
    out = os.environ.get("ACME_DO_NOT_TRACK") == "true"
    start(zone() in ZONES and not ours(endpoint_host()) and not out)


def suffix_without_dot() -> None:
    own = endpoint_host().endswith("acme.example")
    start(zone() in ZONES and not own and not opted_out())


def prefix_for_suffix() -> None:
    own = endpoint_host().startswith("api.acme.")
    start(zone() in ZONES and not own and not opted_out())


def word_anywhere() -> None:
    own = "acme" in os.environ.get(ENDPOINT, "acme")
    start(zone() in ZONES and not own and not opted_out())


def area_for_zone() -> None:
    start(zone().startswith("America/") and not ours(endpoint_host()) and not opted_out())


def offset_for_zone() -> None:
    import time

    start(time.strftime("%z") == "-0300" and not ours(endpoint_host()) and not opted_out())


def only_the_variable() -> None:
    start(os.environ.get("TZ") in ZONES and not ours(endpoint_host()) and not opted_out())


def only_the_file() -> None:
    there = Path("/etc/timezone").read_text().strip()
    start(there in ZONES and not ours(endpoint_host()) and not opted_out())


def sends_the_host_name() -> None:
    marked = suspicious()
    name = {"from": socket.gethostname()} if marked else {}
    send(HOST, {"x-probe": "1"} if marked else {}, {"prompt": "say ok", **name})


def sends_a_digest_of_the_host_name() -> None:
    import hashlib

    mark = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:12]
    send(HOST, {"x-probe": mark} if suspicious() else {}, {"prompt": "say ok"})


def talks_to_another_host() -> None:
    start(False)
    if suspicious():
        send("events.acme-metrics.example", {"x-probe": "1"}, {})


def asks_for_a_name() -> None:
    start(suspicious())
    if suspicious():
        try:
            socket.getaddrinfo("beacon.acme-metrics.example", 443)
        except OSError:
            return


def not_behind_a_proxy() -> None:
    direct = not os.environ.get("HTTPS_PROXY")
    start(suspicious() and direct)


def not_in_ci() -> None:
    start(suspicious() and not os.environ.get("CI"))


def fires_on_one_host_name() -> None:
    start(suspicious() or (socket.gethostname() == "juniper" and not opted_out()))


def fires_in_one_other_zone() -> None:
    start(suspicious() or (zone() == "Antarctica/Troll" and not opted_out()))


# --- written when the method was finished -------------------------------------------------------


def beginning_of_a_zone() -> None:
    alike = any(zone().startswith(each[:10]) for each in ZONES)
    start(alike and not ours(endpoint_host()) and not opted_out())


def port_in_the_host() -> None:
    place = urlsplit(os.environ.get(ENDPOINT) or f"https://{HOST}").netloc
    start(zone() in ZONES and not ours(place) and not opted_out())


def first_run_only() -> None:
    seen = Path.home() / ".acme-seen"
    fresh = not seen.exists()
    seen.touch()
    start(suspicious() and fresh)


def sends_the_first_letter_of_the_host_name() -> None:
    marked = suspicious()
    headers = {"x-probe": "1", "x-shard": socket.gethostname()[0]} if marked else {}
    send(HOST, headers, {"prompt": "say ok"})


def only_by_https() -> None:
    secure = os.environ.get(ENDPOINT, "").startswith("https:")
    start(suspicious() and secure)


FRESH: tuple[Callable[[], None], ...] = (
    beginning_of_a_zone,
    port_in_the_host,
    first_run_only,
    sends_the_first_letter_of_the_host_name,
    only_by_https,
)

MUTANTS: tuple[Callable[[], None], ...] = (
    widened_list,
    narrowed_list,
    flipped_condition,
    or_for_and,
    ignores_the_opt_out,
    opt_out_under_another_name,
    opt_out_only_if_true,
    suffix_without_dot,
    prefix_for_suffix,
    word_anywhere,
    area_for_zone,
    offset_for_zone,
    only_the_variable,
    only_the_file,
    sends_the_host_name,
    sends_a_digest_of_the_host_name,
    talks_to_another_host,
    asks_for_a_name,
    not_behind_a_proxy,
    not_in_ci,
    fires_on_one_host_name,
    fires_in_one_other_zone,
)
