"""Marks of clouds: of virtual machines, and of services that rent containers and workspaces.

On a virtual machine, cloud-init records the cloud and the instance, and the kernel is the
distribution's own for that cloud.  Services set the variables that their documentation lists, in
a container with a kernel of their choice.

Numbers and names are invented.  Left out are tokens and keys, and what other factors decide: the
host's name, the user, paths, and variables of a build or of an editor.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from lab.factors.data.container_mark import ContainerMark
from lab.factors.data.containers import DOCKER_FILE, make_container_mark
from lab.factors.data.distributions import DISTRIBUTIONS, Distribution, read_os_release_entry
from lab.factors.data.machine_kinds import EC2_INSTANCE
from lab.factors.host_spec import File, Kernel, Link

__all__ = ["CLOUDS"]


class _Cloud(msgspec.Struct, frozen=True):
    """What cloud-init notes of a cloud; ``files`` are those of the cloud's own agent."""

    name: str
    platform: str
    instance: str
    region: str
    zone: str
    source: str
    subplatform: str
    files: Mapping[str, File | Link] = {}


_AZURE_INSTANCE = "7d2e94b1-0c63-4f58-a1d7-36e8b05f9c42"

_MACHINES = {
    "amazon-ec2": _Cloud(
        "aws", "ec2", EC2_INSTANCE, "us-east-1", "us-east-1a",
        "DataSourceEc2Local", "metadata (http://169.254.169.254)",
    ),
    "azure": _Cloud(
        "azure", "azure", _AZURE_INSTANCE, "eastus", "",
        "DataSourceAzure [seed=/dev/sr0]", "config-disk (/dev/sr0)",
        {"/var/lib/waagent/provisioned": File(_AZURE_INSTANCE.encode())},
    ),
    "google-compute": _Cloud(
        "gce", "gce", "4582016937741920358", "us-central1", "us-central1-a",
        "DataSourceGCELocal",
        "metadata (http://metadata.google.internal/computeMetadata/v1/)",
    ),
}  # fmt: skip


def _json_file(document: object) -> File:
    return File(json.dumps(document, indent=1, sort_keys=True).encode() + b"\n")


def _cloud_mark(name: str, distribution: Distribution) -> ContainerMark:
    cloud = _MACHINES[name]
    platform = distribution.platform
    kernel = distribution.clouds.get(name, platform.kernel)
    identity = read_os_release_entry(platform.os_release, "ID")
    instance = {
        "_beta_keys": ["subplatform"],
        "availability_zone": cloud.zone,
        "cloud_id": cloud.name,
        "cloud_name": cloud.name,
        "distro": identity,
        "distro_release": read_os_release_entry(platform.os_release, "VERSION_CODENAME"),
        "distro_version": read_os_release_entry(platform.os_release, "VERSION_ID"),
        "instance_id": cloud.instance,
        "kernel_release": kernel.release,
        "machine": "x86_64",
        "platform": cloud.platform,
        "public_ssh_keys": [],
        "region": cloud.region,
        "subplatform": cloud.subplatform,
        "variant": identity,
    }
    data, run = "/var/lib/cloud", "/run/cloud-init"
    return ContainerMark(
        files={
            f"{data}/data/instance-id": File(f"{cloud.instance}\n".encode()),
            f"{data}/instance": Link(f"{data}/instances/{cloud.instance}"),
            f"{data}/instances/{cloud.instance}/datasource": File(
                f"{cloud.source.split()[0]}: {cloud.source}\n".encode()
            ),
            f"{run}/cloud-id": Link(f"{run}/cloud-id-{cloud.name}"),
            f"{run}/cloud-id-{cloud.name}": File(f"{cloud.name}\n".encode()),
            f"{run}/enabled": File(),
            f"{run}/instance-data.json": _json_file(
                {"base64_encoded_keys": [], "sensitive_keys": [], "v1": instance}
            ),
            f"{run}/result.json": _json_file({"v1": {"datasource": cloud.source, "errors": []}}),
            **cloud.files,
        },
        kernel=kernel,
        needles=tuple(filter(None, (cloud.instance, cloud.zone, cloud.region, cloud.source))),
    )


_AZURE_KERNEL = DISTRIBUTIONS["ubuntu"].clouds["azure"]
_GOOGLE_KERNEL = DISTRIBUTIONS["ubuntu"].clouds["google-compute"]
_TASK = "9b04e7c2d15f4a8386d0c3b71f2e5a94"
_METADATA = f"http://169.254.170.2/{{}}/{_TASK}-1403768295"
_CODESPACE = "studious-parakeet-7v4q9x5w6rj2pw"
_WORKSPACE = "example-project-k3v9t0m2xqd"
_INSTANCE = "c58e2d07-4b19-4f6a-b3e0-8a71d90f5c36"

CLOUDS: Mapping[str, Callable[[Distribution], ContainerMark]] = {
    **{name: partial(_cloud_mark, name) for name in _MACHINES},
    "amazon-ecs": make_container_mark(
        {
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": (
                "/v2/credentials/2f6c8a1e-94d3-4b70-8e5d-c70b3a916f28"
            ),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
            "AWS_REGION": "us-east-1",
            "ECS_CONTAINER_METADATA_URI": _METADATA.format("v3"),
            "ECS_CONTAINER_METADATA_URI_V4": _METADATA.format("v4"),
        },
        DOCKER_FILE,
        DISTRIBUTIONS["amazon-linux"].platform.kernel,
        (_TASK, "AWS_ECS_EC2", "us-east-1"),
    ),
    "azure-container-apps": make_container_mark(
        {
            "CONTAINER_APP_ENV_DNS_SUFFIX": "gentlebay-4f1c09d7.eastus.azurecontainerapps.io",
            "CONTAINER_APP_NAME": "project",
            "CONTAINER_APP_REPLICA_NAME": "project--k7d2m0x-5c8f9b6d74-zqtw9",
            "CONTAINER_APP_REVISION": "project--k7d2m0x",
        },
        kernel=_AZURE_KERNEL,
        needles=("gentlebay-4f1c09d7", "project--k7d2m0x"),
    ),
    "google-cloud-run": make_container_mark(
        {
            "K_CONFIGURATION": "project",
            "K_REVISION": "project-00042-vuk",
            "K_SERVICE": "project",
            "PORT": "8080",
        },
        # gVisor, which runs the first generation, always reports this kernel
        kernel=Kernel("4.4.0", "#1 SMP Sun Jan 10 15:06:54 PST 2016", ""),
        needles=("project-00042-vuk",),
    ),
    "codespaces": make_container_mark(
        {
            "CODESPACES": "true",
            "CODESPACE_NAME": _CODESPACE,
            "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev",
        },
        DOCKER_FILE,
        _AZURE_KERNEL,
        (_CODESPACE, "app.github.dev"),
    ),
    "gitpod": make_container_mark(
        {
            "GITPOD_HOST": "https://gitpod.io",
            "GITPOD_INSTANCE_ID": _INSTANCE,
            "GITPOD_WORKSPACE_ID": _WORKSPACE,
            "GITPOD_WORKSPACE_URL": f"https://{_WORKSPACE}.ws-eu120.gitpod.io",
        },
        kernel=_GOOGLE_KERNEL,
        needles=(_INSTANCE, _WORKSPACE, "gitpod.io"),
    ),
}
"""Marks by name, as those of :mod:`lab.factors.data.containers`."""
