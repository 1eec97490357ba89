"""Linux distributions: os-release, files in /etc, kernel.

Each is an installation on an ordinary computer, in one release, with a kernel of that release;
all texts are the distributions' own.  ``clouds`` has the kernels of their cloud images, where
those differ.  Programs are those of the lab's Debian.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from lab.factors.host_spec import Kernel, Platform

__all__ = ["DISTRIBUTIONS", "Distribution", "read_os_release_entry"]


class Distribution(msgspec.Struct, frozen=True):
    """A distribution; ``wsl`` is its name in Microsoft's store."""

    platform: Platform
    wsl: str
    clouds: Mapping[str, Kernel] = {}


def read_os_release_entry(os_release: str, name: str) -> str:
    """The value of a name in os-release(5); empty if the name is missing."""
    found = re.search(rf'^{name}="?([^"\n]*)"?$', os_release, re.MULTILINE)
    return found[1] if found else ""


_UBUNTU_BUILT = (
    "(buildd@lcy02-amd64-031) (x86_64-linux-gnu-gcc-13 (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0, "
    "GNU ld (GNU Binutils for Ubuntu) 2.42)"
)
_ALPINE = Kernel(
    "6.6.94-0-lts",
    "#1-Alpine SMP PREEMPT_DYNAMIC 2025-06-23 15:38:39",
    "(buildozer@build-3-20-x86_64) (gcc (Alpine 13.2.1_git20240309) 13.2.1 20240309, "
    "GNU ld (GNU Binutils) 2.42)",
)
_DEBIAN_CLOUD = msgspec.structs.replace(Kernel(), release="6.1.0-35-cloud-amd64")
_ALPINE_CLOUD = msgspec.structs.replace(_ALPINE, release="6.6.94-0-virt")
_CLOUDS = ("amazon-ec2", "azure", "google-compute")

_UBUNTU = Platform(
    os_release="""\
PRETTY_NAME="Ubuntu 24.04.3 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
VERSION="24.04.3 LTS (Noble Numbat)"
VERSION_CODENAME=noble
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
SUPPORT_URL="https://help.ubuntu.com/"
BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"
PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"
UBUNTU_CODENAME=noble
LOGO=ubuntu-logo
""",
    release_files=(
        ("debian_version", "trixie/sid\n"),
        ("issue", "Ubuntu 24.04.3 LTS \\n \\l\n\n"),
        ("issue.net", "Ubuntu 24.04.3 LTS\n"),
        (
            "lsb-release",
            "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\nDISTRIB_CODENAME=noble\n"
            'DISTRIB_DESCRIPTION="Ubuntu 24.04.3 LTS"\n',
        ),
    ),
    # uname's field ends after 64 letters, which cuts the year
    kernel=Kernel(
        "6.14.0-37-generic",
        "#37~24.04.1-Ubuntu SMP PREEMPT_DYNAMIC Thu Nov 20 10:25:38 UTC 2",
        _UBUNTU_BUILT,
    ),
)

