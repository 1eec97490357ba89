"""Hand-written reports: an ordinary one, an empty one, and one from a hostile client."""

from __future__ import annotations

import msgspec

from lab.findings.report import (
    Calibration,
    ClientFacts,
    Coverage,
    Difference,
    FactorFacts,
    Inconclusive,
    LabFacts,
    Location,
    Noise,
    NotMeasured,
    Pair,
    Report,
    Signal,
    TableRow,
)

ZONES = ("UTC", "Asia/Tokyo", "Asia/Seoul", "Asia/Kolkata", "Europe/Paris", "America/New_York")
BEFORE = "You are an assistant.\nWorking folder: /home/dev/project\n"
PLAIN = BEFORE + "Today's date is 2026-11-20.\nBe concise. " + "Follow the rules. " * 40
MARKED = PLAIN.replace("'", "’")
SLASHED = MARKED.replace("2026-11-20", "2026/11/20")


def sent(endpoint: str, zone: str) -> str:
    """The value of the covert example under two levels."""
    if endpoint == "unset":
        return PLAIN
    return SLASHED if zone.startswith("Asia/") and zone != "Asia/Kolkata" else MARKED


COVERT = Signal(
    id="5f0c",
    cause=("endpoint", "timezone"),
    kind="derived",
    encoding=None,
    covert=True,
    location=Location(
        "http", "api.example.com", "POST", "/v1/messages", "body", "/messages/0/content/0/text"
    ),
    table=tuple(
        TableRow({"endpoint": endpoint, "timezone": zone}, sent(endpoint, zone), 5)
        for endpoint in ("unset", "https://llm.example.net", "https://llm.example.org:8443")
        for zone in ZONES
    ),
    pair=Pair(
        left="a" * 64,
        right="b" * 64,
        factor="endpoint",
        left_level="unset",
        right_level="https://llm.example.net",
        left_value=PLAIN,
        right_value=SLASHED,
        context={"timezone": "Asia/Tokyo"},
        differences=(
            Difference(("U+0027 APOSTROPHE",), ("U+2019 RIGHT SINGLE QUOTATION MARK",)),
            Difference(("U+002D HYPHEN-MINUS",), ("U+002F SOLIDUS",)),
            Difference(("U+002D HYPHEN-MINUS",), ("U+002F SOLIDUS",)),
        ),
    ),
    p_value=0.00012,
    p_adjusted=0.0011,
    replicates=8,
    bits=1.32,
)

COPIED = Signal(
    id="77aa",
    cause=("hostname",),
    kind="encoded",
    encoding="sha256[:16]",
    covert=False,
    location=Location("http", "telemetry.example.com", "POST", "/v1/events", "header", "x-device"),
    table=(
        TableRow({"hostname": "workstation"}, "0f3b9f7c0d5e8a11", 20),
        TableRow({"hostname": "build-7"}, "9d2c77aa01b2c3d4", 20, 1),
    ),
    pair=Pair(
        left="c" * 64,
        right="d" * 64,
        factor="hostname",
        left_level="workstation",
        right_level="build-7",
        left_value="0f3b9f7c0d5e8a11",
        right_value="9d2c77aa01b2c3d4",
        differences=(Difference(("U+0030 DIGIT ZERO",), ("U+0039 DIGIT NINE",)),),
    ),
    p_value=0.0004,
    p_adjusted=0.0031,
    replicates=6,
    bits=4.0,
    fields=(
        Location("http", "telemetry.example.com", "POST", "/v1/events", "header", "x-device"),
        Location("http", "telemetry.example.com", "POST", "/v1/events", "body", "/device"),
    ),
)

PRESENCE = Signal(
    id="9c01",
    cause=("locale",),
    kind="presence",
    encoding=None,
    covert=False,
    location=Location("dns", "fonts.example.com", part="query"),
    table=(
        TableRow({"locale": "C.UTF-8"}, None, 30),
        TableRow({"locale": "de_DE.UTF-8"}, None, 12),
        TableRow({"locale": "ja_JP.UTF-8"}, "fonts.example.com A", 12),
    ),
    pair=Pair(
        left="e" * 64,
        right="f" * 64,
        factor="locale",
        left_level="C.UTF-8",
        right_level="ja_JP.UTF-8",
        left_value=None,
        right_value="fonts.example.com A",
    ),
    p_value=0.001,
    p_adjusted=0.01,
    replicates=6,
    bits=0.4,
)

