"""Process 1 of a jail: it completes the jail, starts the client and reports how that ended.

bubblewrap's own process 1 would be visible (``/proc/1/comm`` is ``bwrap``).  It also reports a
death by signal as an exit code of 128 + n, which a program can return by itself.  So the jail is
started with ``--as-pid-1`` and this small program, which

* makes the mounts over /proc (:mod:`lab.sandbox.jail.proc_mounts`), when a byte on the status
  socket says that their files are written; for that alone bubblewrap leaves it the capability
  to mount, and it gives up all capabilities before the client begins;
* installs the filter by which the lab answers some system calls
  (:mod:`lab.sandbox.jail.seccomp_notify`);
* looks to an ordinary user like any machine's ``/sbin/init``: name and command line can be
  read, environment, files and executable cannot (it is not dumpable);
* starts the client in a session of its own, with exactly the given environment variables;
* writes to its status socket ``B`` (begun; where the kernel supports it, the filter's listener
  and the jail's /proc are attached), then ``E errno`` (the client could not be executed) or
  ``S status`` (as from wait(2)), and ends at once: the kernel then kills every process that is
  left in the pid namespace.

Where it cannot complete the jail it prints the reason to standard error and does not write
``B``.

It is written in Perl because ``perl-base`` is essential on Debian and starts in 2 ms without a
compiler; Python takes 10 ms, and a shell cannot distinguish signals from exit codes.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping

from lab.errors import MachineError, UsageError
from lab.sandbox.jail.proc_mounts import MountCall, ProcMounts
from lab.sandbox.jail.seccomp import build_answer_filter

__all__ = ["CAPABILITIES", "SCRIPT", "encode_start_file"]

CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETPCAP")
"""What process 1 needs (capabilities(7)): to mount, and to remove these two for good."""

SYSTEM_CALLS = {
    # machine: (prctl, setsid, mount, capset, seccomp, sendmsg)
    "x86_64": (157, 112, 165, 126, 317, 46),
    "aarch64": (167, 157, 40, 91, 277, 211),
    "riscv64": (167, 157, 40, 91, 277, 211),
}

NO_MOUNTS = ProcMounts()

SCRIPT = rb"""
sub failed { print STDERR "$_[0]: $!\n"; exit 125 }
open(my $status, '+<&=', 3); fcntl($status, 2, 1);
open(my $start, '<&=', 4); my @start = do { local $/; split /\0/, <$start>, -1 }; close $start;
open(my $self, '<&=', 6); close $self;
my ($prctl, $setsid, $mount, $capset, $seccomp, $sendmsg) = map { $_ + 0 } splice @start, 0, 6;
my ($filter, $terminal, $program) = splice @start, 0, 3;
my @command = splice @start, 0, shift @start;
my @before = splice @start, 0, shift @start;
my @after = splice @start, 0, shift @start;
my $name = 'systemd';
syscall($prctl, 4, 0, 0, 0, 0);
$0 = '/sbin/init';
syscall($prctl, 15, $name, 0, 0, 0);
sub mounted {
  while (my ($source, $target, $flags) = splice @_, 0, 3) {
    syscall($mount, $source, $target, 0, $flags + 0, 0) == 0 or failed("mount on $target");
  }
}
sub powerless {
  for my $right (21, 8) { syscall($prctl, 24, $right, 0, 0, 0) == 0 or failed('bound') }
  my ($header, $none) = (pack('L L', 0x20080522, 0), pack('L6', (0) x 6));
  syscall($capset, $header, $none) == 0 or failed('capset');
}
sysread($status, my $nothing, 1) == 1 or exit 125;
mounted(@before);
my $asked = -1;
if ($filter ne '') {
  my $code = pack 'H*', $filter;
  my $fprog = pack 'S x6 P', length($code) / 8, $code;
  for my $flags (8 | 32, 8) {
    $asked = syscall($seccomp, 1, $flags, $fprog) if $asked == -1;
  }
}
if ($asked == -1) {
  syswrite $status, "B\n";
} else {
  sysopen(my $tasks, '/proc', 0) or failed('/proc');
  my $said = "B\n";
  my $span = pack 'P Q', $said, 2;
  my $control = pack 'Q l l l l', 24, 1, 1, $asked, fileno $tasks;
  my $message = pack 'Q Q P Q P Q Q', 0, 0, $span, 1, $control, 24, 0;
  syscall($sendmsg, 3, $message, 0) == 2 or failed('sendmsg');
  open(my $listener, '<&=', $asked); close $listener; close $tasks;
}
pipe(my $ready, my $go) or failed('pipe');
my $client = fork;
if (defined $client && $client == 0) {
  close $go;
  sysread $ready, my $nothing, 1;
  powerless();
  syscall($setsid);
  ioctl(STDIN, 0x540E, 0) if $terminal;
  %ENV = @start;
  exec {$program} @command;
  syswrite $status, 'E ' . ($! + 0) . "\n";
  exit 127;
}
defined $client or failed('fork');
s/\{\}/$client/ for @after;
mounted(@after);
powerless();
close $go; close $ready; close STDIN; close STDOUT; close STDERR;
while ((my $ended = waitpid -1, 0) > 0) {
  if ($ended == $client) { syswrite $status, "S $?\n"; last }
}
"""


def encode_start_file(
    argv: tuple[str, ...],
    variables: Mapping[str, str],
    *,
    terminal: bool,
    mounts: ProcMounts = NO_MOUNTS,
    answers_syscalls: bool = True,
) -> bytes:
    """Encode the instructions of process 1: words that end in NUL.

    Args:
        argv: The client's program and arguments.
        variables: The client's environment variables.
        terminal: Whether standard input is a terminal, which the client then controls.
        mounts: What process 1 mounts.
        answers_syscalls: Whether the lab answers system calls.

    Raises:
        MachineError: The numbers of system calls on this processor are not known.
        UsageError: A name or a word cannot be passed to a program.
    """
    machine = platform.machine()
    if machine not in SYSTEM_CALLS:
        raise MachineError(f"the jail's process 1 does not know the processor {machine} yet")
    words = [str(number) for number in SYSTEM_CALLS[machine]]
    words += [
        build_answer_filter(machine).hex() if answers_syscalls else "",
        "1" if terminal else "",
    ]
    words += [argv[0], str(len(argv)), *argv]
    for calls in (mounts.before_client, mounts.after_client):
        words += _encode_mounts(calls)
    for name, value in variables.items():
        if not name or "=" in name:
            raise UsageError(f"{name!r} cannot be the name of an environment variable")
        words += [name, value]
    for word in words:
        if "\0" in word:
            raise UsageError(f"{word!r} holds a NUL character, which no program can be given")
    return b"\0".join(word.encode("utf-8", "surrogateescape") for word in words)


def _encode_mounts(calls: Iterable[MountCall]) -> list[str]:
    words = [word for each in calls for word in (each.source, each.target, str(each.flags))]
    return [str(len(words)), *words]
