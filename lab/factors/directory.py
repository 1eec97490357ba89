"""The directory: the path in which the client is started.

The control is ``~/project``.  The named levels are usual places of work: deep below home, with a
space and letters outside ASCII, a scratch folder, the path in cloud development environments, a
company's layout outside home, and a single short folder below the root, as in container images.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import msgspec

from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR"]

CONTROL = "~/project"

LEVELS = (
    "~/code/services/billing/backend/api/v2",
    "~/Documents/Été à la plage",
    "/tmp/scratch",
    "/workspaces/app",
    "/srv/acme/platform/checkout",
    "/app",
)

_RESERVED = ("bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "proc", "run", "sbin", "sys")
"""Top-level folders of the system, or that the jail creates; /usr is checked apart."""

_PART = re.compile(r"[^/\x00-\x1f\x7f]{1,255}")


def parse(level: str) -> str:
    """The path in NFC, without a final slash.

    Raises:
        ValueError: The path is not absolute or below home, or belongs to the system.
    """
    path = unicodedata.normalize("NFC", level).rstrip("/")
    first, *parts = path.split("/")
    if first not in {"", "~"} or not parts or not all(_PART.fullmatch(part) for part in parts):
        raise ValueError(f"write an absolute path or one that begins with ~/, not {level!r}")
    if {".", ".."} & set(parts) or len(path.encode()) > 1024:
        raise ValueError(f"a path has no . or .. and at most 1024 bytes, unlike {level!r}")
    if first == "" and parts[0] in (*_RESERVED, "usr"):
        raise ValueError(f"/{parts[0]} belongs to the system; choose another folder")
    return path


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set the working directory; paths of project files begin with ``./`` and follow it."""
    return msgspec.structs.replace(spec, directory=level)


def strategy() -> SearchStrategy[str]:
    """Invented paths below home or elsewhere; shrinks to one short folder below home."""
    from hypothesis import strategies as st

    def invented(root: str, depth: int, seed: int) -> str:
        from faker import Faker

        maker = Faker()
        maker.seed_instance(seed)
        return "/".join((root, *maker.words(depth)))

    roots = st.sampled_from(("~", "~/src", "~/My Projects", "~/códigos", "/opt", "/srv", "/data"))
    return st.builds(invented, roots, st.integers(1, 6), st.integers(0, 9999)).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """The path without the home, and its last folder."""
    path = level.removeprefix("~")
    found = (path, path.lstrip("/"), path.rpartition("/")[2])
    return tuple(dict.fromkeys(text for text in found if text))


FACTOR = Factor(
    name="directory",
    summary="the path of the working directory",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    free=True,
)
