"""The environment: a level for every factor, as one frozen value.

An environment is exactly what the lab controls.  Two environments with the same
levels are the same environment, on every machine and at any time: the canonical form is
JSON with sorted keys and no white space, and the digest is its SHA-256.

A level is a string whose meaning only its factor defines (:mod:`lab.factors`); here it is only
compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property

import msgspec

__all__ = ["SCHEMA", "Change", "Environment"]

SCHEMA = "fingerprint-lab/environment/1"


class Change(msgspec.Struct, frozen=True, order=True):
    """One factor on which two environments differ."""

    factor: str
    left: str
    right: str


class Environment(msgspec.Struct, frozen=True, order=True, dict=True):
    """A level for every factor; ``levels`` is sorted by factor name.

    >>> here = lab.Environment.of({"timezone": "Asia/Tokyo", "locale": "ja_JP.UTF-8"})
    >>> here["timezone"]
    'Asia/Tokyo'
    >>> [change.factor for change in here.difference(here.but({"timezone": "UTC"}))]
    ['timezone']
    """

    levels: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        names = [name for name, _ in self.levels]
        if names != sorted(set(names)):
            raise ValueError(f"factor names must be sorted and unique, not {names}")

    @classmethod
    def of(cls, levels: Mapping[str, str]) -> Environment:
        """The environment with these levels, whatever their order."""
        return cls(tuple(sorted(levels.items())))

    def __getitem__(self, factor: str) -> str:
        return self.mapping[factor]

    @cached_property
    def mapping(self) -> Mapping[str, str]:
        """Factor name to level."""
        return dict(self.levels)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical form, in hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def canonical(self) -> bytes:
        """The canonical JSON form, UTF-8."""
        document = {"schema": SCHEMA, "levels": self.mapping}
        return json.dumps(
            document, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()

    @classmethod
    def parse(cls, canonical: bytes) -> Environment:
        """The environment that :meth:`canonical` wrote.

        Raises:
            ValueError: The document is not such an environment.
        """
        document = json.loads(canonical)
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise ValueError(f"not an environment: expected the schema {SCHEMA}")
        return cls.of(document["levels"])

    def but(self, levels: Mapping[str, str]) -> Environment:
        """This environment with other levels for some factors."""
        return Environment.of({**self.mapping, **levels})

    def difference(self, other: Environment) -> tuple[Change, ...]:
        """The factors on which the two differ.

        Raises:
            ValueError: The environments name different factors.
        """
        if self.mapping.keys() != other.mapping.keys():
            raise ValueError("the two environments do not name the same factors")
        return tuple(
            Change(name, level, other[name]) for name, level in self.levels if level != other[name]
        )
