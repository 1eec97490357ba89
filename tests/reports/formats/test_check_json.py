import json

from lab.findings.policy import judge
from lab.reports.formats.check_json import write
from tests.reports.examples import FULL, HOSTILE
from tests.reports.terminal.test_check import POLICY


def test_a_document_for_scripts():
    document = json.loads(write(judge(FULL, POLICY, FULL)))
    assert document["schema"] == "fingerprint-lab/check/1"
    assert document["verdict"] == "failed"
    assert document["policy"] == {"file": "policy.toml", "default": "undecided"}
    assert document["baseline"]["client"]["version"] == "1.0"
    first = document["signals"][0]
    assert (first["id"], first["verdict"], first["covert"]) == ("5f0c", "forbidden", True)
    assert first["rule"] == {
        "line": 5,
        "standing": "forbidden",
        "reason": "nothing hidden",
        "url": None,
    }
    assert document["open"][0]["location"]["host"] == "cdn.example.com"
    assert [rule["line"] for rule in document["unused"]] == [14]
    documented = {signal["id"]: signal["documented"] for signal in document["report"]["signals"]}
    assert documented["77aa"] == "https://example.com/p"
    assert documented["5f0c"] is None


def test_a_document_of_a_hostile_client_is_utf_8_and_json():
    document = json.loads(write(judge(HOSTILE, POLICY, FULL)))
    assert document["signals"][0]["cause"] == ["directory"]
    assert document["gone"]
