from __future__ import annotations

import base64
import json
import os
import posixpath
from pathlib import Path

import msgspec
import pytest
from cryptography import x509

from lab.environment import Environment
from lab.factors import registry
from lab.factors.data.clouds import CLOUDS
from lab.factors.data.distributions import DISTRIBUTIONS, read_os_release_entry
from lab.factors.data.machine_kinds import KINDS
from lab.factors.host_spec import BARE, File, HostSpec, Kernel, Link, Platform
from lab.factors.platform import ALL_MARKS, FACTOR
from lab.sandbox.jail.files.etc import build_etc
from lab.sandbox.jail.host_facts import HostFacts
from lab.sandbox.jail.jail import Jail
from lab.sandbox.jail.plan import plan_jail
from lab.sandbox.jail.tree_writer import write_tree

EVERY = [
    FACTOR.parse(level)
    for name in DISTRIBUTIONS
    for level in (name, *(f"{name}+{mark}" for mark in ALL_MARKS))
]
MACHINES = ("amazon-ec2", "azure", "google-compute")


def made(level: str) -> HostSpec:
    return FACTOR.realise(FACTOR.parse(level), BARE)


def text(spec: HostSpec, path: str) -> str:
    """What a file says, through the links that the spec has."""
    folder, name = posixpath.split(path)
    if folder in spec.files:
        folder = posixpath.join(posixpath.dirname(folder), spec.files[folder].target)
    item = spec.files[posixpath.normpath(posixpath.join(folder, name))]
    if isinstance(item, Link):
        return text(spec, posixpath.join(folder, item.target))
    return item.content.decode()


def test_the_control_is_the_platform_of_the_bare_host_spec():
    assert made(FACTOR.control) == BARE


def test_no_mark_is_called_as_a_distribution():
    assert not DISTRIBUTIONS.keys() & ALL_MARKS.keys()


@pytest.mark.parametrize("name", list(DISTRIBUTIONS))
def test_a_distribution_has_the_same_texts_everywhere(name: str):
    platform = made(name).platform
    entries = platform.os_release
    assert all(
        read_os_release_entry(entries, key) for key in ("NAME", "ID", "PRETTY_NAME", "HOME_URL")
    )
    assert entries.endswith("\n")
    release = dict(platform.release_files)
    assert "issue" in release
    version = read_os_release_entry(entries, "VERSION_ID")
    said = [line for key, line in release.items() if key.endswith("-release") and line]
    assert all(version in line for line in said)


@pytest.mark.parametrize("name", list(DISTRIBUTIONS))
def test_a_kernel_fits_into_the_fields_of_uname(name: str):
    """utsname(2): 65 bytes with the final NUL."""
    chosen = DISTRIBUTIONS[name]
    for kernel in (chosen.platform.kernel, *chosen.clouds.values()):
        assert 0 < len(kernel.release) <= 64
        assert kernel.version.startswith("#")
        assert len(kernel.version) <= 64
        assert kernel.built.startswith("(")


def test_no_two_distributions_share_name_kernel_or_name_in_the_store():
    for texts in (
        {
            read_os_release_entry(item.platform.os_release, "PRETTY_NAME")
            for item in DISTRIBUTIONS.values()
        },
        {item.platform.kernel.release for item in DISTRIBUTIONS.values()},
        {item.wsl for item in DISTRIBUTIONS.values()},
    ):
        assert len(texts) == len(DISTRIBUTIONS)


def test_entry_reads_quoted_and_bare_values():
    assert read_os_release_entry('A=x\nB="y z"\nC=""\n', "B") == "y z"
    assert read_os_release_entry('A=x\nB="y z"\nC=""\n', "A") == "x"
    assert (
        read_os_release_entry('A=x\nB="y z"\nC=""\n', "C")
        == read_os_release_entry("A=x\n", "Z")
        == ""
    )


@pytest.mark.parametrize(
    ("level", "canonical"),
    [
        ("debian+docker", "docker"),
        ("docker+ubuntu", "ubuntu+docker"),
        ("wsl2+debian", "wsl2"),
        ("alpine", "alpine"),
    ],
)
def test_one_platform_has_one_spelling(level: str, canonical: str):
    assert FACTOR.parse(level) == canonical


