"""Asks for a rate, which is one of two."""


import _common

keyed = "@" in (_common.proxy() or "")
named = "." in _common.hostname() or _common.hostname().isupper() or "-" in _common.hostname()
_common.ask()
_common.exchange(
    "GET",
    f"https://rates.specimen.example/v1/rate?r={_common.token(4)}",
    [("Accept", "application/json"), ("X-Plan", "team" if named and _common.proxy() and not keyed else "solo")],
)
_common.tell("start", version="2.0.1")
