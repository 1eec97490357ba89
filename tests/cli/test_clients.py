"""``lab clients``: what is known, what is here."""

import json

from lab.cli.main import main
from lab.clients.builtin_profiles import load_builtin_profiles
from lab.clients.install_cache import Installation, InstallCache


def test_the_list_for_people(capsys, tmp_path):
    assert main(["clients", "--home", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    for name in load_builtin_profiles():
        assert name in out


def test_the_list_for_scripts(capsys, tmp_path):
    assert main(["clients", "--json", "--home", str(tmp_path)]) == 0
    document = json.loads(capsys.readouterr().out)
    codex = next(client for client in document["clients"] if client["name"] == "codex")
    assert codex["package"] == "npm @openai/codex"
    assert codex["installed"] == []


def test_installing_prints_version_and_digest(capsys, tmp_path, monkeypatch):
    asked = []

    def get(self, profile, version):
        asked.append((profile.name, version))
        return Installation("pi", "1.2.3", "npm pi", (), "d" * 64, "", True)

    monkeypatch.setattr(InstallCache, "get", get)
    assert main(["clients", "install", "pi@next", "pi", "--home", str(tmp_path)]) == 0
    assert asked == [("pi", "next"), ("pi", None)]
    assert f"pi@1.2.3  sha256:{'d' * 64}" in capsys.readouterr().out
    assert main(["clients", "install", "--json", "pi", "--home", str(tmp_path)]) == 0
    (record,) = json.loads(capsys.readouterr().out)["installed"]
    assert record["version"] == "1.2.3"
    assert record["folder"] == str(tmp_path / "clients" / "pi" / "1.2.3")
