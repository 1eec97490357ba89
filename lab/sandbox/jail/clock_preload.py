"""The clock of a jail: a library that gives dynamically linked programs another date.

Theory of operation.  There is no namespace for the time of day.  So a small library that is
loaded before libc (named by the jail's /etc/ld.so.preload) adds a fixed number of seconds to
the kernel's time.  All processes of a trial have the same shift, and time goes on.

Why not libfaketime: configured without environment variables, which a client would see, it
also shifts the *monotonic* clock, and then a sleep with an absolute deadline (as Python's)
never ends.  It leaves files in /dev/shm and variables in the environment of each process.  The
functions that are needed are so few that the library is written here as machine code, with the
shift inside, so nothing has to be compiled or configured.

* ``clock_gettime`` (wall clocks only), ``gettimeofday`` and ``time`` ask the kernel and add
  the shift.  Monotonic clocks are unchanged, so no wait becomes longer or shorter.
* ``sem_timedwait``, ``pthread_cond_timedwait`` and ``pthread_mutex_timedlock`` take deadlines
  by the wall clock.  The shift is subtracted, and the wait is passed to the variants of these
  functions that name their clock.  A condition variable may also use the monotonic clock, whose
  values are small: an uptime, not a date.

What it does not reach: static programs (Go, most Rust), other libcs than glibc, other
processors than x86-64, and the time stamps that the kernel puts on files.
"""

from __future__ import annotations

import math
import platform
import struct

from lab.errors import MachineError
from lab.factors.host_spec import File

__all__ = ["LIBRARY_PATH", "build_library", "is_clock_supported", "make_clock_files"]

LIBRARY_PATH = "/etc/libclock.so"
PRELOAD_PATH = "/etc/ld.so.preload"
X86_64 = 62

# Names of the table below, in this order in the data segment: 8 bytes each.
SLOTS = (
    "shift",
    "__errno_location",
    "sem_clockwait",
    "pthread_cond_clockwait",
    "pthread_mutex_clocklock",
)

CODE_AT = 0x600
DATA_AT = 0x1000
DYNAMIC_AT = DATA_AT + 8 * len(SLOTS)

# A wait whose arguments are (object, deadline): becomes (object, CLOCK_REALTIME, deadline').
WAIT_2 = """
    4883ec18            sub  rsp, 24
    488b06              mov  rax, [rsi]
    488b5608            mov  rdx, [rsi+8]
    482b05 {shift}      sub  rax, [shift]
    48890424            mov  [rsp], rax
    4889542408          mov  [rsp+8], rdx
    31f6                xor  esi, esi
    4889e2              mov  rdx, rsp
    ff15 {%s}           call [%s]
    4883c418            add  rsp, 24
    c3                  ret
"""

# Machine code by function; {name} is the distance from the next instruction to a slot.
FUNCTIONS = {
    "clock_gettime": """
    b8e4000000          mov  eax, 228        clock_gettime(edi, rsi)
    0f05                syscall
    85c0                test eax, eax
    781a                js   fail
    83ff0b              cmp  edi, 11
    7714                ja   done
    b921090000          mov  ecx, 0x921      REALTIME, _COARSE, _ALARM, TAI
    0fa3f9              bt   ecx, edi
    730a                jnc  done
    488b0d {shift}      mov  rcx, [shift]
    48010e              add  [rsi], rcx
    c3                  done: ret
    f7d8                fail: neg eax
    50                  push rax
    ff15 {__errno_location} call [__errno_location]
    59                  pop  rcx
    8908                mov  [rax], ecx
    83c8ff              or   eax, -1
    c3                  ret
""",
    "gettimeofday": """
    b860000000          mov  eax, 96         gettimeofday(rdi, rsi)
    0f05                syscall
    85c0                test eax, eax
    750f                jnz  done            it fails on a bad address only
    4885ff              test rdi, rdi
    740a                jz   done
    488b0d {shift}      mov  rcx, [shift]
    48010f              add  [rdi], rcx
    c3                  done: ret
""",
    "time": """
    b8c9000000          mov  eax, 201        time(NULL)
    4889fa              mov  rdx, rdi
    31ff                xor  edi, edi
    0f05                syscall
    480305 {shift}      add  rax, [shift]
    4885d2              test rdx, rdx
    7403                jz   done
    488902              mov  [rdx], rax
    c3                  done: ret
""",
    "sem_timedwait": WAIT_2.replace("%s", "sem_clockwait"),
    "pthread_mutex_timedlock": WAIT_2.replace("%s", "pthread_mutex_clocklock"),
    "pthread_cond_timedwait": """
    4883ec18            sub  rsp, 24         (condition, mutex, deadline)
    488b02              mov  rax, [rdx]
    488b4a08            mov  rcx, [rdx+8]
    48894c2408          mov  [rsp+8], rcx
    483d00000020        cmp  rax, 2**29      an uptime of 17 years, or a date
    b901000000          mov  ecx, 1          CLOCK_MONOTONIC
    7c09                jl   set
    482b05 {shift}      sub  rax, [shift]
    31c9                xor  ecx, ecx        CLOCK_REALTIME
    48890424            set: mov [rsp], rax
    89ca                mov  edx, ecx
    4889e1              mov  rcx, rsp
    ff15 {pthread_cond_clockwait} call [pthread_cond_clockwait]
    4883c418            add  rsp, 24
    c3                  ret
""",
}


