from __future__ import annotations

import subprocess
import sys

PROGRAM = """
from hypothesis import Phase, settings
from lab.testing import hypothesis_profiles as profiles

profiles.register()
found = {name: settings.get_profile(name) for name in profiles.NAMES}
assert set(found) == {"dev", "ci", "audit"}
assert all(one.deadline is None and one.print_blob for one in found.values())
assert all(Phase.explain not in one.phases and Phase.shrink in one.phases for one in found.values())
assert found["ci"].derandomize and found["ci"].database is None
assert not found["dev"].derandomize
numbers = [found[name].max_examples for name in ("dev", "ci", "audit")]
assert numbers == sorted(numbers) and numbers[0] >= 5
profiles.load()
assert settings().deadline is None and settings().max_examples == numbers[0]
try:
    profiles.load("quick")
except ValueError as error:
    print(error)
"""


def test_profiles_are_known_once_registered():
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "there are the profiles dev, ci, audit, not 'quick'\n"
