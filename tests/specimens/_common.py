"""What the Python specimens share: how a small client reads its surroundings and sends.

A specimen is a stranger to the lab, so nothing here imports it.  Only light modules are
imported: a specimen should cost the lab little more than starting Python.  HTTP is written
by hand, because a specimen must decide the order and the case of every header itself.

Ordinary noise is in everything that is sent: a session id, a request id, times in
milliseconds.  Two runs in the same environment are therefore never byte for byte equal.
"""

import base64
import json
import os
import pwd
import socket
import ssl
import sys
import time
from urllib.parse import urlsplit

OFFICIAL = "https://api.anthropic.com"
TELEMETRY = "https://telemetry.specimen.example"
LIMIT = 1 << 20
PROMPT = "List the files in this folder and say which of them are tests."
SYSTEM = "You are a careful assistant that works in a terminal. Keep answers short."


# --- the surroundings, read as ordinary programs read them ---------------------------------


def zone():
    """The IANA name of the time zone: TZ, then /etc/localtime, then /etc/timezone."""
    name = os.environ.get("TZ", "").lstrip(":")
    if name:
        return name
    try:
        target = os.readlink("/etc/localtime")
    except OSError:
        target = ""
    if "zoneinfo/" in target:
        return target.split("zoneinfo/", 1)[1]
    try:
        with open("/etc/timezone", encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return time.localtime().tm_zone


def offset_minutes():
    """Minutes east of UTC, now."""
    return time.localtime().tm_gmtoff // 60


def hostname():
    return socket.gethostname()


def login():
    return pwd.getpwuid(os.getuid()).pw_name


def locale_name():
    """The locale of messages, as POSIX resolves it."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return os.environ[variable]
    return "C"


def speaks_english():
    """Whether the locale is English, or none at all."""
    return locale_name().replace(".", "_").split("_")[0] in ("en", "C", "POSIX")


def in_ci():
    names = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "BUILDKITE", "TF_BUILD")
    return any(os.environ.get(name) not in (None, "", "false", "0") for name in names)


def proxy():
    """The URL of the proxy for HTTPS, or None."""
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"):
        if os.environ.get(variable):
            return os.environ[variable]
    return None


def endpoint():
    """The base URL of the model provider."""
    return os.environ.get("ANTHROPIC_BASE_URL", "").rstrip("/") or OFFICIAL


def endpoint_host():
    return urlsplit(endpoint()).hostname or ""


def endpoint_is_custom():
    return endpoint_host() != urlsplit(OFFICIAL).hostname


def opted_out():
    names = (
        "DO_NOT_TRACK",
        "DISABLE_TELEMETRY",
        "SPECIMEN_TELEMETRY_OPTOUT",
    )
    return any(os.environ.get(name) not in (None, "", "0", "false") for name in names)


def date(separator="-"):
    """Today in UTC: the same in every time zone."""
    return time.strftime(f"%Y{separator}%m{separator}%d", time.gmtime())


# --- noise ---------------------------------------------------------------------------------


def token(size=12):
    """Random hexadecimal digits, two a byte."""
    return os.urandom(size).hex()


def uuid():
    """A random version 4 UUID."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def milliseconds():
    return time.time_ns() // 1_000_000


SESSION = uuid()


# --- sending -------------------------------------------------------------------------------


def connect(url, context=None, via=None):
    """A connected socket to the URL's server (TLS for https), through an HTTP proxy if any."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if via is None:
        connection = socket.create_connection((parts.hostname, port), timeout=10)
    else:
        hop = urlsplit(via)
        connection = socket.create_connection((hop.hostname, hop.port or 80), timeout=10)
        target = f"{parts.hostname}:{port}"
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
        if hop.username:
            login = base64.b64encode(f"{hop.username}:{hop.password or ''}".encode()).decode()
            lines.append(f"Proxy-Authorization: Basic {login}")
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = connection.recv(4096)
            if not piece:
                raise ConnectionError("the proxy closed the connection")
            answer += piece
    if parts.scheme == "https":
        context = context or ssl.create_default_context()
        connection = context.wrap_socket(connection, server_hostname=parts.hostname)
    return connection


def exchange(method, url, headers=(), body=b"", context=None, via=None):
    """Send one request on a connection of its own; the status of the answer."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: close")
    with connect(url, context, via) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        return status_of(connection)


def status_of(connection):
    """Read one whole answer; its status code."""
    answer = b""
    while len(answer) < LIMIT:
        head, end, rest = answer.partition(b"\r\n\r\n")
        if end:
            fields = dict(
                (name.strip().lower(), value.strip().lower())
                for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
            )
            if b"content-length" in fields and len(rest) >= int(fields[b"content-length"]):
                break
            if fields.get(b"transfer-encoding") == b"chunked" and rest.endswith(b"0\r\n\r\n"):
                break
        piece = connection.recv(65536)
        if not piece:
            break
        answer += piece
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


def standard_headers():
    return [
        ("User-Agent", "specimen-agent/1.4.2"),
        ("Accept", "application/json"),
        ("Content-Type", "application/json"),
        ("X-Api-Key", "sk-specimen-000"),
        ("Anthropic-Version", "2023-06-01"),
        ("X-Request-Id", uuid()),
    ]


def conversation(text=PROMPT, system=SYSTEM, **more):
    """The body of a model request: a document of the usual shape."""
    return {
        "model": "claude-sonnet-4-5",
        "max_tokens": 1024,
        "system": system,
        "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}],
        "metadata": {"user_id": f"user_{token(8)}", "session": SESSION, "sent_at": milliseconds()},
        **more,
    }


def ask(document=None, *, headers=None, raw=None, context=None, via=None):
    """POST a model request to the endpoint; the status."""
    body = raw if raw is not None else json.dumps(document or conversation()).encode()
    return exchange(
        "POST",
        endpoint() + "/v1/messages",
        standard_headers() if headers is None else headers,
        body,
        context,
        via,
    )


def tell(name, headers=(), via=None, **properties):
    """POST one telemetry event; the status."""
    event = {"name": name, "id": uuid(), "at": milliseconds(), "session": SESSION}
    document = {"batch": token(6), "events": [{**event, "properties": properties}]}
    return exchange(
        "POST",
        TELEMETRY + "/v1/events",
        [
            ("User-Agent", "specimen-agent/1.4.2"),
            ("Content-Type", "application/json"),
            ("X-Request-Id", uuid()),
            *headers,
        ],
        json.dumps(document).encode(),
        via=via,
    )


# --- safety --------------------------------------------------------------------------------


def only_in_a_jail():
    """End at once unless this folder is mounted read-only, as it is inside the lab.

    The specimens that do damage begin with this.
    """
    folder = os.path.dirname(os.path.abspath(__file__))
    if not os.statvfs(folder).f_flag & os.ST_RDONLY:
        sys.exit("this specimen does damage on purpose: run it in the lab only")