def is_clock_supported() -> bool:
    """Whether the library exists for this machine's processor."""
    return platform.machine() == "x86_64"


def make_clock_files(start: float, now: float) -> dict[str, File]:
    """Make the files that shift a jail's clock from ``now`` on the host to ``start``.

    Both are Unix times.  The client starts within the second that begins at ``start``.

    Raises:
        MachineError: There is no library for this processor.
    """
    if not is_clock_supported():
        raise MachineError(
            f"another date cannot be given to programs on the processor {platform.machine()}; "
            "leave out the factor clock"
        )
    shift = math.ceil(start - now)
    return {
        PRELOAD_PATH: File(LIBRARY_PATH.encode() + b"\n"),
        LIBRARY_PATH: File(build_library(shift), 0o755),
    }


def build_library(shift: int) -> bytes:
    """Build the shared library (ELF, x86-64) that adds ``shift`` seconds to wall clocks."""
    code, starts = _assemble()
    imports = SLOTS[1:]
    names = b"\0"
    symbols = bytes(24)
    for name in (*FUNCTIONS, *imports):
        defined = name in starts
        kind = 0x12 if defined else 0x20  # a global function; a weak reference
        symbols += struct.pack(
            "<IBBHQQ", len(names), kind, 0, 1 if defined else 0, starts.get(name, 0), 0
        )
        names += name.encode() + b"\0"
    count = len(symbols) // 24
    # One bucket: for so few symbols a chain is as fast as a table.
    table = struct.pack(f"<{3 + count}I", 1, count, 1, 0, *range(2, count), 0)
    first = 1 + len(FUNCTIONS)
    relocations = b"".join(
        struct.pack("<QQq", DATA_AT + 8 * slot, (first + slot - 1) << 32 | 6, 0)
        for slot in range(1, len(SLOTS))
    )
    symbols_at = 64 + 4 * 56
    relocations_at = symbols_at + len(symbols)
    table_at = relocations_at + len(relocations)
    names_at = table_at + len(table)
    dynamic = b"".join(
        struct.pack("<QQ", tag, value)
        for tag, value in (
            (4, table_at),
            (5, names_at),
            (6, symbols_at),
            (10, len(names)),
            (11, 24),
            (7, relocations_at),
            (8, len(relocations)),
            (9, 24),
            (0, 0),
        )
    )
    data = struct.pack("<q", shift) + bytes(8 * len(imports)) + dynamic
    read_execute, read_write = 5, 6
    text_end = CODE_AT + len(code)
    segments = (
        struct.pack("<IIQQQQQQ", 1, read_execute, 0, 0, 0, text_end, text_end, 0x1000)
        + struct.pack(
            "<IIQQQQQQ", 1, read_write, DATA_AT, DATA_AT, DATA_AT, len(data), len(data), 0x1000
        )
        + struct.pack(
            "<IIQQQQQQ",
            *(2, read_write, DYNAMIC_AT, DYNAMIC_AT, DYNAMIC_AT, len(dynamic), len(dynamic), 8),
        )
        + struct.pack("<IIQQQQQQ", 0x6474E551, read_write, 0, 0, 0, 0, 0, 16)  # no executable stack
    )
    header = b"\x7fELF\2\1\1" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 3, X86_64, 1, 0, 64, 0, 0, 64, 56, 4, 64, 0, 0)
    tables = header + segments + symbols + relocations + table + names
    if len(tables) > CODE_AT or text_end > DATA_AT:
        raise AssertionError("the library's tables do not fit before its code")
    return tables.ljust(CODE_AT, b"\0") + code.ljust(DATA_AT - CODE_AT, b"\0") + data


def _assemble() -> tuple[bytes, dict[str, int]]:
    """Assemble the code; return it with the address of each function."""
    code = b""
    starts = {}
    for name, listing in FUNCTIONS.items():
        starts[name] = CODE_AT + len(code)
        for line in listing.strip().splitlines():
            digits, _, _ = line.strip().partition("  ")
            encoded, _, slot = digits.partition(" {")
            code += bytes.fromhex(encoded)
            if slot:
                after = CODE_AT + len(code) + 4
                target = DATA_AT + 8 * SLOTS.index(slot.partition("}")[0])
                code += struct.pack("<i", target - after)
    return code, starts
