"""Marks of a container, in which a distribution runs, and the table of all marks but of clouds.

Docker and Podman create a file of their own; Kubernetes sets variables for its own service and
gives each pod a service account; systemd records the container manager.
:mod:`lab.factors.data.wsl` has the marks of WSL, :mod:`lab.factors.data.clouds` those of clouds.

A container has the kernel of its host.  With control groups of version 2 and a namespace for
them it sees itself at their root.  Numbers, names and keys are invented.  Left out is what other
factors decide: the host's name, and variables of a desktop, an editor or a build.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping

from lab.factors.data.container_mark import ContainerMark
from lab.factors.data.distributions import Distribution
from lab.factors.data.wsl import make_wsl_mark
from lab.factors.host_spec import File, Kernel, Link

__all__ = ["DOCKER_FILE", "MARKS", "make_container_mark"]


_HOST = Kernel()
"""The kernel of a container's host: the control's."""

_ROOT_GROUP = "0::/\n"
_CONTAINER = hashlib.sha256(b"container").hexdigest()
_CONTROLLERS = (
    "name=systemd", "blkio", "cpu,cpuacct", "cpuset", "devices", "freezer", "hugetlb", "memory",
    "net_cls,net_prio", "perf_event", "pids",
)  # fmt: skip
DOCKER_FILE = {"/.dockerenv": File(mode=0o755)}


def make_container_mark(
    variables: Mapping[str, str] | None = None,
    files: Mapping[str, File | Link] | None = None,
    kernel: Kernel = _HOST,
    needles: tuple[str, ...] = (),
) -> Callable[[Distribution], ContainerMark]:
    """A mark that is the same in every distribution.

    Args:
        variables: Environment variables of the container.
        files: Files by path.
        kernel: The kernel of the container's host.
        needles: Texts that identify a copy of the mark.
    """
    mark = ContainerMark(
        variables or {}, files or {}, kernel=kernel, cgroup=_ROOT_GROUP, needles=needles
    )
    return lambda distribution: mark


def _docker_cgroup1(distribution: Distribution) -> ContainerMark:
    """On a host with control groups of version 1, where the paths name the container."""
    numbered = enumerate(_CONTROLLERS, 1)
    lines = [f"{number}:{name}:/docker/{_CONTAINER}\n" for number, name in numbered]
    return ContainerMark(
        files=DOCKER_FILE,
        kernel=_HOST,
        cgroup="".join(reversed(lines)),
        needles=(_CONTAINER, _CONTAINER[:12]),
    )


def _systemd(distribution: Distribution) -> ContainerMark:
    """The folder that sd_booted(3) checks."""
    return ContainerMark(directories=("/run/systemd/system",))


def _lxc(distribution: Distribution) -> ContainerMark:
    return ContainerMark(
        files={"/run/systemd/container": File(b"lxc\n")},
        directories=("/run/systemd/system",),
        kernel=_HOST,
        cgroup="0::/init.scope\n",
    )


_SERVICE_ADDRESS = "10.96.0.1"
_SERVICE_URL = f"tcp://{_SERVICE_ADDRESS}:443"
_ACCOUNT = "/run/secrets/kubernetes.io/serviceaccount"
_ACCOUNT_VERSION = "..2026_09_16_11_58_07.3190482756"
_POD, _NAMESPACE = "project-6d8f7c9b54-x2kqv", "team-tools"

_CLUSTER_AUTHORITY = b"""\
-----BEGIN CERTIFICATE-----
MIIBWjCCAQCgAwIBAgIIL1yNF6lL4wYwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwK
a3ViZXJuZXRlczAeFw0yNTExMDMwOTE0MjFaFw0zNTExMDEwOTE5MjFaMBUxEzAR
BgNVBAMMCmt1YmVybmV0ZXMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQVI/6L
5GUcG6wyGgs9MIlAzyza3j5q+/sq/V7Z6b9higEw32Dfkx6K3FajOLL3DdjrHB1a
vxjZx/KOpg3WioSSozowODAOBgNVHQ8BAf8EBAMCAqQwDwYDVR0TAQH/BAUwAwEB
/zAVBgNVHREEDjAMggprdWJlcm5ldGVzMAoGCCqGSM49BAMCA0gAMEUCIQCbDAr+
wZnwMYMrQvm22hHKhrDyuhI4QDu7O3gnBUKWOQIgDFllJRv1HIheL2VBeYxU4lcK
Qa1tqTNxRJmaYIe1eSE=
-----END CERTIFICATE-----
"""
"""Of an invented cluster; its key was deleted."""


def _token() -> bytes:
    """A service account's token (RFC 7519) whose signature consists of digests."""
    issuer = "https://kubernetes.default.svc.cluster.local"
    claims = {
        "aud": [issuer],
        "exp": 1_821_096_687,
        "iat": 1_789_559_887,
        "iss": issuer,
        "kubernetes.io": {
            "namespace": _NAMESPACE,
            "pod": {"name": _POD, "uid": "4c1d9e62-7a05-4b8f-93d6-e02f5b7a18c4"},
            "serviceaccount": {"name": "default", "uid": "b7e03f58-1c94-4d2a-86f1-59a0c3d7e214"},
        },
        "nbf": 1_789_559_887,
        "sub": f"system:serviceaccount:{_NAMESPACE}:default",
    }
    kid = hashlib.sha256(_CLUSTER_AUTHORITY).digest()
    header = {"alg": "RS256", "kid": base64.urlsafe_b64encode(kid).rstrip(b"=").decode()}
    signature = b"".join(hashlib.sha512(bytes([part])).digest() for part in range(4))
    texts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, claims)]
    parts = (*texts, signature)
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


_KUBERNETES = make_container_mark(
    {
        "KUBERNETES_PORT": _SERVICE_URL,
        "KUBERNETES_PORT_443_TCP": _SERVICE_URL,
        "KUBERNETES_PORT_443_TCP_ADDR": _SERVICE_ADDRESS,
        "KUBERNETES_PORT_443_TCP_PORT": "443",
        "KUBERNETES_PORT_443_TCP_PROTO": "tcp",
        "KUBERNETES_SERVICE_HOST": _SERVICE_ADDRESS,
        "KUBERNETES_SERVICE_PORT": "443",
        "KUBERNETES_SERVICE_PORT_HTTPS": "443",
    },
    {
        f"{_ACCOUNT}/..data": Link(_ACCOUNT_VERSION),
        f"{_ACCOUNT}/{_ACCOUNT_VERSION}/ca.crt": File(_CLUSTER_AUTHORITY),
        f"{_ACCOUNT}/{_ACCOUNT_VERSION}/namespace": File(_NAMESPACE.encode()),
        f"{_ACCOUNT}/{_ACCOUNT_VERSION}/token": File(_token()),
        f"{_ACCOUNT}/ca.crt": Link("..data/ca.crt"),
        f"{_ACCOUNT}/namespace": Link("..data/namespace"),
        f"{_ACCOUNT}/token": Link("..data/token"),
    },
    needles=(_POD, _NAMESPACE, _SERVICE_URL, _SERVICE_ADDRESS),
)

MARKS: Mapping[str, Callable[[Distribution], ContainerMark]] = {
    "docker": make_container_mark(files=DOCKER_FILE),
    "docker-cgroup1": _docker_cgroup1,
    "podman": make_container_mark(
        {"container": "podman"}, {"/run/.containerenv": File(mode=0o755)}
    ),
    "kubernetes": _KUBERNETES,
    "lxc": _lxc,
    "systemd": _systemd,
    "wsl2": make_wsl_mark,
}
"""Marks by name, as a function of the distribution."""
