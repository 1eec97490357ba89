"""A small client of the lab's own, so that the scenarios run without any other.

It asks a model one question and reports to its maker, as many clients do.  Five things are
planted in it, and the scenarios find each of them:

1. The apostrophe of "today's" is another character in the time zones of eight hours east of
   Greenwich: covert, because nobody sees it.
2. The report has a hash of the computer's name: nobody can read it, and it stays the same.
3. The report is sent before the question is.
4. The report goes past the proxy.
5. The date in the question is that of the place: visible, and nothing to fail for.

Whoever opts out sends no report.
"""

import hashlib
import http.client
import json
import os
import socket
import time
from urllib.parse import urlsplit

ENDPOINT = os.environ.get("SPECIMEN_BASE_URL") or "https://api.specimen.example"
TELEMETRY = "https://telemetry.specimen.example"
APOSTROPHES = {False: "'", True: "\u2019"}


def main():
    """Report first, then ask."""
    if not os.environ.get("SPECIMEN_NO_TELEMETRY"):
        report()
    ask()


def ask():
    """Ask the model."""
    here = time.localtime()
    apostrophe = APOSTROPHES[here.tm_gmtoff == 8 * 3600]
    question = f"Today{apostrophe}s date is {time.strftime('%Y-%m-%d', here)}. Say ok."
    body = {
        "model": "small",
        "max_tokens": 20,
        "messages": [{"role": "user", "content": question}],
        "metadata": {"request": os.urandom(8).hex()},
    }
    post(ENDPOINT + "/v1/messages", body, os.environ.get("HTTPS_PROXY"))


def report():
    """Send a start event to the maker."""
    name = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:16]
    body = {"event": "start", "device": name, "new": first_run(), "id": os.urandom(8).hex()}
    post(TELEMETRY + "/v1/events", body)


def first_run():
    """Whether nobody ran this here before; from now on somebody has."""
    mark = os.path.expanduser("~/.specimen")
    if os.path.exists(mark):
        return False
    with open(mark, "w", encoding="ascii") as file:
        file.write("was here\n")
    return True


def post(url, body, proxy=None):
    """Send a JSON document, through the proxy if there is one that speaks plain HTTP."""
    target, hop = urlsplit(url), urlsplit(proxy or "")
    https = target.scheme == "https"
    kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
    if hop.scheme == "http":
        connection = kind(hop.hostname, hop.port or 80, timeout=10)
        connection.set_tunnel(target.hostname, target.port or (443 if https else 80))
    else:
        connection = kind(target.hostname, target.port, timeout=10)
    headers = {"Content-Type": "application/json", "User-Agent": "specimen/1"}
    connection.request("POST", target.path, json.dumps(body, ensure_ascii=False).encode(), headers)
    connection.getresponse().read()
    connection.close()


main()
