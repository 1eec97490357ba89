import base64
import gzip
import hashlib
import html
import json
import random
import urllib.parse
import uuid
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.encodings.detect import PLAIN, find_encoding, find_hit, restore_sent_text
from lab.findings.encodings.e_values import NEGLIGIBLE
from lab.observation.location import Location
from lab.observation.parts import MessagePart
from lab.observation.text.rendering import render_bytes
from tests.calls import count_calls

TEXT = "Ünit <07>/build-box"
DATA = TEXT.encode()


def sha(name, text=TEXT):
    return hashlib.new(name, text.encode())


def xored(key):
    return bytes(byte ^ key for byte in DATA)


FORMS = [
    (PLAIN, TEXT),
    ("url", urllib.parse.quote(TEXT, safe="")),
    ("url form", urllib.parse.quote_plus(TEXT)),
    ("json", json.dumps(TEXT)[1:-1]),
    ("html", html.escape(TEXT)),
    ("hex", DATA.hex()),
    ("hex upper case", DATA.hex().upper()),
    ("base64", base64.b64encode(DATA).decode()),
    ("base32", base64.b32encode(DATA).decode()),
    ("base85", base64.b85encode(DATA).decode()),
    ("ascii85", base64.a85encode(DATA).decode()),
    ("reversed", TEXT[::-1]),
    ("utf-16 hex", TEXT.encode("utf-16-le").hex()),
    ("letter case", TEXT.upper()),
    ("letter case", TEXT.lower()),
    ("md5", sha("md5").hexdigest()),
    ("sha1", sha("sha1").hexdigest()),
    ("sha224", sha("sha224").hexdigest()),
    ("sha256", sha("sha256").hexdigest().upper()),
    ("sha384", sha("sha384").hexdigest()),
    ("sha512", sha("sha512").hexdigest()),
    ("blake2b", sha("blake2b").hexdigest()),
    ("sha3_256", sha("sha3_256").hexdigest()),
    ("sha256", sha("sha256", TEXT + "\n").hexdigest()),
    ("sha256", sha("sha256", TEXT.lower()).hexdigest()),
    ("sha256[:8]", sha("sha256").hexdigest()[:8]),
    ("sha256[:9]", sha("sha256").hexdigest()[:9]),
    ("md5[:16]", sha("md5").hexdigest()[:16]),
    ("sha256 in base64", base64.b64encode(sha("sha256").digest()).decode()),
    ("sha1 in base64", base64.urlsafe_b64encode(sha("sha1").digest()).decode().rstrip("=")),
    ("sha256[:12] in base64", base64.b64encode(sha("sha256").digest()[:6]).decode()),
    ("xor 0x5a in hex", xored(0x5A).hex()),
    ("xor 0xff in base64", base64.b64encode(xored(0xFF)).decode()),
]


@pytest.mark.parametrize(("name", "form"), FORMS)
@pytest.mark.parametrize("frame", ["{}", "id={};", '{{"v":"{}"}}'])
def test_each_encoding_is_found_and_named(name, form, frame):
    assert find_encoding(frame.format(form), [TEXT]) == name
    assert find_encoding(frame.format(form), ["other-box", "third"]) is None


@pytest.mark.parametrize("before", range(6))
@pytest.mark.parametrize("after", range(4))
def test_base64_wherever_it_begins(before, after):
    text = base64.b64encode(b"?" * before + DATA + b"!" * after).decode()
    skip = before % 3
    assert find_encoding(text, [TEXT]) == (f"base64 at offset {skip}" if skip else "base64")


def test_base64url():
    needle = "???>>>ÿÿ"
    text = base64.urlsafe_b64encode(needle.encode()).decode()
    assert find_encoding(text, [needle]) == "base64url"


def test_a_needle_without_its_letters_in_order_is_not_there():
    assert find_encoding("box-build unit", [TEXT]) is None
    assert find_encoding("", [TEXT]) is None
    assert find_encoding(TEXT, []) is None


def test_too_short_a_text_is_not_looked_for():
    assert find_encoding("en de", ["en"]) is None
    assert find_encoding("deu", ["deu"]) == PLAIN


