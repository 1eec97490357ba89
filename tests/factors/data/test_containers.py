"""Marks of containers have the formats of the programs that create them."""

import base64
import json
import re

import pytest

from lab.factors.data.containers import MARKS
from lab.factors.data.distributions import DISTRIBUTIONS
from lab.factors.host_spec import File, Link


@pytest.mark.parametrize("name", MARKS)
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_every_mark_exists_in_every_distribution(name, distribution):
    mark = MARKS[name](DISTRIBUTIONS[distribution])
    assert mark == MARKS[name](DISTRIBUTIONS[distribution])
    assert mark.variables or mark.files or mark.directories
    assert all(path.startswith("/") for path in (*mark.files, *mark.directories))


def test_the_token_of_a_service_account_is_a_json_web_token():
    mark = MARKS["kubernetes"](DISTRIBUTIONS["debian"])
    (content,) = (
        f.content for p, f in mark.files.items() if p.endswith("/token") and isinstance(f, File)
    )
    header, claims, signature = (
        base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in content.split(b".")
    )
    assert json.loads(header)["alg"] == "RS256"
    assert json.loads(claims)["kubernetes.io"]["namespace"] in mark.needles
    assert len(signature) == 256


def test_links_of_a_service_account_lead_to_files_of_the_mark():
    files = MARKS["kubernetes"](DISTRIBUTIONS["debian"]).files
    folder = next(path for path in files if path.endswith("/..data")).removesuffix("/..data")
    version = files[f"{folder}/..data"]
    assert isinstance(version, Link)
    for name in ("ca.crt", "namespace", "token"):
        assert files[f"{folder}/{name}"] == Link(f"..data/{name}")
        assert isinstance(files[f"{folder}/{version.target}/{name}"], File)


def test_control_groups_of_version_1_name_the_container():
    mark = MARKS["docker-cgroup1"](DISTRIBUTIONS["debian"])
    assert mark.cgroup is not None
    lines = mark.cgroup.splitlines()
    assert [int(line.split(":")[0]) for line in lines] == list(range(len(lines), 0, -1))
    assert all(re.fullmatch(r"\d+:[^:]+:/docker/[0-9a-f]{64}", line) for line in lines)