@pytest.mark.parametrize(
    "level",
    ["", "Debian", "ubuntu+", "+docker", "ubuntu+fedora", "docker+podman", "ubuntu+ubuntu",
     "ubuntu+docker+wsl2", "ubuntu docker", "wsl"],
)  # fmt: skip
def test_what_is_no_platform_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_who_mistypes_gets_the_list_of_what_exists():
    with pytest.raises(ValueError, match="nearest: wsl2"):
        FACTOR.parse("ubuntu+wsl")


@pytest.mark.parametrize("level", EVERY)
def test_a_jail_can_hold_it(level: str):
    """Nothing lies where the jail is read-only, and no file of its own /etc is replaced."""
    spec = made(level)
    tree = plan_jail(Jail(spec.settled(), ("/bin/true",)), HostFacts(), "/tree").tree
    for path in spec.files:
        assert tree[path] == spec.files[path]
    bare = msgspec.structs.replace(BARE, platform=Platform(release_files=()))
    assert not {f"/etc/{name}" for name, _ in spec.platform.release_files} & set(
        build_etc(bare, b"")
    )


@pytest.mark.parametrize("mark", ["docker", "docker-cgroup1", "podman", "kubernetes", "lxc"])
def test_a_container_has_its_own_distribution_and_the_hosts_kernel(mark: str):
    inside = made(f"alpine+{mark}").platform
    assert inside.os_release == DISTRIBUTIONS["alpine"].platform.os_release
    assert inside.kernel == Kernel()
    assert made(mark).platform.cgroup == inside.cgroup


def test_docker_and_podman_leave_their_own_file():
    assert made("docker").files.keys() == {"/.dockerenv"}
    assert made("docker").variables == {}
    podman = made("podman")
    assert (podman.files.keys(), podman.variables) == (
        {"/run/.containerenv"},
        {"container": "podman"},
    )
    assert made("docker").platform.cgroup == made("podman").platform.cgroup == "0::/\n"


def test_with_old_control_groups_the_paths_name_the_container():
    cgroup = made("docker-cgroup1").platform.cgroup
    identity = FACTOR.needles("docker-cgroup1")[4]
    lines = [line.split(":", 2) for line in cgroup.splitlines()]
    assert [int(line[0]) for line in lines] == list(range(len(lines), 0, -1))
    assert {line[2] for line in lines} == {f"/docker/{identity}"}
    assert len(identity) == 64


def test_a_pod_has_a_service_account_behind_links(tmp_path: Path):
    spec = made("kubernetes")
    tree = plan_jail(Jail(spec.settled(), ("/bin/true",)), HostFacts(), "/tree").tree
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        write_tree(descriptor, tree, None)
    finally:
        os.close(descriptor)
    account = tmp_path / "run/secrets/kubernetes.io/serviceaccount"
    assert sorted(item.name for item in account.iterdir())[2:] == ["ca.crt", "namespace", "token"]
    assert (account / "namespace").read_text() == "team-tools"
    authority = x509.load_pem_x509_certificate((account / "ca.crt").read_bytes())
    assert authority.subject.rfc4514_string() == "CN=kubernetes"
    header, claims, signature = (account / "token").read_text().split(".")
    document = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert document["sub"] == "system:serviceaccount:team-tools:default"
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "RS256"
    assert len(base64.urlsafe_b64decode(signature + "==")) == 256
    assert spec.variables["KUBERNETES_PORT"] == "tcp://10.96.0.1:443"


@pytest.mark.parametrize("name", list(DISTRIBUTIONS))
def test_wsl_brings_its_kernel_and_names_the_distribution(name: str):
    inside = made(f"{name}+wsl2")
    assert "microsoft" in inside.platform.kernel.release
    assert inside.variables["WSL_DISTRO_NAME"] == DISTRIBUTIONS[name].wsl
    assert inside.variables["WSL_INTEROP"] in inside.files
    systemd = "true" if "init.scope" in inside.platform.cgroup else "false"
    assert dict(inside.platform.release_files)["wsl.conf"] == f"[boot]\nsystemd={systemd}\n"


def test_wsl_names_the_windows_machine_and_not_the_host():
    inside = msgspec.structs.replace(made("wsl2"), hostname="build-7").settled()
    assert inside.variables["NAME"] == made("wsl2").variables["NAME"] != "build-7"
    assert "NAME" not in made("docker").settled().variables


def test_wsl_has_a_command_line_of_its_own_and_programs_in_usr():
    platform = made("ubuntu+wsl2").platform
    assert "WSL_ROOT_INIT=1" in (platform.command_line or "")
    assert "/usr/bin/wslinfo" in dict(platform.usr_files)
    assert made("docker").platform.usr_files == made("ubuntu").platform.proc_files == ()


