"""The pure packages do no IO and read no clock: what ARCHITECTURE.md says of them holds.

Every use of a module or call that does IO is found by name, without running anything.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PURE = ("factors", "observation", "findings", "experiment", "reports/formats", "reports/text")
PURE += ("internet/http", "internet/dns", "internet/models", "statistics", "toml")

IO_MODULES = {"asyncio", "ctypes", "fcntl", "http.client", "lab.files", "mmap", "select"}
IO_MODULES |= {"selectors", "shutil", "signal", "socket", "sqlite3", "subprocess", "tempfile"}
IO_CALLS = {"exists", "getenv", "glob", "input", "iterdir", "is_dir", "is_file", "mkdir", "open"}
IO_CALLS |= {"print", "read_bytes", "read_text", "readlink", "rglob", "stat", "unlink", "urlopen"}
IO_CALLS |= {"write_bytes", "write_text"}
IO_ATTRIBUTES = {"os.environ", "os.getcwd", "os.urandom", "sys.stderr", "sys.stdin", "sys.stdout"}
IO_ATTRIBUTES |= {"time.monotonic", "time.perf_counter", "time.sleep", "time.time"}

WITH_IO = {
    "lab/experiment/audit_folder.py": "chooses the folder of an audit",
    "lab/experiment/tabulate/report_file.py": "writes report.json and environments.json",
    "lab/experiment/trials/runner.py": "the clock of --max-time",
    "lab/findings/covert/confusables.py": "a table that comes with the package",
    "lab/findings/policy/read.py": "reads policies and baselines",
    "lab/observation/documents/archive.py": "opens members of an archive in memory",
}
"""Modules of the pure packages that do IO all the same, with the reason."""


def find_io(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & IO_MODULES
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} & IO_MODULES
        elif isinstance(node, ast.Attribute):
            found |= {ast.unparse(node)} & IO_ATTRIBUTES
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            found |= {ast.unparse(node.func).rpartition(".")[2]} & IO_CALLS
    return found


def find_all() -> dict[str, set[str]]:
    paths = (path for folder in PURE for path in (ROOT / "lab" / folder).rglob("*.py"))
    found = {
        path.relative_to(ROOT).as_posix(): find_io(path.read_text(encoding="utf-8"))
        for path in paths
    }
    return {name: uses for name, uses in found.items() if uses}


def test_pure_packages_do_no_io():
    found = find_all()
    assert {name: found[name] for name in found.keys() - WITH_IO.keys()} == {}


def test_every_exception_is_needed():
    assert WITH_IO.keys() - find_all().keys() == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import socket", {"socket"}),
        ("from lab.files import replace_file", {"lab.files"}),
        ("path.read_text()", {"read_text"}),
        ("print(1)", {"print"}),
        ("os.environ['X']", {"os.environ"}),
        ("text.strip()", set()),
    ],
)
def test_io_is_found_by_name(source, found):
    assert find_io(source) == found