_FEDORA = Platform(
    os_release="""\
NAME="Fedora Linux"
VERSION="42 (Workstation Edition)"
RELEASE_TYPE=stable
ID=fedora
VERSION_ID=42
VERSION_CODENAME=""
PLATFORM_ID="platform:f42"
PRETTY_NAME="Fedora Linux 42 (Workstation Edition)"
ANSI_COLOR="0;38;2;60;110;180"
LOGO=fedora-logo-icon
CPE_NAME="cpe:/o:fedoraproject:fedora:42"
DEFAULT_HOSTNAME="fedora"
HOME_URL="https://fedoraproject.org/"
DOCUMENTATION_URL="https://docs.fedoraproject.org/en-US/fedora/f42/"
SUPPORT_URL="https://ask.fedoraproject.org/"
BUG_REPORT_URL="https://bugzilla.redhat.com/"
REDHAT_BUGZILLA_PRODUCT="Fedora"
REDHAT_BUGZILLA_PRODUCT_VERSION=42
REDHAT_SUPPORT_PRODUCT="Fedora"
REDHAT_SUPPORT_PRODUCT_VERSION=42
SUPPORT_END=2026-05-13
VARIANT="Workstation Edition"
VARIANT_ID=workstation
""",
    release_files=(
        ("fedora-release", "Fedora release 42 (Adams)\n"),
        ("issue", "\\S\nKernel \\r on \\m (\\l)\n\n"),
        ("redhat-release", "Fedora release 42 (Adams)\n"),
        ("system-release", "Fedora release 42 (Adams)\n"),
        ("system-release-cpe", "cpe:/o:fedoraproject:fedora:42\n"),
    ),
    kernel=Kernel(
        "6.16.8-200.fc42.x86_64",
        "#1 SMP PREEMPT_DYNAMIC Fri Sep 19 17:47:18 UTC 2025",
        "(mockbuild@1b8d6d49127b4222833704415d76d564) (gcc (GCC) 15.2.1 20250808 "
        "(Red Hat 15.2.1-1), GNU ld version 2.44-6.fc42)",
    ),
)

_ALPINE_LINUX = Platform(
    os_release="""\
NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.20.7
PRETTY_NAME="Alpine Linux v3.20"
HOME_URL="https://alpinelinux.org/"
BUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"
""",
    release_files=(
        ("alpine-release", "3.20.7\n"),
        ("issue", "Welcome to Alpine Linux 3.20\nKernel \\r on an \\m (\\l)\n\n"),
    ),
    kernel=_ALPINE,
    cgroup="0::/\n",
)

_ARCH = Platform(
    os_release="""\
NAME="Arch Linux"
PRETTY_NAME="Arch Linux"
ID=arch
BUILD_ID=rolling
ANSI_COLOR="38;2;23;147;209"
HOME_URL="https://archlinux.org/"
DOCUMENTATION_URL="https://wiki.archlinux.org/"
SUPPORT_URL="https://bbs.archlinux.org/"
BUG_REPORT_URL="https://gitlab.archlinux.org/groups/archlinux/-/issues"
PRIVACY_POLICY_URL="https://terms.archlinux.org/docs/privacy-policy/"
LOGO=archlinux-logo
""",
    release_files=(("arch-release", ""), ("issue", "Arch Linux \\r (\\l)\n\n")),
    kernel=Kernel(
        "6.15.2-arch1-1",
        "#1 SMP PREEMPT_DYNAMIC Tue, 10 Jun 2025 21:32:33 +0000",
        "(linux@archlinux) (gcc (GCC) 15.1.1 20250425, GNU ld (GNU Binutils) 2.44.0)",
    ),
)

_ROCKY = Platform(
    os_release="""\
NAME="Rocky Linux"
VERSION="9.5 (Blue Onyx)"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.5"
PLATFORM_ID="platform:el9"
PRETTY_NAME="Rocky Linux 9.5 (Blue Onyx)"
ANSI_COLOR="0;32"
LOGO="fedora-logo-icon"
CPE_NAME="cpe:/o:rocky:rocky:9::baseos"
HOME_URL="https://rockylinux.org/"
VENDOR_NAME="RESF"
VENDOR_URL="https://resf.org/"
BUG_REPORT_URL="https://bugs.rockylinux.org/"
SUPPORT_END="2032-05-31"
ROCKY_SUPPORT_PRODUCT="Rocky-Linux-9"
ROCKY_SUPPORT_PRODUCT_VERSION="9.5"
REDHAT_SUPPORT_PRODUCT="Rocky Linux"
REDHAT_SUPPORT_PRODUCT_VERSION="9.5"
""",
    release_files=(
        ("issue", "\\S\nKernel \\r on an \\m\n\n"),
        ("redhat-release", "Rocky Linux release 9.5 (Blue Onyx)\n"),
        ("rocky-release", "Rocky Linux release 9.5 (Blue Onyx)\n"),
        ("rocky-release-upstream", "Derived from Red Hat Enterprise Linux 9.5\n"),
        ("system-release", "Rocky Linux release 9.5 (Blue Onyx)\n"),
        ("system-release-cpe", "cpe:/o:rocky:rocky:9::baseos\n"),
    ),
    kernel=Kernel(
        "5.14.0-503.35.1.el9_5.x86_64",
        "#1 SMP PREEMPT_DYNAMIC Thu Apr 3 12:12:16 UTC 2025",
        "(mockbuild@iad1-prod-build001.bld.equ.rockylinux.org) (gcc (GCC) 11.5.0 20240719 "
        "(Red Hat 11.5.0-5), GNU ld version 2.35.2-54.el9)",
    ),
)

