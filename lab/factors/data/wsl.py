"""The marks of WSL 2: what Microsoft's kernel, init and graphics system add to a distribution.

Sources: Microsoft's documentation of WSL and its source (github.com/microsoft/WSL: init, binfmt,
``wslpath``, ``wslinfo``), and the layout that WSLg documents.  Its init is one program behind
several names; here it is a script that answers as far as programs ask.  Numbers are invented.
"""

from __future__ import annotations

from lab.factors.data.container_mark import ContainerMark
from lab.factors.data.distributions import Distribution
from lab.factors.host_spec import File, Kernel, Link

__all__ = ["make_wsl_mark"]

_KERNEL = Kernel(
    "6.6.87.2-microsoft-standard-WSL2",
    "#1 SMP PREEMPT_DYNAMIC Thu Jun  5 18:30:46 UTC 2025",
    "(root@439a258ad544) (gcc (GCC) 11.2.0, GNU ld (GNU Binutils) 2.37)",
)
_VERSION = "2.5.9.0"
_WINDOWS_NAME = "DESKTOP-7Q2M4KD"
"""The name of the Windows machine.  The distribution has another (``hostname`` in wsl.conf), so
that a client that copies its environment does not reveal the factor ``hostname`` by it."""
_COMMAND_LINE = (
    "initrd=\\initrd.img WSL_ROOT_INIT=1 panic=-1 nr_cpus=4 hv_utils.timesync_implicit=1 "
    "console=hvc0 debug pty.legacy_count=0 WSL_ENABLE_CRASH_DUMP=1\n"
)
_INTEROP = "enabled\ninterpreter /init\nflags: PF\noffset 0\nmagic 4d5a\n"
"""Windows programs begin with MZ."""

_INIT = f"""\
#!/bin/sh
case "${{0##*/}}" in
wslinfo)
    case "$1" in
    --networking-mode) echo nat ;;
    --version | --wsl-version) echo {_VERSION} ;;
    *) echo "Usage: wslinfo [--networking-mode] [--version]" >&2; exit 1 ;;
    esac ;;
wslpath)
    way=u
    case "$1" in -a | -u | -w | -m) way=${{1#-}}; shift ;; esac
    case "$way" in
    w | m)
        case "$1" in
        /mnt/[a-z] | /mnt/[a-z]/*)
            rest=${{1#/mnt/}}; drive=$(printf %s "${{rest%%/*}}" | tr a-z A-Z)
            path="$drive:/${{rest#?}}"; path=$(printf %s "$path" | sed "s|:/*|:/|") ;;
        /*) path="//wsl.localhost/$WSL_DISTRO_NAME$1" ;;
        *) path="$1" ;;
        esac
        [ "$way" = m ] && printf "%s\\n" "$path" || printf "%s\\n" "$path" | tr / "\\\\\\\\" ;;
    *)
        path=$(printf %s "$1" | tr "\\\\\\\\" /)
        case "$path" in
        [A-Za-z]:*) printf "/mnt/%s%s\\n" "$(printf %.1s "$path" | tr A-Z a-z)" "${{path#?:}}" ;;
        *) printf "%s\\n" "$path" ;;
        esac ;;
    esac ;;
esac
"""

_PROGRAM = File(b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00", 0o777)
_WINDOWS = "/mnt/c/Windows"
_WINDOWS_PROGRAMS = (
    "explorer.exe",
    "System32/cmd.exe",
    "System32/clip.exe",
    "System32/wsl.exe",
    "System32/WindowsPowerShell/v1.0/powershell.exe",
)
_WIN_INI = (
    b"; for 16-bit app support\r\n[fonts]\r\n[extensions]\r\n[mci extensions]\r\n"
    b"[files]\r\n[Mail]\r\nMAPI=1\r\n"
)
_VERSIONS = (
    'WSLg ( x86_64 ): 1.0.66+Branch.main.Sha.bb2f2ef\nMariner: VERSION="2.0.20240609"\n'
    "FreeRDP: 0708dfe\nweston: 2a7fe3c\npulseaudio: 6f045ff\nmesa: eb38c9f\n"
)


def make_wsl_mark(distribution: Distribution) -> ContainerMark:
    """WSL 2 with graphics and interoperation, as it is installed.

    Args:
        distribution: What runs in it; it decides whether systemd is process 1.
    """
    systemd = "init.scope" in distribution.platform.cgroup
    binfmt = {"register": "", "status": "enabled\n", "WSLInterop": _INTEROP}
    if systemd:
        # systemd-binfmt removes the first, so WSL registers it again afterwards.
        binfmt["WSLInterop-late"] = _INTEROP
    return ContainerMark(
        variables={
            "HOSTTYPE": "x86_64",
            "NAME": _WINDOWS_NAME,
            "PULSE_SERVER": "unix:/mnt/wslg/PulseServer",
            "WSL2_GUI_APPS_ENABLED": "1",
            "WSLENV": "",
            "WSL_DISTRO_NAME": distribution.wsl,
            "WSL_INTEROP": "/run/WSL/424_interop",
        },
        files={
            "/init": File(_INIT.encode(), 0o755),
            "/etc/ld.so.conf.d/ld.wsl.conf": File(b"/usr/lib/wsl/lib\n"),
            f"{_WINDOWS}/win.ini": File(_WIN_INI, 0o777),
            **{f"{_WINDOWS}/{name}": _PROGRAM for name in _WINDOWS_PROGRAMS},
            **{f"/run/WSL/{number}_interop": File(mode=0o777) for number in (1, 2, 424)},
            **{
                f"/mnt/wslg/{name}": File(mode=0o777)
                for name in ("PulseServer", "PulseAudioRDPSink", "PulseAudioRDPSource")
            },
            "/mnt/wslg/versions.txt": File(_VERSIONS.encode()),
            "/mnt/wslg/runtime-dir/wayland-0": File(mode=0o777),
            "/mnt/wslg/.X11-unix/X0": File(mode=0o777),
        },
        directories=(
            "/mnt/wsl",
            "/mnt/wslg/distro",
            "/mnt/c/Program Files",
            "/mnt/c/ProgramData",
            "/mnt/c/Users/Public",
        ),
        release_files=(("wsl.conf", f"[boot]\nsystemd={str(systemd).lower()}\n"),),
        kernel=_KERNEL,
        needles=(distribution.wsl,),
        command_line=_COMMAND_LINE,
        proc_files=tuple((f"sys/fs/binfmt_misc/{name}", text) for name, text in binfmt.items()),
        usr_files=(
            ("/usr/bin/wslinfo", Link("/init")),
            ("/usr/bin/wslpath", Link("/init")),
            ("/usr/sbin/mount.drvfs", Link("/init")),
            ("/usr/lib/wsl/lib/libdxcore.so", File(b"\x7fELF\x02\x01\x01", 0o555)),
        ),
    )