@pytest.mark.parametrize("mark", MACHINES)
@pytest.mark.parametrize("name", list(DISTRIBUTIONS))
def test_what_cloud_init_noted_agrees_with_the_rest(name: str, mark: str):
    inside = made(f"{name}+{mark}")
    document = json.loads(text(inside, "/run/cloud-init/instance-data.json"))["v1"]
    assert document["kernel_release"] == inside.platform.kernel.release
    assert document["distro"] == read_os_release_entry(inside.platform.os_release, "ID")
    assert text(inside, "/run/cloud-init/cloud-id") == document["cloud_name"] + "\n"
    assert text(inside, "/var/lib/cloud/data/instance-id") == document["instance_id"] + "\n"
    assert inside.files["/var/lib/cloud/instance"] == Link(
        f"/var/lib/cloud/instances/{document['instance_id']}"
    )
    result = json.loads(text(inside, "/run/cloud-init/result.json"))["v1"]
    assert text(inside, "/var/lib/cloud/instance/datasource").endswith(result["datasource"] + "\n")
    assert inside.variables == {}


def test_a_cloud_has_the_kernel_of_the_distribution_for_it():
    assert made("ubuntu+azure").platform.kernel.release.endswith("-azure")
    assert made("amazon-ec2").platform.kernel.release == "6.1.0-35-cloud-amd64"
    assert made("fedora+amazon-ec2").platform.kernel == made("fedora").platform.kernel


def test_the_instance_is_the_one_that_the_machine_says():
    board = dict(KINDS["amazon-ec2"].dmi)["board_asset_tag"]
    assert board in FACTOR.needles("amazon-ec2")


def test_systemd_is_known_by_its_folder():
    assert made("systemd").directories == ("/run/systemd/system",)
    assert made("lxc").files == {"/run/systemd/container": File(b"lxc\n")}


@pytest.mark.parametrize(
    ("platform", "machine", "possible"),
    [
        ("amazon-ec2", "amazon-ec2", True),
        ("amazon-ec2", "desktop", True),
        ("amazon-ec2", "cpus=2;memory=4GiB", True),
        ("amazon-ec2", "laptop", False),
        ("ubuntu+azure", "amazon-ec2;memory=8GiB", False),
        ("wsl2", "laptop", False),
        ("wsl2", "wsl2", True),
        ("docker", "laptop", True),
        ("google-cloud-run", "virtualbox", True),
        ("debian", "amazon-ec2", True),
    ],
)
def test_clouds_and_wsl_go_with_their_own_machines(platform: str, machine: str, possible: bool):
    environment = Environment.of({"platform": platform, "machine": machine})
    assert (registry.find_conflict(environment) is None) == possible


def test_every_named_level_goes_with_some_level_of_the_other():
    for level in FACTOR.levels:
        free = [
            machine
            for machine in registry.get_factor("machine").levels
            if registry.find_conflict(Environment.of({"platform": level, "machine": machine}))
            is None
        ]
        assert len(free) >= 2, level


def test_no_mark_decides_what_another_factor_decides():
    others = {"HOME", "USER", "LOGNAME", "HOSTNAME", "PWD", "TERM", "TZ", "LANG", "SHELL",
              "PATH", "CI", "DISPLAY", "WAYLAND_DISPLAY", "WT_SESSION", "XDG_RUNTIME_DIR",
              "GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_USER"}  # fmt: skip
    for level in EVERY:
        spec = made(level)
        assert not others & spec.variables.keys()
        assert not any(path.startswith(("~", ".", "/home")) for path in spec.files)
    for name in CLOUDS:
        assert not any(
            "TOKEN" in variable or "KEY" in variable for variable in made(name).variables
        )


def test_a_copy_may_hold_names_versions_or_what_the_mark_says():
    assert FACTOR.needles("ubuntu") == (
        "Ubuntu 24.04.3 LTS",
        "6.14.0-37-generic",
        "#37~24.04.1-Ubuntu SMP PREEMPT_DYNAMIC Thu Nov 20 10:25:38 UTC 2",
        "24.04",
        "ubuntu",
    )
    assert "arch" not in FACTOR.needles("arch")
    assert {"Ubuntu-24.04", "6.6.87.2-microsoft-standard-WSL2"} <= set(
        FACTOR.needles("ubuntu+wsl2")
    )
    assert "docker" in FACTOR.needles("docker")
