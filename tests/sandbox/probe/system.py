"""What Python says, what libc says, and what the kernel says when it is asked past libc."""

import ctypes
import datetime
import getpass
import grp
import locale
import os
import platform
import pwd
import re
import resource
import shutil
import socket
import struct
import tempfile
import time
import uuid
from pathlib import Path

from say import ask, say

UNAME = ("sysname", "nodename", "release", "version", "machine")


def dates():
    now = datetime.datetime.now().astimezone()
    say("python time.tzname", time.tzname)
    say("python time.timezone", time.timezone)
    say("python time.strftime %Z", time.strftime("%Z"))
    say("python datetime.astimezone", now.strftime("%Y-%m-%d %H:%M%z"))
    say("python datetime.tzname", str(now.tzname()))
    say("python date.today", str(datetime.date.today()))
    say("python datetime.now utc", datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M"))
    say("python clock_gettime tai", int(time.clock_gettime(time.CLOCK_TAI)) // 86400)
    say("python boot", int(time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)) // 86400)
    say("python uptime", int(time.clock_gettime(time.CLOCK_MONOTONIC)))


def locales():
    ask("python locale.setlocale", locale.setlocale, locale.LC_ALL, "")
    ask("python locale.getlocale", lambda: list(locale.getlocale()))
    ask("python locale.localeconv", locale.localeconv)
    ask("python strftime locale", time.strftime, "%A %B %x")
    ask("python nl_langinfo", locale.nl_langinfo, locale.CODESET)
    ask("python locale.getencoding", locale.getencoding)
    locale.setlocale(locale.LC_ALL, "C")


def names():
    user = pwd.getpwuid(os.getuid())
    for field in ("pw_name", "pw_gecos", "pw_dir", "pw_shell", "pw_uid", "pw_gid"):
        say(f"python pwd {field}", str(getattr(user, field)))
    say("python pwd all", [entry.pw_name for entry in pwd.getpwall()])
    say("python grp all", [entry.gr_name for entry in grp.getgrall()])
    say("python getpass.getuser", getpass.getuser())
    ask("python os.getlogin", os.getlogin)
    say("python ids", [os.getresuid(), os.getresgid(), sorted(os.getgroups())])
    say("python os.path.expanduser", os.path.expanduser("~"))
    say("python Path.home", str(Path.home()))
    say("python os.getcwd", os.getcwd())
    for folder in (".", "~"):
        say(
            f"python os.listdir {folder}", "\n".join(sorted(os.listdir(os.path.expanduser(folder))))
        )
    say("python gettempdir", tempfile.gettempdir())
    say("python socket.gethostname", socket.gethostname())
    say("python socket.getfqdn", socket.getfqdn())
    ask("python gethostbyname own", lambda: socket.gethostbyname(socket.gethostname()))
    for part, value in zip(UNAME, os.uname(), strict=True):
        say(f"python os.uname {part}", value)
    say("python platform.platform", platform.platform())
    ask("python freedesktop_os_release", platform.freedesktop_os_release)
    ask("python getproxies", proxies)


def proxies():
    """Without such a variable there is nothing to find, and the import is what takes longest."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies

    return getproxies()


def hardware():
    say("python os.cpu_count", str(os.cpu_count()))
    say("python sched_getaffinity", str(len(os.sched_getaffinity(0))))
    for name in ("SC_NPROCESSORS_ONLN", "SC_NPROCESSORS_CONF", "SC_PHYS_PAGES", "SC_PAGE_SIZE"):
        say(f"python sysconf {name}", str(os.sysconf(name)))
    say("python uuid.getnode", re.sub(r"(..)(?=.)", r"\1:", f"{uuid.getnode():012x}"))
    say("python if_nameindex", [name for _, name in socket.if_nameindex()])
    limits = (name for name in dir(resource) if name.startswith("RLIMIT_"))
    say("python limits", {name: resource.getrlimit(getattr(resource, name)) for name in limits})
    say("python nice", [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)])
    say("python loadavg", os.getloadavg())
    for target in ("8.8.8.8", "2001:4860:4860::8888"):
        ask(f"python own address towards {target}", own_address, target)


def own_address(target):
    """The address that a packet to the target would come from."""
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.connect((target, 9))
        return asking.getsockname()[0]


def terminals():
    for number in (0, 1, 2):
        say(f"python isatty {number}", os.isatty(number))
        ask(f"python terminal size {number}", lambda fd: list(os.get_terminal_size(fd)), number)
    say("python shutil size", list(shutil.get_terminal_size()))
    say("python controlling terminal", reachable("/dev/tty"))


def reachable(path):
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NOCTTY))
    except OSError as failure:
        return failure.strerror
    return "yes"


def calls():
    """What libc says, and what the kernel says when it is asked past libc."""
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(4096)
    libc.gethostname(buffer, 256)
    say("libc gethostname", buffer.value.decode())
    libc.getdomainname(buffer, 256)
    say("libc getdomainname", buffer.value.decode())
    say("libc get_nprocs", str(libc.get_nprocs()))
    say("libc get_nprocs_conf", str(libc.get_nprocs_conf()))
    libc.get_phys_pages.restype = ctypes.c_long
    say("libc get_phys_pages", str(libc.get_phys_pages()))
    libc.sysinfo(buffer)
    total, _, _, _, swap = struct.unpack_from("5Q", buffer.raw, 32)
    unit = struct.unpack_from("I", buffer.raw, 104)[0]
    say("libc sysinfo total", str(total * unit))
    say("libc sysinfo swap", str(swap * unit))
    if platform.machine() != "x86_64":
        return
    libc.syscall(63, buffer)
    for number, part in enumerate(UNAME):
        say(f"call uname {part}", buffer.raw[65 * number :].partition(b"\0")[0].decode())
    libc.syscall(99, buffer)
    say("call sysinfo total", str(struct.unpack_from("Q", buffer.raw, 32)[0]))
    size = libc.syscall(204, 0, 1024, buffer)
    say("call sched_getaffinity", str(sum(byte.bit_count() for byte in buffer.raw[:size])))
    moment = (ctypes.c_long * 2)()
    libc.syscall(228, 0, moment)
    say("call clock_gettime", str(moment[0] // 86400))
