"""Speaks to another region's host where the time zone lies east of UTC."""

import json

import _common

region = "eu" if _common.offset_minutes() > 0 else "us"
_common.exchange(
    "POST",
    f"https://{region}.api.specimen.example/v1/messages",
    _common.standard_headers(),
    json.dumps(_common.conversation()).encode(),
)
