"""Which routes into a jail reveal which factor, as tables; :mod:`probe.read` reads the routes.

A *route* is a way to read something inside (``shell hostname``, ``node os.hostname``,
``file /etc/hostname``).  For each factor, ``ROUTES`` lists

* ``says``: routes whose reading follows from the surroundings, word for word.  They are held
  to it in every trial, so routes that mean the same thing agree with each other, too;
* ``dependent``: routes whose readings differ wherever the surroundings differ in something;
* ``may``: routes that may follow the factor besides these.  Nothing else may.

A factor that sets variables and files only needs no table (:data:`ORDINARY`).

A pattern's ``*`` stands for any text.  Variables and files that the surroundings name are
held to them word for word as well, without being listed here.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

import msgspec

from lab.factors import git
from lab.factors.host_spec import HostSpec

__all__ = [
    "AGREE",
    "COUNTERS",
    "LIMITS",
    "ROUTES",
    "At",
    "Dependent",
    "Says",
    "Shown",
    "matches",
    "routes_of",
]


class At(msgspec.Struct, frozen=True):
    """A level of the one factor that is not at its control, and the surroundings that it makes."""

    factor: str
    level: str
    jail: HostSpec


class Says(msgspec.Struct, frozen=True):
    """Routes that say this, word for word; where it is None, nothing is expected of them."""

    text: Callable[[At], str | None]
    routes: tuple[str, ...]


class Dependent(msgspec.Struct, frozen=True):
    """Routes whose readings differ between two levels wherever this differs."""

    of: Callable[[At], object]
    routes: tuple[str, ...]


class Shown(msgspec.Struct, frozen=True):
    """How one factor shows."""

    says: tuple[Says, ...] = ()
    dependent: tuple[Dependent, ...] = ()
    may: tuple[str, ...] = ()

    @property
    def routes(self) -> tuple[str, ...]:
        """All routes that may follow the factor, as patterns."""
        named = [route for each in (*self.says, *self.dependent) for route in each.routes]
        return (*named, *self.may)


def matches(route: str, patterns: Iterable[str]) -> bool:
    """Whether the route fits one of the patterns."""
    return any(_pattern(each).fullmatch(route) for each in patterns)


def _pattern(text: str) -> re.Pattern[str]:
    found = _COMPILED.get(text)
    if found is None:
        joined = ".*".join(re.escape(part) for part in text.split("*"))
        found = _COMPILED[text] = re.compile(joined, re.DOTALL)
    return found


_COMPILED: dict[str, re.Pattern[str]] = {}


# --- what the surroundings mean --------------------------------------------------------------


def _zone(at: At) -> str:
    return at.jail.variables.get("TZ") or at.jail.localtime or "UTC"


def _local(form: str, zone: Callable[[At], str] = _zone) -> Callable[[At], str | None]:
    """The moment of the start, written in this form."""

    def text(at: At) -> str | None:
        if at.jail.clock is None:
            return None
        return datetime.datetime.fromtimestamp(at.jail.clock, ZoneInfo(zone(at))).strftime(form)

    return text


def _utc(form: str) -> Callable[[At], str | None]:
    return _local(form, lambda at: "UTC")


def _language(at: At) -> str:
    variables = at.jail.variables
    return variables.get("LC_ALL") or variables.get("LANG") or "C"


def _fqdn(at: At) -> str:
    return f"{at.jail.hostname}.{at.jail.domain}".rstrip(".")


def _memory(unit: int) -> Callable[[At], str]:
    return lambda at: str(at.jail.machine.memory_kib * 1024 // unit)


def _tty(at: At) -> bool:
    return at.jail.terminal.kind == "tty"


def _repository(name: str) -> Callable[[At], str | None]:
    def text(at: At) -> str | None:
        if at.factor == "git" and at.level == "none":
            return None
        level = at.level if at.factor == "git" else git.FACTOR.control
        return str(getattr(git.parse_repository(level), name))

    return text


def _dmi(name: str) -> Says:
    def text(at: At) -> str | None:
        reported = dict(at.jail.machine.dmi).get(name)
        return None if reported is None else reported + "\n"

    return Says(text, (f"file /sys/class/dmi/id/{name}",))


def _first4(at: At) -> str:
    own = at.jail.network.interfaces[0].addresses
    return next(text.partition("/")[0] for text in own if ":" not in text)


def _first6(at: At) -> str | None:
    own = at.jail.network.interfaces[0].addresses
    return next((text.partition("/")[0] for text in own if ":" in text), None)


def _card(at: At) -> str:
    return at.jail.network.interfaces[0].mac or at.jail.machine.mac


def _release(name: str) -> Callable[[At], str | None]:
    def text(at: At) -> str | None:
        found = re.search(rf'^{name}="?(.*?)"?$', at.jail.platform.os_release, re.MULTILINE)
        return found[1] if found else None

    return text


def _entries(folder: Callable[[At], str]) -> Callable[[At], str]:
    """The names in a folder, one a line."""

    def text(at: At) -> str:
        jail, outer = at.jail, folder(at) + "/"
        paths = [*jail.files, *jail.directories, jail.directory]
        if jail.earlier_runs:
            paths.append(f"{jail.user.home}/.probe-runs")
        inside = (path.removeprefix(outer) for path in paths if path.startswith(outer))
        return "\n".join(sorted({path.partition("/")[0] for path in inside}))

    return text


def _variables(*names: str) -> tuple[str, ...]:
    """Routes that follow these variables."""
    lists = ("file /proc/*/environ", "node process.env", "node report variables")
    return (*(f"env {name}" for name in names), *lists)


def _places(*paths: str) -> tuple[str, ...]:
    """Routes about these paths, as patterns."""
    about = ("file", "owner", "size", "time", "tree")
    return tuple(f"{what} {path}" for what in about for path in paths)


IN_HOME = ("shell LC_ALL=C ls -A ~", "python os.listdir ~", "node fs.readdir ~")
IN_PROJECT = ("shell LC_ALL=C ls -A", "python os.listdir .", "node fs.readdir .")
MOUNTS = ("file /proc/*/mounts", "file /proc/*/mountstats", "shell df *")


# --- the tables --------------------------------------------------------------------------------

ROUTES: Mapping[str, Shown] = {
    "ci": Shown(
        dependent=(Dependent(lambda at: at.jail.variables, ("file /proc/self/environ",)),),
        may=_variables(
            "CI", "CI_*", "GITLAB_CI", "GITHUB_*", "RUNNER_*", "BUILDKITE*", "JENKINS_URL",
            "BUILD_*", "JOB_*", "EXECUTOR_NUMBER", "NODE_NAME", "GIT_BRANCH", "GIT_COMMIT",
            "BRANCH_NAME",
        ),
    ),
    "clock": Shown(
        says=(
            Says(_utc("%Y-%m-%d"), ("python date.today", "node Date day")),
            Says(_utc("%Y-%m-%d %H:%M"), ("python datetime.now utc",)),
            Says(_utc("%Y-%m-%dT%H:%M"), ("node Date iso",)),
        ),
        dependent=(
            Dependent(
                lambda at: at.jail.clock,
                ("python clock_gettime tai", "python datetime.astimezone", "node Date hour",
                 "node toLocaleDateString", "time ./README.md", "time ~/.gitconfig", "time /etc",
                 "time /tmp", "day /proc/stat btime", "call clock_gettime", "time of a new file",
                 "time of change of home"),
            ),
            Dependent(
                _utc("%A %B %x"),
                ("python strftime locale", "shell date +%c | cut -c 1-10", "shell date +%x",
                 "shell date '+%F %H:%M'"),
            ),
        ),
        may=("time *", "python boot", "day /proc/stat btime", "file /proc/stat"),
    ),
    "directory": Shown(
        says=(
            Says(
                lambda at: at.jail.directory,
                ("env PWD", "shell pwd", "python os.getcwd", "node process.cwd",
                 "node report cwd"),
            ),
        ),
        may=(*_variables("PWD"), *MOUNTS, *_places("/tmp", "/srv", "/home"), "python statvfs .",
             "ls /", *IN_HOME),
    ),
    "endpoint": Shown(
        dependent=(
            Dependent(
                lambda at: at.jail.variables.get("MODEL_BASE_URL"),
                ("env MODEL_BASE_URL", "file /proc/self/environ"),
            ),
        ),
        may=(*_variables("MODEL_BASE_URL"), *_places("~/.model*"), *IN_HOME),
    ),
    "git": Shown(
        says=(
            Says(_repository("branch"), ("shell git rev-parse --abbrev-ref HEAD",)),
            Says(
                lambda at: f"ref: refs/heads/{branch}\n"
                if (branch := _repository("branch")(at))
                else None,
                ("file ./.git/HEAD",),
            ),
            Says(_repository("email"), ("shell git config user.email",)),
            Says(_repository("name"), ("shell git config user.name",)),
        ),
        dependent=(
            Dependent(
                lambda at: (_repository("remote")(at)),
                ("file ./.git/config", "shell git config --list --show-origin"),
            ),
            Dependent(lambda at: _repository("remote")(at) or "", ("shell git remote -v",)),
            Dependent(
                lambda at: (at.level == "none", "dirty" in at.level),
                ("shell git --no-optional-locks status --porcelain --branch",),
            ),
            Dependent(
                lambda at: (_repository("email")(at), _repository("name")(at)),
                ("shell git log -1 '--format=%H %an %ae %cd %s'", "file ./.git/logs/HEAD"),
            ),
        ),
        may=(*_places("./.git", "./.git/*", "./README.md", "./notes.txt", "~/.gitconfig"),
             "shell git *", *IN_PROJECT),
    ),
    "home": Shown(
        says=(Says(_entries(lambda at: at.jail.user.home), IN_HOME),),
        may=_places("~/*"),
    ),
    "hostname": Shown(
        says=(
            Says(
                lambda at: at.jail.hostname,
                ("shell hostname", "shell uname -n", "python socket.gethostname",
                 "python os.uname nodename", "node os.hostname", "node report host",
                 "libc gethostname", "call uname nodename"),
            ),
            Says(
                lambda at: at.jail.hostname + "\n",
                ("file /etc/hostname", "file /proc/sys/kernel/hostname"),
            ),
            Says(_fqdn, ("shell hostname -f", "python socket.getfqdn")),
            Says(lambda at: at.jail.domain, ("shell hostname -d",)),
        ),
        dependent=(
            Dependent(_fqdn, ("file /etc/hosts",)),
            Dependent(
                lambda at: at.jail.hostname,
                ("shell uname -a", 'shell getent hosts "$(hostname)"'),
            ),
        ),
        may=("size /etc/hostname", "size /etc/hosts"),
    ),
    "locale": Shown(
        says=(
            Says(_language, ("python locale.setlocale",)),
            Says(
                lambda at: "ANSI_X3.4-1968" if _language(at) == "C" else "UTF-8",
                ("shell locale charmap", "python nl_langinfo"),
            ),
        ),
        dependent=(
            Dependent(
                lambda at: [at.jail.variables.get(name) for name in ("LANG", "LC_ALL", "LANGUAGE")],
                ("shell locale", "file /proc/self/environ"),
            ),
            Dependent(lambda at: sorted({*at.jail.locales, "C.UTF-8"}), ("shell locale -a",)),
            Dependent(
                lambda at: _language(at).partition(".")[0],
                ("python strftime locale", "python locale.localeconv",
                 "shell locale -k decimal_point thousands_sep d_fmt currency_symbol yesexpr"),
            ),
            Dependent(
                lambda at: {"C": "en_US"}.get(*[_language(at).partition(".")[0]] * 2),
                ("node Intl locale",),
            ),
            Dependent(
                lambda at: {"en_US": "C"}.get(*[_language(at).partition(".")[0]] * 2) == "C",
                ("node toLocaleDateString",),
            ),
            Dependent(
                lambda at: _language(at).partition(".")[0] == "C",
                ("shell printf '%s ' $(printf 'b\\nZ\\nä\\na\\n' | sort)",),
            ),
        ),
        may=(
            *_variables("LANG", "LC_ALL", "LANGUAGE"),
            "python locale.*", "python strftime locale",
            "shell date +%c *", "shell date +%x", "shell date +%Z",
            "node Intl *", "node toLocaleDateString", "node Number toLocaleString",
            "node Date zone", "node navigator",
            # What programs say in words, where the machine has their translations.
            "shell ls /no/such/file", "shell logname", "shell stty size",
            "shell lscpu", "shell git *", "shell df *", "shell who",
            "shell id", "shell lsblk",
        ),
    ),
    "machine": Shown(
        says=(
            Says(
                lambda at: at.jail.machine.machine_id + "\n",
                ("file /etc/machine-id", "open /etc/machine-id"),
            ),
            Says(
                lambda at: str(at.jail.machine.cpus),
                ("shell nproc", "shell nproc --all", "shell getconf _NPROCESSORS_ONLN",
                 "shell getconf _NPROCESSORS_CONF", "python os.cpu_count",
                 "python sched_getaffinity", "python sysconf SC_NPROCESSORS_ONLN",
                 "python sysconf SC_NPROCESSORS_CONF", "libc get_nprocs", "libc get_nprocs_conf",
                 "call sched_getaffinity", "node os.cpus length", "node os.availableParallelism",
                 "count /proc/stat", "count /proc/interrupts", "count /proc/softirqs",
                 "count /proc/cpuinfo"),
            ),
            Says(
                lambda at: f"0-{at.jail.machine.cpus - 1}" if at.jail.machine.cpus > 1 else "0",
                ("line /proc/self/status Cpus_allowed_list",),
            ),
            Says(
                lambda at: at.jail.machine.cpu_model,
                ("node os.cpus model", "field /proc/cpuinfo model name"),
            ),
            Says(lambda at: at.jail.machine.cpu_vendor, ("field /proc/cpuinfo vendor_id",)),
            Says(
                lambda at: f"{at.jail.machine.memory_kib} kB", ("line /proc/meminfo MemTotal",)
            ),
            Says(
                _memory(1024),
                (r"shell LC_ALL=C free -k | sed -n 's/^Mem: *\([0-9]*\).*/\1/p'",
                 r"shell LC_ALL=C vmstat -s | sed -n 's/^ *\(.*\) K total memory/\1/p'"),
            ),
            Says(_memory(1), ("libc sysinfo total", "call sysinfo total", "node os.totalmem")),
            Says(_memory(4096), ("python sysconf SC_PHYS_PAGES", "libc get_phys_pages")),
            Says(_card, ("python uuid.getnode",)),
            Says(
                lambda at: _card(at) + "\n"
                if at.jail.network.interfaces[0].name == "eth0"
                else None,
                ("file /sys/class/net/eth0/address",),
            ),
            *map(_dmi, ("sys_vendor", "product_name", "board_vendor", "bios_vendor",
                        "chassis_type")),
        ),
        dependent=(
            Dependent(
                lambda at: [at.jail.machine.machine_id, at.jail.machine.dbus_id],
                ("open /var/lib/dbus/machine-id",),
            ),
            Dependent(
                lambda at: dict(at.jail.machine.dmi).get("product_version"),
                ("file /sys/class/dmi/id/product_version",),
            ),
            Dependent(
                lambda at: dict(at.jail.machine.dmi).get("board_asset_tag"),
                ("file /sys/class/dmi/id/board_asset_tag",),
            ),
            # After installing anew, the disk has another id; after starting anew, the kernel.
            Dependent(
                lambda at: at.jail.machine.machine_id,
                ("file /proc/cmdline", "file /proc/sys/kernel/random/boot_id"),
            ),
            Dependent(
                lambda at: [at.jail.machine.cpus, at.jail.machine.cpu_model],
                ("file /proc/cpuinfo", "node report cpus"),
            ),
            Dependent(
                _card,
                ("shell ip -brief link", "node os.networkInterfaces", "node report interfaces"),
            ),
        ),
        may=(
            *_places("/etc/machine-id", "/var/lib/dbus/machine-id"),
            "file /proc/cpuinfo", "file /sys/*", "link /sys/*", "shell lscpu", "node heap limit",
            "node navigator", "line /proc/meminfo *", "shell ip *", "node constrainedMemory",
            # The interface's own IPv6 address follows from its card's.
            "shell hostname -I", "file /proc/self/net/*", "shell systemd-detect-virt",
            # The kernel's usual limits follow from the memory.
            "file /proc/sys/kernel/threads-max", "file /proc/sys/user/max_*_namespaces",
            "file /proc/sys/fs/inotify/max_user_watches", "file /proc/meminfo",
            "file /proc/vmstat", "file /proc/stat", "file /proc/interrupts",
            "file /proc/softirqs", "file /proc/uptime",
        ),
    ),
    "network": Shown(
        says=(
            Says(_first4, ("python own address towards 8.8.8.8",)),
            Says(_first6, ("python own address towards 2001:4860:4860::8888",)),
            Says(
                lambda at: json.dumps(list(at.jail.resolvers)), ("node dns.getServers",)
            ),
        ),
        dependent=(
            Dependent(
                lambda at: [at.jail.resolvers, at.jail.search_domain],
                ("file /etc/resolv.conf",),
            ),
            Dependent(
                lambda at: at.jail.network.interfaces,
                ("shell ip -brief address", "node os.networkInterfaces",
                 "node report interfaces"),
            ),
            Dependent(
                lambda at: [each.name for each in at.jail.network.interfaces],
                ("shell ip -brief link", "python if_nameindex", "names /sys/class/net"),
            ),
            Dependent(lambda at: [_first4(at), at.jail.network.gateway],
                  ("shell ip -4 route", "file /proc/self/net/route")),
            Dependent(_first6, ("file /proc/self/net/if_inet6", "shell ip -6 route")),
        ),
        may=(
            "size /etc/resolv.conf", "shell ip *", "shell hostname -I", "file /proc/self/net/*",
            "file /proc/sys/net/*", "file /sys/class/net/*", "file /sys/devices/*/net/*",
            "link /sys/class/net/*", "shell getent *", "python uuid.getnode",
        ),
    ),
    "optout": Shown(
        dependent=(
            Dependent(
                lambda at: at.jail.variables.get("MODEL_TELEMETRY"),
                ("env MODEL_TELEMETRY", "file /proc/self/environ"),
            ),
        ),
        may=_variables("MODEL_TELEMETRY"),
    ),
    "platform": Shown(
        says=(
            Says(
                lambda at: at.jail.platform.os_release,
                ("file /etc/os-release", "open /usr/lib/os-release"),
            ),
            Says(
                lambda at: at.jail.platform.kernel.release,
                ("shell uname -r", "python os.uname release", "call uname release",
                 "node os.release"),
            ),
            Says(
                lambda at: at.jail.platform.kernel.version,
                ("shell uname -v", "python os.uname version", "call uname version",
                 "node os.version"),
            ),
            Says(
                lambda at: at.jail.platform.kernel.release + "\n",
                ("file /proc/sys/kernel/osrelease",),
            ),
            Says(
                lambda at: at.jail.platform.kernel.version + "\n",
                ("file /proc/sys/kernel/version",),
            ),
            Says(
                lambda at: f"Linux version {at.jail.platform.kernel.release} "
                f"{at.jail.platform.kernel.built} {at.jail.platform.kernel.version}\n",
                ("file /proc/version",),
            ),
            Says(lambda at: at.jail.platform.cgroup, ("file /proc/1/cgroup",)),
        ),
        dependent=(
            Dependent(
                lambda at: at.jail.platform.os_release,
                ("python freedesktop_os_release", "shell . /etc/os-release *"),
            ),
            Dependent(
                lambda at: at.jail.platform.kernel,
                ("shell uname -a", "node report os"),
            ),
        ),
        may=(
            *_variables("container", "KUBERNETES_*", "WSL*", "PULSE_SERVER", "NAME", "HOSTTYPE"),
            "ls /", *_places("/.dockerenv", "/etc/*release*", "/etc/issue*", "/etc/*version",
                             "/etc/wsl.conf", "/etc/ld.so.conf*", "/init", "/mnt/*", "/run/*",
                             "/usr/*", "/var/lib/cloud*"),
            "file /proc/*/cgroup", "file /proc/cgroups", "shell systemd-detect-virt",
            "python platform.platform", "file /proc/cmdline",
            "file /proc/sys/fs/binfmt_misc/*",
            # WSL has programs of its own in /usr, which is then an overlay.
            "file /proc/*/mount*", "python statvfs /usr", "shell df *",
        ),
    ),
    "project": Shown(
        says=(Says(_entries(lambda at: at.jail.directory), IN_PROJECT),),
        dependent=(
            Dependent(
                lambda at: sorted(at.jail.files),
                ("shell git --no-optional-locks status --porcelain --branch",),
            ),
        ),
        may=_places("./*"),
    ),
    "proxy": Shown(
        dependent=(
            Dependent(
                lambda at: {
                    name.lower(): value
                    for name, value in at.jail.variables.items()
                    if name.lower().endswith("_proxy")
                },
                ("python getproxies",),
            ),
        ),
        may=_variables("*_proxy", "*_PROXY"),
    ),
    "session": Shown(
        dependent=(Dependent(lambda at: at.jail.variables, ("file /proc/self/environ",)),),
        may=(
            *_variables(
                "SSH_*", "XDG_*", "DISPLAY", "DESKTOP_SESSION", "WAYLAND_DISPLAY", "*IM_MODULE",
                "XMODIFIERS", "TMUX*", "STY", "WINDOW", "EDITOR", "VISUAL", "VSCODE_*",
                "GIT_ASKPASS", "CHROME_DESKTOP", "BROWSER", "ELECTRON_RUN_AS_NODE", "CURSOR_*",
                "PAGER",
            ),
            *_places("~/.Xauthority"), *IN_HOME,
        ),
    ),
    "state": Shown(
        dependent=(Dependent(lambda at: at.jail.earlier_runs, ("runs before",)),),
        may=(*_places("~/.probe-runs"), "time /tmp", *IN_HOME),
    ),
    "terminal": Shown(
        says=(
            Says(
                lambda at: json.dumps(_tty(at)),
                ("python isatty 0", "python isatty 1", "python isatty 2"),
            ),
            Says(
                lambda at: json.dumps([_tty(at), False, _tty(at)]), ("node tty.isatty",)
            ),
            Says(
                lambda at: json.dumps([at.jail.terminal.columns, at.jail.terminal.rows])
                if _tty(at)
                else None,
                ("python terminal size 0", "python terminal size 1", "python terminal size 2"),
            ),
            Says(
                lambda at: f"{at.jail.terminal.rows} {at.jail.terminal.columns}"
                if _tty(at)
                else None,
                ("shell stty size",),
            ),
            Says(lambda at: "/dev/pts/0" if _tty(at) else "not a tty", ("shell LC_ALL=C tty",)),
            Says(
                lambda at: "terminal" if _tty(at) else "",
                ("shell test -t 0 && echo terminal",),
            ),
        ),
        dependent=(
            Dependent(_tty, ("python controlling terminal",)),
            Dependent(lambda at: at.jail.variables.get("TERM"), ("file /proc/self/environ",)),
        ),
        may=(
            *_variables("TERM", "TERM_*", "COLORTERM", "NO_COLOR"),
            "shell tput *", "python terminal size *", "python shutil size", "shell stty size",
            "file /proc/sys/kernel/pty/nr",
            *_places("/dev/pts/0"), "python os.getlogin", "shell logname", "shell ps *",
        ),
    ),
    "timezone": Shown(
        says=(
            Says(
                _local("%Z"),
                ("shell date +%Z", "python time.strftime %Z", "python datetime.tzname"),
            ),
            Says(_local("%z"), ("shell date +%z",)),
            Says(_local("%Y-%m-%d %H:%M"), ("shell date '+%F %H:%M'", "node Date hour")),
            Says(_local("%Y-%m-%d %H:%M%z"), ("python datetime.astimezone",)),
        ),
        dependent=(
            Dependent(_zone, ("node Intl timeZone",)),
            Dependent(_local("%z"), ("node getTimezoneOffset", "node Date zone")),
            Dependent(
                lambda at: at.jail.localtime,
                ("open /etc/localtime", "realpath /etc/localtime", "tree /etc/localtime"),
            ),
            Dependent(lambda at: at.jail.timezone_file, ("open /etc/timezone",)),
            Dependent(lambda at: at.jail.variables.get("TZ"), ("file /proc/self/environ",)),
        ),
        may=(*_variables("TZ"), "python time.*", *_places("/etc/localtime", "/etc/timezone")),
    ),
    "user": Shown(
        says=(
            Says(
                lambda at: at.jail.user.login,
                ("shell id -un", "shell whoami", "env USER", "env LOGNAME", "python pwd pw_name",
                 "python getpass.getuser", "node os.userInfo username"),
            ),
            Says(
                lambda at: str(at.jail.user.uid), ("shell id -u", "python pwd pw_uid")
            ),
            Says(lambda at: str(at.jail.user.gid), ("python pwd pw_gid",)),
            Says(
                lambda at: json.dumps([at.jail.user.uid, at.jail.user.gid]),
                ("node os.userInfo ids",),
            ),
            Says(
                lambda at: at.jail.user.home,
                ("env HOME", "shell printf '%s\\n' ~", "shell printf '%s\\n' \"$HOME\"",
                 "python os.path.expanduser", "python Path.home", "python pwd pw_dir",
                 "node os.homedir", "node os.userInfo homedir"),
            ),
            Says(
                lambda at: at.jail.user.shell,
                ("env SHELL", "python pwd pw_shell", "node os.userInfo shell"),
            ),
            Says(lambda at: at.jail.user.real_name + ",,,", ("python pwd pw_gecos",)),
            Says(
                lambda at: f"{at.jail.user.uid} {at.jail.user.gid}",
                ("owner ./README.md", "owner ~/.gitconfig"),
            ),
        ),
        dependent=(
            Dependent(
                lambda at: [at.jail.user.login, at.jail.user.uid],
                ("shell id", "file /etc/passwd", "shell getent group"),
            ),
            Dependent(lambda at: at.jail.user, ('shell getent passwd "$(id -u)"',)),
            Dependent(
                lambda at: at.jail.user.uid,
                ("python ids", "owner of a new file", "line /proc/self/status Uid",
                 "line /proc/self/status Gid", "file /proc/self/uid_map"),
            ),
        ),
        may=(
            *_variables("HOME", "USER", "LOGNAME", "SHELL", "PWD"), "shell pwd",
            "python os.getcwd", "node process.cwd", "node report cwd",
            "shell getent passwd | cut -d : -f 1", "shell groups", "shell ps *",
            "shell git config --list --show-origin", "python pwd all", "python grp all",
            "owner *", "size /etc/passwd", "size /etc/group", "file /etc/group",
            "file /proc/*/uid_map", "file /proc/*/gid_map", "file /proc/self/net/*",
            *_places("/run/user/*", "/root", "/home"), *MOUNTS, "ls /",
            "file /proc/sys/net/ipv4/ping_group_range", "file /proc/*/cgroup",
            "line /proc/self/status Groups", "file /proc/1/*",
        ),
    ),
    "variables": Shown(
        dependent=(Dependent(lambda at: at.jail.variables, ("file /proc/self/environ",)),),
        may=(
            *_variables("DEBUG", "LOG_LEVEL", "NODE_ENV", "TMPDIR", "VERBOSE"),
            "python gettempdir", "node os.tmpdir",
        ),
    ),
}  # fmt: skip

ORDINARY = Shown(
    may=(
        *_variables("*"),
        *_places("~/*"),
        *_places("./*"),
        *IN_HOME,
        *IN_PROJECT,
        "file /proc/self/environ",
    )
)
"""A factor without a table: of variables, and of files in the home or the project, only."""


def routes_of(name: str) -> Shown:
    """The routes that may follow a factor."""
    return ROUTES.get(name, ORDINARY)


AGREE: tuple[tuple[str, ...], ...] = (
    ("shell hostname", "shell uname -n", "python socket.gethostname", "node os.hostname",
     "libc gethostname", "call uname nodename", "file /etc/hostname"),
    ("shell id -un", "python pwd pw_name", "node os.userInfo username", "env USER"),
    ("shell date +%Z", "python time.strftime %Z"),
    ("shell date '+%F %H:%M'", "node Date hour"),
    ("python date.today", "node Date day"),
    ("shell uname -r", "python os.uname release", "call uname release", "node os.release",
     "file /proc/sys/kernel/osrelease"),
    ("shell nproc", "python os.cpu_count", "libc get_nprocs", "node os.cpus length"),
    ("libc sysinfo total", "call sysinfo total", "node os.totalmem"),
    ("shell pwd", "python os.getcwd", "node process.cwd"),
    ("shell printf '%s\\n' ~", "python os.path.expanduser", "node os.homedir"),
    ("file /etc/os-release", "open /usr/lib/os-release"),
)  # fmt: skip
"""Routes that mean the same thing, in any environment, but for white space at the end."""

COUNTERS = (
    "file /etc/libclock.so",  # how far the jail's date is from the machine's
    "file /proc/*/timens_offsets",  # and its uptime
    "file /proc/self/net/dev",
    "file /proc/self/net/dev_snmp6/*",
    "file /proc/self/net/ipv6_route",
    "file /proc/self/net/netlink",
    "file /proc/self/net/netstat",
    "file /proc/self/net/packet",
    "file /proc/self/net/protocols",
    "file /proc/self/net/rt6_stats",
    "file /proc/self/net/snmp*",
    "file /proc/self/net/sockstat*",
    "file /proc/self/net/softnet_stat",
    "file /proc/self/net/stat/*",
    "file /proc/self/net/tcp*",
    "file /proc/self/net/udp*",
    "file /proc/sys/kernel/random/uuid",
    "time /dev/*",
)
"""Routes that differ from one trial to the next: numbers that count on by themselves."""

LIMITS: Mapping[str, str] = {
    "line /proc/self/status Cpus_allowed_list": "a process's own file, over which nothing is put",
    "file /proc/*/mounts": "the mount of a device reveals the size of the memory",
    "shell df *": "a file system reports its size",
    "python statvfs /usr": "a file system reports its size",
    "call clock_gettime": "the jail's date is a library's, which this goes past",
    "time of a new file": "the kernel puts its own date on files",
    "time of change of home": "the kernel puts its own date on files",
}
"""Routes that show the machine or not the level all the same, and why."""