@pytest.mark.parametrize("form", [b"dev".hex(), base64.b64encode(b"dev").decode(), "ved0", "DEV"])
def test_a_short_form_counts_only_where_it_stands_alone(form):
    needle = "0dev" if form == "ved0" else "dev"
    assert find_encoding(f"id: {form}.", [needle]) is not None
    assert find_encoding(f"a{form}b", [needle]) is None


def test_a_digest_counts_only_as_a_whole_run_of_eight_digits():
    digest = sha("sha256").hexdigest()
    assert find_encoding(digest[:7], [TEXT]) is None
    assert find_encoding(digest[:16] + "0", [TEXT]) is None


NEEDLES = ("build-box.corp.example", "agent-07", "Asia/Shanghai", "de_DE.UTF-8", "/home/quinn")


noise = st.binary(min_size=8, max_size=64)


@settings(deadline=None)
@given(
    st.one_of(
        noise.map(bytes.hex), noise.map(base64.b64encode).map(bytes.decode), st.uuids().map(str)
    )
)
def test_random_text_holds_nothing(value):
    # A run of eight digits is one of 5 · 24 digests with a chance of 3 · 10⁻⁸; the shortest
    # form that counts anywhere, eight characters of base64, begins at a place with 4 · 10⁻¹⁵.
    assert find_encoding(value, NEEDLES) is None


def test_much_random_text_holds_nothing():
    # 100,000 runs of eight digits: a hit has a chance of 0.3 %, and this seed has none.
    chance = random.Random(20261120)
    assert (
        find_encoding(" ".join(f"{chance.getrandbits(32):08x}" for _ in range(100_000)), NEEDLES)
        is None
    )


@settings(deadline=None)
@given(st.text(), st.lists(st.text(), max_size=4))
def test_any_texts_can_be_asked_for(value, needles):
    found = find_encoding(value, needles)
    assert (found == PLAIN) == any(len(text) > 2 and text in value for text in needles)


def test_what_is_no_unicode_can_be_asked_for():
    assert find_encoding("abc", ["\udc80\udc81\udc82"]) is None
    assert find_encoding("x\udc80\udc81\udc82", ["\udc80\udc81\udc82"]) == PLAIN


def b64(data):
    return base64.b64encode(data).decode()


def document(text):
    return json.dumps({"event": "start", "host": text, "n": [1, 2, 3]}).encode()


HOST = "build-box.corp.example"
ZIPPED = document(sha("sha512").hexdigest() * 2 + HOST * 3)

TOGETHER = [
    ("json in base64", b64(document(TEXT)), TEXT),
    ("gzip in base64", b64(gzip.compress(ZIPPED)), HOST),
    ("gzip in hex", gzip.compress(ZIPPED).hex(), HOST),
    ("deflate in base64", b64(zlib.compress(ZIPPED)), HOST),
    ("brotli in base64", b64(brotli.compress(ZIPPED)), HOST),
    ("zstd in base64", b64(zstandard.compress(ZIPPED)), HOST),
    ("base64", urllib.parse.quote(b64(b">>>" + TEXT.encode()), safe=""), TEXT),
    ("base64 twice", b64(document(b64(document(HOST)))), HOST),
    ("base64 in reversed", b64(HOST.encode())[::-1], HOST),
    ("sha256 hex in base64", b64(sha("sha256", HOST).hexdigest().encode()), HOST),
    ("sha256 in hex", sha("sha256", HOST).hexdigest().encode().hex(), HOST),
    ("sha256 in base64", b64(b"\x0a\x20" + sha("sha256", HOST).digest() + b"\x10\x01"), HOST),
    ("sha256 in base64", "sha256-" + b64(sha("sha256", HOST).digest()), HOST),
    ("sha256", (b"\x0a\x20" + sha("sha256", HOST).digest() + b"\x10\x01").hex(), HOST),
    ("sha256[-12:]", sha("sha256", HOST).hexdigest()[-12:], HOST),
    ("sha1 as uuid", str(uuid.UUID(bytes=sha("sha1", HOST).digest()[:16], version=5)), HOST),
    ("uuid5", str(uuid.uuid5(uuid.NAMESPACE_DNS, HOST)), HOST),
    ("utf-16 in base64", b64(HOST.encode("utf-16-le")), HOST),
    ("utf-16", HOST.encode("utf-16-be").decode("latin-1"), HOST),
    ("letter case in base64", b64(HOST.upper().encode()), HOST),
    ("json", json.dumps(document(TEXT).decode()), TEXT),
    ("url twice", urllib.parse.quote(urllib.parse.quote(TEXT, safe=""), safe=""), TEXT),
    ("url", "%c3%9cnit%20%3c07%3e%2fbuild-box", TEXT),
    ("base32", base64.b32encode(HOST.encode()).decode().lower().rstrip("="), HOST),
    ("xor 0x42 in hex", bytes(byte ^ 0x42 for byte in document(HOST)).hex(), HOST),
    ("xor 0x01", bytes(byte ^ 0x01 for byte in HOST.encode()).decode(), HOST),
    ("xor 0x80", bytes(byte ^ 0x80 for byte in HOST.encode()).decode("latin-1"), HOST),
]


