"""The /etc of a jail: its files agree with each other, and none is the real host's.

A pure function from a host spec to files.  What a client reads here (user, host name, zone,
resolvers, certificate authorities) follows from the spec alone, on whatever machine the lab
runs; the rest is that of a plain Debian 12.
"""

from __future__ import annotations

from lab.errors import UsageError
from lab.factors.host_spec import File, HostSpec, Link

__all__ = ["build_etc"]

NSSWITCH = """\
passwd:         files
group:          files
shadow:         files
gshadow:        files

hosts:          files dns
networks:       files

protocols:      db files
services:       db files
ethers:         db files
rpc:            db files

netgroup:       nis
"""

SYSTEM_USERS = """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
games:x:5:60:games:/usr/games:/usr/sbin/nologin
man:x:6:12:man:/var/cache/man:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
backup:x:34:34:backup:/var/backups:/usr/sbin/nologin
_apt:x:42:65534::/nonexistent:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""

SYSTEM_GROUPS = """\
root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
man:x:12:
sudo:x:27:
audio:x:29:
www-data:x:33:
shadow:x:42:
video:x:44:
games:x:60:
users:x:100:
nogroup:x:65534:
"""

SHELLS = """\
# /etc/shells: valid login shells
/bin/sh
/usr/bin/sh
/bin/bash
/usr/bin/bash
/bin/rbash
/usr/bin/rbash
/bin/dash
/usr/bin/dash
"""

PROTOCOLS = """\
ip\t0\tIP
icmp\t1\tICMP
tcp\t6\tTCP
udp\t17\tUDP
ipv6\t41\tIPv6
ipv6-icmp\t58\tIPv6-ICMP
"""

SERVICES = """\
ftp\t\t21/tcp
ssh\t\t22/tcp
telnet\t\t23/tcp
smtp\t\t25/tcp\t\tmail
domain\t\t53/tcp
domain\t\t53/udp
http\t\t80/tcp\t\twww
kerberos\t88/tcp
ntp\t\t123/udp
imap2\t\t143/tcp\t\timap
ldap\t\t389/tcp
https\t\t443/tcp
https\t\t443/udp
submission\t587/tcp
ldaps\t\t636/tcp
imaps\t\t993/tcp
socks\t\t1080/tcp
git\t\t9418/tcp
"""


def build_etc(spec: HostSpec, ca_pem: bytes) -> dict[str, File | Link]:
    """Build the files of /etc and a few that agree with them, by absolute path.

    ``ca_pem`` is the PEM text of the certificate authorities that a client accepts.

    Raises:
        UsageError: A level holds a character that the files cannot hold.
    """
    texts = {
        "environment": "",
        "group": _format_group(spec),
        "host.conf": "multi on\n",
        "hostname": spec.hostname + "\n",
        "hosts": _format_hosts(spec),
        "machine-id": spec.machine.machine_id + "\n",
        "networks": "default\t\t0.0.0.0\nloopback\t127.0.0.0\nlink-local\t169.254.0.0\n",
        "nsswitch.conf": NSSWITCH,
        "os-release": spec.platform.os_release,
        "passwd": _format_passwd(spec),
        "protocols": PROTOCOLS,
        "resolv.conf": _format_resolv_conf(spec),
        "services": SERVICES,
        "shells": SHELLS,
        **dict(spec.platform.release_files),
    }
    files: dict[str, File | Link] = {
        f"/etc/{name}": File(_encode_text(name, text)) for name, text in texts.items()
    }
    dbus_id = spec.machine.dbus_id
    if dbus_id == spec.machine.machine_id:
        files["/var/lib/dbus/machine-id"] = Link("/etc/machine-id")
    else:
        files["/var/lib/dbus/machine-id"] = File(_encode_text("machine-id", dbus_id + "\n"))
    files["/etc/mtab"] = Link("../proc/self/mounts")
    if spec.localtime is not None:
        files["/etc/localtime"] = Link(f"/usr/share/zoneinfo/{spec.localtime}")
    if spec.timezone_file is not None:
        files["/etc/timezone"] = File(spec.timezone_file.encode() + b"\n")
    files["/etc/ssl/certs/ca-certificates.crt"] = File(ca_pem)
    files["/etc/ssl/cert.pem"] = Link("certs/ca-certificates.crt")
    files["/etc/pki/tls/certs/ca-bundle.crt"] = File(ca_pem)
    return files


def _encode_text(name: str, text: str) -> bytes:
    if "\0" in text:
        raise UsageError(f"a NUL character in a level would end up in /etc/{name}; leave it out")
    return text.encode()


def _format_passwd(spec: HostSpec) -> str:
    user = spec.user
    fields = (user.login, user.real_name, user.home, user.shell)
    if any(":" in field or "\n" in field for field in fields):
        raise UsageError(f"the user {user.login!r} has a colon or a new line in a field")
    line = f"{user.login}:x:{user.uid}:{user.gid}:{user.real_name},,,:{user.home}:{user.shell}\n"
    return _keep_others(SYSTEM_USERS, user.login, user.uid) + line


def _format_group(spec: HostSpec) -> str:
    user = spec.user
    return _keep_others(SYSTEM_GROUPS, user.login, user.gid) + f"{user.login}:x:{user.gid}:\n"


def _keep_others(lines: str, name: str, number: int) -> str:
    kept = (line.split(":") for line in lines.splitlines())
    return "".join(
        ":".join(fields) + "\n" for fields in kept if fields[0] != name and fields[2] != str(number)
    )


def _format_hosts(spec: HostSpec) -> str:
    own = spec.hostname
    if spec.domain:
        own = f"{own}.{spec.domain}\t{own}"
    return (
        f"127.0.0.1\tlocalhost\n127.0.1.1\t{own}\n\n"
        "# The following lines are desirable for IPv6 capable hosts\n"
        "::1     localhost ip6-localhost ip6-loopback\n"
        "ff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n"
    )


def _format_resolv_conf(spec: HostSpec) -> str:
    search = f"search {spec.search_domain}\n" if spec.search_domain else ""
    return search + "".join(f"nameserver {address}\n" for address in spec.resolvers)
