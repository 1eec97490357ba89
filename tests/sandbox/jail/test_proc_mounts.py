from __future__ import annotations

from lab.factors.host_spec import Directory, File
from lab.sandbox.jail.proc_mounts import MS_RDONLY, MountCall, plan_proc_mounts

ENTRIES = {"fs": "folder", "kmsg": "closed", "meminfo": "file", "new": "file", "sys": "folder"}
HOST_FILES = {
    "/meminfo": File(b"memory", 0o444),
    "/modules": File(b"none here", 0o444),
    "/sys/kernel/random/uuid": File(b"", 0o444),
}


def test_each_entry_is_covered_by_what_there_is_to_say():
    made = plan_proc_mounts(ENTRIES, HOST_FILES, {"/class": Directory()})
    assert made.items["/sys/proc/meminfo"] == HOST_FILES["/meminfo"]
    assert made.items["/sys/proc/fs"] == Directory(0o555)
    assert made.items["/sys/proc/kmsg"] == File(b"", 0)
    assert made.items["/sys/proc/new"] == File(b"", 0o444)
    assert made.items["/sys/sys/class"] == Directory()
    targets = [mount.target for mount in made.before_client]
    assert targets[1:] == [f"/proc/{name}" for name in ENTRIES]


def test_what_the_kernel_does_not_have_cannot_be_shown():
    assert not any("modules" in path for path in plan_proc_mounts(ENTRIES, HOST_FILES, {}).items)


def test_random_ids_stay_the_kernels():
    first, *_ = plan_proc_mounts(ENTRIES, HOST_FILES, {}).before_client
    assert first == MountCall("/proc/sys/kernel/random/uuid", "/sys/proc/sys/kernel/random/uuid")


def test_what_lies_in_sys_is_hidden_last():
    made = plan_proc_mounts(ENTRIES, HOST_FILES, {}, ("one", "two"))
    assert made.after_client[-1] == MountCall("/sys/sys", "/sys")
    (own,) = [mount for mount in made.before_client if mount.target == "/proc/1/cgroup"]
    clients, _ = made.after_client
    assert clients.target == "/proc/{}/cgroup"
    assert [made.items[mount.source].content for mount in (own, clients)] == [b"one", b"two"]


def test_what_is_kept_is_read_only():
    bound, made_read_only = plan_proc_mounts({"sysvipc": "folder"}, {}, {}).before_client
    assert bound == MountCall("/proc/sysvipc", "/proc/sysvipc")
    assert made_read_only.flags & MS_RDONLY
