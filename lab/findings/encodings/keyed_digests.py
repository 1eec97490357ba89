"""Digests of a text together with another value that was sent.

A program that hashes a host name with a random session id, and sends the id too, sends a
different value each time; whoever reads both can still recognise the host.  It is not known
which value was the key, so every value of the trial that could be one is tried: as the key of
an HMAC (RFC 2104) over the text, as the message with the text as the key, and as a salt before
or after the text.

The key may be new in every run, or constant, as an API key or the id of an installation.  With
a constant key the digest changes with the text alone; :mod:`lab.findings.classify` uses this
module to explain such values.

The search is bounded: identifiers are tried first, then the values that were sent most often,
up to a limit; and only digests of sixteen hexadecimal digits or more are searched for, so that
ten million tries against a thousand digests produce a hit by chance with a probability of
2^-64 · 10^10, one in two thousand million.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from lab.findings.encodings.aho_corasick import text_to_bytes
from lab.findings.encodings.decoders import decode_base64
from lab.observation.text.masks import is_identifier_like

__all__ = ["MOST_KEYS", "count_expected_hits", "find_keyed_digests", "list_keys", "may_hold_digest"]

MOST_KEYS = 64
"""Keys that are tried by default."""

_DIGESTS = ("sha256", "sha1", "md5", "sha512")
_JOINTS = (b"", b":", b"-", b"|", b".", b"\0")
_MOST_RUNS = 4_096
_SHORTEST_KEY, _LONGEST_KEY = 4, 256
_MOST_WRITINGS = 4
"""A text as it is or in small letters, times a key as it is or as the bytes it spells."""

_SHORTEST = 8
"""Bytes of a digest that are compared."""

_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){8,64}(?![0-9A-Fa-f])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{11,86}(?![A-Za-z0-9+/_-])")
_KEY = re.compile(r"[^\s,;=\"'&]+")
_PART = re.compile(r"[A-Za-z0-9_-]+")
_NUMBER = re.compile(r"[0-9A-Fa-f-]{16,}")

Runs = tuple[tuple[int, bytes], ...]


def list_keys(texts: Iterable[str], most: int = MOST_KEYS) -> tuple[str, ...]:
    """The values and words that could be keys, at most ``most``.

    Identifiers come first, then the values that occur more often.
    """
    found: Counter[str] = Counter()
    for text in texts:
        if len(text) <= 16 * _LONGEST_KEY:
            found.update({text, *_KEY.findall(text), *_PART.findall(text)})
    usable = [key for key in found if _SHORTEST_KEY <= len(key) <= _LONGEST_KEY]
    usable.sort(key=lambda key: (not is_identifier_like(key), -found[key], key))
    return tuple(usable[:most])


def may_hold_digest(text: str) -> bool:
    """Whether the text could contain a digest that is long enough to be searched for."""
    return any(True for _ in _find_runs(text))


def count_expected_hits(text: str, keys: Sequence[str], needles: Sequence[str]) -> float:
    """An upper bound of the hits that chance alone would produce in a text.

    Args:
        text: What is searched.
        keys: The keys that are tried.
        needles: The texts that are tried.
    """
    runs = sum(1 for _ in _find_runs(text))
    tries = len(_DIGESTS) * (2 + 2 * len(_JOINTS)) * _MOST_WRITINGS * len(keys) * len(needles)
    return runs * tries * math.exp2(-8 * _SHORTEST)


def find_keyed_digests(
    texts: Mapping[int, str], keys: Iterable[str], needles: Iterable[str]
) -> dict[int, str]:
    """Texts that contain a digest of a needle and a key, with the kind of digest.

    Args:
        texts: The texts to search, numbered by the caller.
        keys: The keys to try (:func:`list_keys`).
        needles: The texts that may have been hashed.

    Returns:
        The numbers of the texts that contain one, each with the name of the digest.
    """
    runs = [(number, run) for number, text in texts.items() for run in _find_runs(text)]
    if not runs:
        return {}
    return dict(_match_digests(tuple(runs[:_MOST_RUNS]), tuple(keys), tuple(needles)))


@lru_cache(maxsize=4096)
def _match_digests(
    runs: Runs, keys: tuple[str, ...], needles: tuple[str, ...]
) -> tuple[tuple[int, str], ...]:
    # Cached, because the same trial is searched again whenever trials are added.
    wanted: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
    for number, run in runs:
        wanted[run[:_SHORTEST]].append((number, run))
    found: dict[int, str] = {}
    for needle, key in itertools.product(needles, keys):
        if key in needle or needle in key:
            continue
        for text, value in itertools.product(_text_variants(needle), _key_variants(key)):
            for name, how, digest in _compute_digests(text, value):
                for number, run in wanted.get(digest[:_SHORTEST], ()):
                    if digest.startswith(run):
                        cut = f"[:{2 * len(run)}]" if len(run) < len(digest) else ""
                        found.setdefault(number, f"{name}{cut} {how}")
    return tuple(found.items())


def _find_runs(text: str) -> Iterator[bytes]:
    for run in _HEX.findall(text):
        yield bytes.fromhex(run)
    for run in _BASE64.findall(text):
        if not _HEX.fullmatch(run) and len(data := decode_base64(run)) >= _SHORTEST:
            yield data


def _text_variants(needle: str) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys((text_to_bytes(needle), text_to_bytes(needle.lower()))))


def _key_variants(key: str) -> Iterator[bytes]:
    """The key as it was sent, and the bytes of which it is the hexadecimal form."""
    yield text_to_bytes(key)
    digits = key.replace("-", "")
    if _NUMBER.fullmatch(key) and len(digits) % 2 == 0:
        yield bytes.fromhex(digits)


def _compute_digests(text: bytes, key: bytes) -> Iterator[tuple[str, str, bytes]]:
    for name in _DIGESTS:
        yield f"hmac {name}", "keyed with a sent value", hmac.digest(key, text, name)
        yield f"hmac {name}", "as the key over a sent value", hmac.digest(text, key, name)
        for joint in _JOINTS:
            for joined in (key + joint + text, text + joint + key):
                digest = hashlib.new(name, joined, usedforsecurity=False).digest()
                yield name, "salted with a sent value", digest