@pytest.mark.parametrize(("name", "form", "needle"), TOGETHER)
@pytest.mark.parametrize("frame", ["{}", "id {} end"])
def test_encodings_within_encodings(name, form, needle, frame):
    assert find_encoding(frame.format(form), [needle]) == name
    assert find_encoding(frame.format(form), ["other-box.corp.example"]) is None


def test_a_hit_says_how_likely_chance_would_make_it():
    digest = sha("sha256").hexdigest()
    whole = find_hit(f"id={digest}", [TEXT])
    part = find_hit(f"id={digest[:8]}", [TEXT])
    assert whole is not None
    assert part is not None
    assert whole.chance < 1e-60 < part.chance < NEGLIGIBLE


def test_what_chance_would_make_is_not_counted():
    digest = sha("sha256").hexdigest()
    chance = random.Random(1)
    noise = " ".join(f"{chance.getrandbits(32):08x}" for _ in range(20_000))
    assert find_encoding(digest[:8], [TEXT]) == "sha256[:8]"
    assert find_encoding(f"{noise} {digest[:8]}", [TEXT]) is None
    assert find_encoding(f"{noise} {digest[:16]}", [TEXT]) == "sha256[:16]"


def test_a_short_text_in_another_case_counts_only_among_few_words():
    assert find_encoding("DEV", ["dev"]) == "letter case"
    assert find_encoding("ONE TWO DEV SIX TEN " * 20, ["dev"]) is None


def test_hostile_values_are_bounded():
    bomb = gzip.compress(b"\0" * (64 << 20))
    for value in (b64(bomb), "41" * 300_000, "%41" * 100_000):
        find_hit(value, NEEDLES)
        assert count_calls(lambda value=value: find_hit(value, NEEDLES)) < 20_000 + len(value)


@given(st.binary(max_size=80))
def test_bytes_that_the_lab_shows_in_hexadecimal_are_searched_as_sent(data):
    body, header = Location("http", "h", part="body"), Location("http", "h", part="header")
    shown = render_bytes(data)
    assert restore_sent_text(body, shown).encode("utf-8", "surrogateescape") == data
    for pointer in ("/(multipart)/[log]/(bytes)", "/(protobuf)/2"):
        inside = body.with_part(MessagePart.BODY, pointer)
        assert restore_sent_text(inside, shown) == restore_sent_text(body, shown)
    assert restore_sent_text(header, shown) == shown


def test_a_copy_in_a_message_of_bytes_is_a_copy_and_hexadecimal_is_not():
    body = Location("http", "h", "POST", "/", "body")
    message = b"\x0a\x16" + HOST.encode() + b"\xff\x01"
    assert find_encoding(restore_sent_text(body, message.hex()), [HOST]) == PLAIN
    assert find_encoding(restore_sent_text(body, HOST.encode().hex()), [HOST]) == "hex"
    assert find_encoding(restore_sent_text(body, b64(message)), [HOST]) == "base64 at offset 2"
    digest = b"\x0a\x20" + sha("sha256", HOST).digest()
    assert find_encoding(restore_sent_text(body, digest.hex()), [HOST]) == "sha256"
    xor = bytes(byte ^ 0xA5 for byte in message)
    assert find_encoding(restore_sent_text(body, xor.hex()), [HOST]) == "xor 0xa5"
    long = b"\xff" * 70_000 + HOST.encode()
    assert restore_sent_text(body, render_bytes(long)).startswith("\udcff")
