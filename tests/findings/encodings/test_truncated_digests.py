import base64
import hashlib
import uuid

import pytest

from lab.findings.encodings.digest_forms import build_digests
from lab.findings.encodings.truncated_digests import match_digest

TEXT = "build-box"
RAW = hashlib.sha256(TEXT.encode()).digest()
HEX = RAW.hex()
B64 = base64.b64encode(RAW).decode().rstrip("=")


def found(text):
    names = set()
    for item in build_digests(TEXT):
        place = text.find(item.start)
        if item.name == "sha256" and place >= 0 and (run := match_digest(item, text, place)):
            names.add(run.encoding)
    return names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (HEX, {"sha256"}),
        (HEX.upper(), {"sha256"}),
        (f"0{HEX}f", {"sha256"}),
        (f"id-{HEX[:12]}", {"sha256[:12]"}),
        (f"id-{HEX[-12:]}", {"sha256[-12:]"}),
        (f"{HEX[:12]}0", set()),
        (f"a{HEX[:12]}", set()),
        (f"0{HEX[-12:]}", set()),
        (B64, {"sha256 in base64"}),
        (f"sha256-{B64}=", {"sha256 in base64"}),
        (f"id {base64.b64encode(RAW[:9]).decode()}", {"sha256[:18] in base64"}),
        (f"id {B64[:13]}", {"sha256[:18] in base64"}),
        (f"x{B64[:12]}", set()),
        (base64.b32encode(RAW).decode().lower(), {"sha256 in base32"}),
        (RAW.decode("latin-1"), {"sha256"}),
        (RAW[:12].decode("latin-1"), set()),
        (str(uuid.UUID(bytes=RAW[:16])), {"sha256 as uuid", "sha256[:8]"}),
        (str(uuid.UUID(bytes=RAW[:16], version=4)), {"sha256 as uuid", "sha256[:8]"}),
    ],
)
def test_which_part_of_a_digest_stands_there(text, names):
    assert found(text) == names


def test_a_part_could_stand_wherever_a_run_of_its_length_does():
    text = f"{'0' * 8} {'1' * 8} {'2' * 9} {HEX[:8]}"
    item = next(item for item in build_digests(TEXT) if item.whole == HEX and item.format == "hex")
    run = match_digest(item, text, text.index(HEX[:8]))
    assert run is not None
    assert (run.positions, run.bits) == (3, 32)
