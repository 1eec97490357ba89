"""Previews of clients: nothing is installed for them."""

from __future__ import annotations

import pytest

from lab.clients import preview as preview_module
from lab.clients.preview import preview_client
from lab.errors import ClientError, UsageError
from tests.clients.test_resolve import installed

FILES = {"node_modules/@anthropic-ai/claude-code/cli.js": "#!/bin/sh\n"}


@pytest.fixture(autouse=True)
def no_registry(monkeypatch):
    """npm knows one size; whoever would install fails."""
    monkeypatch.setattr(preview_module, "find_npm_size", lambda package, wanted: 1234)

    def install(*arguments, **more):
        raise AssertionError("an estimate installs nothing")

    monkeypatch.setattr("lab.clients.install_cache.InstallCache._install", install)


def test_a_program_is_here(tmp_path):
    found = preview_client(["--", "/bin/true"], tmp_path / "clients")
    assert found.is_installed
    assert found.client.program == ("/bin/true",)


def test_a_client_that_is_not_installed_is_what_its_profile_says(tmp_path):
    found = preview_client(["claude-code@2.0.1"], tmp_path / "clients")
    assert (found.is_installed, found.download_bytes) == (False, 1234)
    assert found.client.label == "claude-code@2.0.1"
    assert found.client.digest == ""
    assert not (tmp_path / "clients").exists()


def test_without_a_registry_the_size_is_unknown(tmp_path, monkeypatch):
    def fail(package, wanted):
        raise ClientError("npm is not reachable")

    monkeypatch.setattr(preview_module, "find_npm_size", fail)
    assert preview_client(["claude-code"], tmp_path / "clients").download_bytes is None


def test_an_installed_version_is_used_and_another_is_not(tmp_path):
    cache = tmp_path / "clients"
    installed(cache, "claude-code", "2.0.1", FILES)
    assert preview_client(["claude-code@2.0.1"], cache).is_installed
    assert not preview_client(["claude-code@2.0.2"], cache).is_installed


def test_an_unknown_name_is_refused(tmp_path):
    with pytest.raises(UsageError, match="there is no client"):
        preview_client(["claude-cod"], tmp_path)