_AMAZON = Platform(
    os_release="""\
NAME="Amazon Linux"
VERSION="2023"
ID="amzn"
ID_LIKE="fedora"
VERSION_ID="2023"
PLATFORM_ID="platform:al2023"
PRETTY_NAME="Amazon Linux 2023.8.20250818"
ANSI_COLOR="0;33"
CPE_NAME="cpe:2.3:o:amazon:amazon_linux:2023"
HOME_URL="https://aws.amazon.com/linux/amazon-linux-2023/"
DOCUMENTATION_URL="https://docs.aws.amazon.com/linux/"
SUPPORT_URL="https://aws.amazon.com/premiumsupport/"
BUG_REPORT_URL="https://github.com/amazonlinux/amazon-linux-2023"
VENDOR_NAME="AWS"
VENDOR_URL="https://aws.amazon.com/"
SUPPORT_END="2029-06-30"
""",
    release_files=(
        ("amazon-linux-release", "Amazon Linux release 2023.8.20250818 (Amazon Linux)\n"),
        ("issue", "\\S\nKernel \\r on an \\m (\\l)\n\n"),
        ("system-release", "Amazon Linux release 2023.8.20250818 (Amazon Linux)\n"),
        ("system-release-cpe", "cpe:2.3:o:amazon:amazon_linux:2023\n"),
    ),
    kernel=Kernel(
        "6.1.147-172.266.amzn2023.x86_64",
        "#1 SMP PREEMPT_DYNAMIC Thu Aug  7 19:30:40 UTC 2025",
        "(mockbuild@ip-10-0-55-115) (gcc (GCC) 11.5.0 20240719 (Red Hat 11.5.0-5), "
        "GNU ld version 2.41-50.amzn2023.0.3)",
    ),
)

DISTRIBUTIONS: Mapping[str, Distribution] = {
    "debian": Distribution(Platform(), "Debian", dict.fromkeys(_CLOUDS, _DEBIAN_CLOUD)),
    "ubuntu": Distribution(
        _UBUNTU,
        "Ubuntu-24.04",
        {
            "amazon-ec2": Kernel(
                "6.14.0-1018-aws",
                "#18~24.04.1-Ubuntu SMP Mon Nov 24 19:46:27 UTC 2025",
                _UBUNTU_BUILT,
            ),
            "azure": Kernel(
                "6.14.0-1017-azure",
                "#17~24.04.1-Ubuntu SMP Mon Dec  1 20:10:50 UTC 2025",
                _UBUNTU_BUILT,
            ),
            "google-compute": Kernel(
                "6.14.0-1021-gcp",
                "#22~24.04.1-Ubuntu SMP Sat Nov 22 06:23:18 UTC 2025",
                _UBUNTU_BUILT,
            ),
        },
    ),
    "fedora": Distribution(_FEDORA, "FedoraLinux-42"),
    "alpine": Distribution(_ALPINE_LINUX, "Alpine", dict.fromkeys(_CLOUDS, _ALPINE_CLOUD)),
    "arch": Distribution(_ARCH, "archlinux"),
    "rocky": Distribution(_ROCKY, "Rocky-9"),
    "amazon-linux": Distribution(_AMAZON, "AmazonLinux-2023"),
}
"""Distributions by name, the control's first."""
