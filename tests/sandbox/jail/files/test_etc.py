"""The files of /etc agree with the host spec and with each other."""

from __future__ import annotations

import pytest

from lab.errors import UsageError
from lab.factors.host_spec import BARE, File, HostSpec, Link, User
from lab.sandbox.jail.files.etc import build_etc


def test_names_are_not_doubled():
    files = build_etc(HostSpec(user=User(login="backup", uid=1)), b"")
    passwd = files["/etc/passwd"]
    assert isinstance(passwd, File)
    lines = [line.split(":") for line in passwd.content.decode().splitlines()]
    assert len({line[0] for line in lines}) == len(lines)
    assert len({line[2] for line in lines}) == len(lines)


@pytest.mark.parametrize(
    "user", [User(login="a:b"), User(real_name="a\nroot:x:0"), User(shell=":")]
)
def test_no_level_can_forge_a_line(user):
    with pytest.raises(UsageError):
        build_etc(HostSpec(user=user), b"")


def test_without_a_zone_there_are_no_files():
    files = build_etc(HostSpec(localtime=None, timezone_file=None), b"")
    assert "/etc/localtime" not in files
    assert "/etc/timezone" not in files


def test_machine_ids_are_one_file_where_they_are_equal():
    assert build_etc(BARE, b"")["/var/lib/dbus/machine-id"] == Link("/etc/machine-id")


def test_every_bundle_holds_the_authorities():
    files = build_etc(BARE, b"PEM")
    for path in ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"):
        assert files[path] == File(b"PEM")
    assert files["/etc/ssl/cert.pem"] == Link("certs/ca-certificates.crt")


def test_a_nul_character_is_refused():
    with pytest.raises(UsageError, match="/etc/hostname"):
        build_etc(HostSpec(hostname="a\0b"), b"")
