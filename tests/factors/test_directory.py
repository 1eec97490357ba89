from __future__ import annotations

import pytest

from lab.factors.directory import FACTOR
from lab.factors.host_spec import BARE


@pytest.mark.parametrize(
    ("level", "settled"),
    [
        ("~/project", "/home/dev/project"),
        ("~/a b/é", "/home/dev/a b/é"),
        ("/tmp/scratch/", "/tmp/scratch"),
    ],
)
def test_a_level_is_where_the_client_starts(level: str, settled: str):
    assert FACTOR.realise(FACTOR.parse(level), BARE).settled().directory == settled


def test_a_decomposed_name_is_composed():
    assert FACTOR.parse("~/e\u0301") == "~/\u00e9"


@pytest.mark.parametrize(
    "level",
    ["", "/", "~", "project", "./a", "~root/a", "/a/../b", "/a//b", "~/a\n", "/etc/x", "/usr/src",
     "/proc", "/dev/shm", "//", "~/" + "x" * 256, "~/" + "ab/" * 400],
)  # fmt: skip
def test_where_nobody_could_work_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_a_copy_may_hold_the_path_or_its_last_folder():
    assert FACTOR.needles("~/code/api") == ("/code/api", "code/api", "api")
    assert FACTOR.needles("/app") == ("/app", "app")
