"""Canaries: values generated for one audit, and the search for them in everything that was sent.

Each factor whose levels are free text gets one more level, generated from the seed, that occurs
nowhere else.  A location that differs in every trial cannot be compared, but it can be searched.
If it contains the generated value, plainly, encoded or hashed together with something else that
was sent, in all trials with that level, then whether it does is a column like any other, and is
confirmed like any other.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice

import msgspec

from lab.experiment.columns.column import Column
from lab.factors.factor import Factor
from lab.findings.classify import Classification, classify
from lab.findings.encodings.detect import PLAIN, restore_sent_text
from lab.findings.encodings.e_values import NEGLIGIBLE, count_text_bits
from lab.findings.encodings.keyed_digests import find_keyed_digests, list_keys
from lab.findings.encodings.search import TextSearch
from lab.findings.report import Kind
from lab.observation.features import Features
from lab.observation.location import Location

__all__ = ["Canary", "classify_canary", "find_canary_columns", "generate_canary"]

_MIN_BITS = 20.0
"""Information of a text that is searched for unencoded."""

_EXAMPLES = 40
_MAX_SEARCHED = 4 << 20
_MAX_CLASSIFIED = 8


class Canary(msgspec.Struct, frozen=True):
    """A generated level, and the texts by which a copy of it is recognised.

    ``hashed`` also contains short texts and words: they may occur anywhere by chance, but their
    digests do not.
    """

    factor: str
    level: str
    needles: tuple[str, ...]
    hashed: tuple[str, ...] = ()


def generate_canary(factor: Factor, seed: int) -> Canary | None:
    """Return a generated level of this factor, with as many recognisable texts as possible.

    Return None where the factor's levels are not free text, or decide where traffic goes: the
    traffic then contains them anyway.
    """
    if factor.routes or not factor.free:
        return None
    known = {
        needle for level in (factor.control, *factor.levels) for needle in factor.needles(level)
    }
    best: Canary | None = None
    for level in _generate_levels(factor, seed):
        if level in (factor.control, *factor.levels):
            continue
        unknown = [needle for needle in factor.needles(level) if needle not in known]
        needles = tuple(needle for needle in unknown if _is_unmistakable(needle))
        if needles and (best is None or _needle_rank(needles) > _needle_rank(best.needles)):
            best = Canary(factor.name, level, needles, tuple(unknown))
    return best


def _is_unmistakable(text: str) -> bool:
    """Whether a text would hardly occur by chance, as a single word might."""
    return count_text_bits(text) >= _MIN_BITS and not text.isalpha()


def _needle_rank(needles: Sequence[str]) -> tuple[int, int]:
    """Rank levels with more recognisable parts higher: a client may send any of them."""
    return len(needles), max(len(needle) for needle in needles)


def _generate_levels(factor: Factor, seed: int) -> list[str]:
    """Return some levels from the factor's strategy, the same for the same seed."""
    from hypothesis import HealthCheck, Phase, given, settings  # slow to import
    from hypothesis import seed as seeded

    found: list[str] = []

    @seeded(seed)
    @settings(
        max_examples=_EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(factor.strategy())
    def collect(level: str) -> None:
        found.append(factor.parse(level))

    collect()
    return found


def find_canary_columns(
    trials: Sequence[Features],
    levels: Sequence[Mapping[str, str]],
    locations: Iterable[Location],
    canaries: Sequence[Canary],
) -> list[Column]:
    """Return columns with the encoding in which each trial sends a canary at a location.

    A location becomes a column where every trial that has the canary's level and the location
    sends the canary there.  Locations whose own names change from trial to trial (a random path,
    a generated host) are searched together, names included, as one location of their part.

    Args:
        trials: The features of each trial.
        levels: The levels of each trial, by factor.
        locations: The locations to search: those that are not compared exactly.
        canaries: What to search for.
    """
    if not canaries:
        return []
    found = []
    sent = _SearchedTexts(trials, tuple(locations), canaries)
    for number, canary in enumerate(canaries):
        marked = [row for row, here in enumerate(levels) if here.get(canary.factor) == canary.level]
        for location in sent.locations_of(marked):
            held = [
                sent.find_encoding(row, location, number)
                for row in marked
                if sent.has(row, location)
            ]
            if None in held:
                continue
            values = tuple(
                (sent.find_encoding(row, location, number) or "")
                if sent.has(row, location)
                else None
                for row in range(len(trials))
            )
            found.append(Column(location, "canary", values))
    return found


def classify_canary(
    location: Location, encoding: str, held: Iterable[tuple[Features, tuple[str, ...]]]
) -> Classification:
    """Return the kind of signal that a canary column is, and how many chance would make.

    Where the trials cannot be searched again one by one, the expected number by chance is the
    limit that was allowed to a single one of them.

    Args:
        location: Where the canary is.
        encoding: The encoding in which it is there.
        held: The features of trials that send it, each with the texts of its level.
    """
    trials = {str(number): trial for number, trial in enumerate(islice(held, _MAX_CLASSIFIED))}
    again = classify(
        location,
        routed=False,
        rerouted=False,
        values={label: "\n".join(sent.get(location, ())) for label, (sent, _) in trials.items()},
        needles={label: needles for label, (_, needles) in trials.items()},
        sent=lambda label: chain.from_iterable(trials[label][0].values()),
    )
    named = None if encoding == PLAIN else encoding
    searched = again.encoding == named and again.chance is not None
    kind: Kind = "copied" if named is None else "encoded"
    return Classification(kind, named, again.chance if searched else NEGLIGIBLE)


class _SearchedTexts:
    """The texts of the locations that are searched, trial by trial."""

    def __init__(
        self, trials: Sequence[Features], locations: Sequence[Location], canaries: Sequence[Canary]
    ) -> None:
        self._needles = tuple(canary.needles for canary in canaries)
        self._hashed = tuple(canary.hashed for canary in canaries)
        often = Counter(location for trial in trials for location in trial)
        self._texts: list[dict[Location, str]] = []
        for trial in trials:
            texts: dict[Location, list[str]] = defaultdict(list)
            for location in locations:
                if location in trial and often[location] > 1:
                    texts[location] += (
                        restore_sent_text(location, text) for text in trial[location]
                    )
                elif location in trial:
                    texts[_generalise(location)] += (str(location), *trial[location])
            self._texts.append({location: "\n".join(text) for location, text in texts.items()})
        self._keyed: dict[tuple[int, int], dict[Location, str]] = {}
        self._trials = trials
        self._locations = frozenset(locations)

    def locations_of(self, rows: Iterable[int]) -> list[Location]:
        """Return the searched locations that these trials have."""
        return sorted({location for row in rows for location in self._texts[row]}, key=str)

    def has(self, row: int, location: Location) -> bool:
        return location in self._texts[row]

    def find_encoding(self, row: int, location: Location, canary: int) -> str | None:
        """Return the encoding in which a trial sends a canary at a location, or None."""
        plain = _find_encodings(self._needles, self._hashed, self._texts[row][location])[canary]
        return plain or self._find_keyed_digests(row, canary).get(location)

    def _find_keyed_digests(self, row: int, canary: int) -> Mapping[Location, str]:
        """Return where a trial sends the canary hashed with something else that it sent."""
        if (row, canary) not in self._keyed:
            texts = self._texts[row]
            names = list(texts)
            numbered = find_keyed_digests(
                dict(enumerate(texts.values())), self._list_keys(row), self._hashed[canary]
            )
            self._keyed[row, canary] = {
                names[number]: encoding for number, encoding in numbered.items()
            }
        return self._keyed[row, canary]

    def _list_keys(self, row: int) -> Iterator[str]:
        """Yield possible keys: first from the searched locations, then from the others."""
        yield from list_keys(self._texts[row].values())
        yield from list_keys(
            text
            for location, found in self._trials[row].items()
            if location not in self._locations
            for text in found
        )


def _generalise(location: Location) -> Location:
    """Return the part of a message that a location belongs to, without its own names."""
    host = location.host if location.channel in ("http", "websocket") else None
    return Location(location.channel, host, location.method, part=location.part)


_Texts = tuple[tuple[str, ...], ...]
_known_encodings: dict[tuple[_Texts, bytes], tuple[str | None, ...]] = {}
_MAX_KNOWN = 200_000


def _find_encodings(needles: _Texts, hashed: _Texts, text: str) -> tuple[str | None, ...]:
    """Return the encoding of each canary in a text, None where the text does not contain it.

    Results are cached by digest of the text, because all trials are analysed again whenever some
    were added, and because most trials send the same texts.
    """
    data = text[:_MAX_SEARCHED].encode("utf-8", "surrogatepass")
    key = hashed, hashlib.blake2b(data, digest_size=16).digest()
    if key not in _known_encodings:
        if len(_known_encodings) >= _MAX_KNOWN:
            _known_encodings.clear()
        hits = _build_search(needles, hashed).hits(text[:_MAX_SEARCHED])
        _known_encodings[key] = tuple(
            hit.encoding if hit and hit.chance < NEGLIGIBLE else None for hit in hits
        )
    return _known_encodings[key]


@lru_cache(maxsize=4)
def _build_search(needles: _Texts, hashed: _Texts) -> TextSearch:
    return TextSearch(needles, hashed)