ROUTE = msgspec.structs.replace(
    PRESENCE,
    id="aa00",
    cause=("endpoint",),
    kind="route",
    location=Location("http", "api.example.com", "POST", "/v1/messages", "host"),
    pair=msgspec.structs.replace(
        PRESENCE.pair,
        factor="endpoint",
        left_level="unset",
        right_level="https://llm.example.net",
        left_value="api.example.com",
        right_value="llm.example.net",
    ),
)

EMPTY = Report(
    client=ClientFacts("probe", "1.0", "sha256:3f9a1c0b77d2aa55", "npm probe@1.0"),
    lab=LabFacts("0.1.0"),
    seed=7,
    alpha=0.05,
    strength=2,
    jobs=2,
    started="2026-11-20T12:00:00Z",
    wall_s=312.4,
    trials=168,
    client_cpu_s=250.0,
    overhead_s=12.0,
    factors=(
        FactorFacts("endpoint", "unset", ("https://llm.example.net",)),
        FactorFacts("timezone", "UTC", ZONES[1:]),
        FactorFacts("clock", "2026-11-20T12:00:00Z", (), False, "the client is static"),
    ),
    signals=(),
    noise=(),
    inconclusive=(),
    not_measured=(),
    calibration=Calibration(10, 0.008),
    hosts=("api.example.com", "telemetry.example.com"),
    audit=".lab/audits/20261120-probe",
    coverage=Coverage(2, 12, 12),
)

FULL = msgspec.structs.replace(
    EMPTY,
    signals=(ROUTE, PRESENCE, COPIED, COVERT),
    verdict="signal",
    noise=(
        Noise(Location("http", "api.example.com", part="body", pointer="/id"), "random id"),
        Noise(Location("http", "api.example.com", part="body", pointer="/at"), "time"),
        Noise(Location("http", "api.example.com", part="body", pointer="/session"), "random id"),
    ),
    inconclusive=(
        Inconclusive(Location("tls", "cdn.example.com"), ("proxy",), "too noisy to decide", 24),
    ),
    not_measured=(NotMeasured("git", "the client excludes it"),),
)

HOSTILE_TEXT = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b1m [bold]markup[/bold] :smile: "
    "\u202eevil\u2066\u200b\u200d\ufeff\u2028\r\n\t\ud800\ue000\U000e0041 z" + "\u0301" * 500
)
BIG_LEFT = HOSTILE_TEXT + "x" * 1_000_000
BIG_RIGHT = HOSTILE_TEXT + "x" * 500_000 + "\u200b" + "x" * 500_000
_WHERE = Location(
    "http", HOSTILE_TEXT, HOSTILE_TEXT, "/" + HOSTILE_TEXT, HOSTILE_TEXT, "/" + "y" * 100_000
)

HOSTILE = msgspec.structs.replace(
    FULL,
    client=ClientFacts(HOSTILE_TEXT, "1\x1b[0m", HOSTILE_TEXT, HOSTILE_TEXT),
    signals=(
        Signal(
            id="\x1b[1m",
            cause=("directory",),
            kind="encoded",
            encoding=HOSTILE_TEXT,
            covert=True,
            location=_WHERE,
            fields=(_WHERE,) * 20,
            table=tuple(
                TableRow({"directory": f"{n}\x1b"}, BIG_RIGHT + str(n), n) for n in range(20)
            ),
            pair=Pair(
                left="0",
                right="1",
                factor="directory",
                left_level=HOSTILE_TEXT,
                right_level="w" * 100_000,
                left_value=BIG_LEFT,
                right_value=BIG_RIGHT,
                context={"user": "it's\x1b[1m"},
                differences=(Difference(("\x1b",), (), True),) * 1000,
            ),
            p_value=0.001,
            p_adjusted=0.01,
            replicates=6,
            bits=0.4,
            documented=HOSTILE_TEXT,
        ),
        msgspec.structs.replace(
            ROUTE, pair=msgspec.structs.replace(ROUTE.pair, right_value=BIG_RIGHT), location=_WHERE
        ),
    ),
    noise=(Noise(Location("http", HOSTILE_TEXT), HOSTILE_TEXT),) * 3000,
    inconclusive=(Inconclusive(_WHERE, (HOSTILE_TEXT,), HOSTILE_TEXT),) * 30,
    not_measured=(NotMeasured(HOSTILE_TEXT, HOSTILE_TEXT),) * 30,
    hosts=(HOSTILE_TEXT,) * 30,
    audit=HOSTILE_TEXT,
)
