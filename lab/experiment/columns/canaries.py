"""Canaries: values made up for this audit, looked for in everything that was sent.

Each factor whose levels are free text gets one more level, generated from the seed, that
occurs nowhere else in the world.  A place that is different in every trial cannot be
compared, but it can be searched: if it holds the made-up value, plainly, encoded or hashed
together with something else that was sent, in the trials that had it, whether it does is a
column like any other, and is confirmed like any other.
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
from lab.findings.encodings.e_values import NEGLIGIBLE
from lab.findings.encodings.forms import count_text_bits
from lab.findings.encodings.keyed_digests import find_keyed_digests, list_keys
from lab.findings.encodings.search import TextSearch
from lab.findings.report import Kind
from lab.observation.features import Features
from lab.observation.location import Location

__all__ = ["Canary", "classify_canary", "find_canary_columns", "generate_canary"]

_MIN_BITS = 20.0
"""What chance must guess of a text that is searched for plainly."""

_EXAMPLES = 40
_MAX_SEARCHED = 4 << 20
_MAX_CLASSIFIED = 8


class Canary(msgspec.Struct, frozen=True):
    """A made-up level, and the texts in it that would betray a copy.

    ``hashed`` has those too that are short or a word: they may stand anywhere by chance, but
    a digest of them does not.
    """

    factor: str
    level: str
    needles: tuple[str, ...]
    hashed: tuple[str, ...] = ()


def generate_canary(factor: Factor, seed: int) -> Canary | None:
    """A generated level of this factor, with as many texts as can be that betray a copy.

    None where the factor's levels are not free text, or decide where traffic goes, so that
    finding one in the traffic would mean nothing.
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
        telling = [needle for needle in factor.needles(level) if needle not in known]
        needles = tuple(needle for needle in telling if _is_unmistakable(needle))
        if needles and (best is None or _needle_rank(needles) > _needle_rank(best.needles)):
            best = Canary(factor.name, level, needles, tuple(telling))
    return best


def _is_unmistakable(text: str) -> bool:
    """Whether a text would hardly stand anywhere by chance, as a single word might."""
    return count_text_bits(text) >= _MIN_BITS and not text.isalpha()


def _needle_rank(needles: Sequence[str]) -> tuple[int, int]:
    """The more parts of a level can be found, the better: a client may send any of them."""
    return len(needles), max(len(needle) for needle in needles)


def _generate_levels(factor: Factor, seed: int) -> list[str]:
    """Some levels from the factor's strategy, the same for the same seed."""
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
    places: Iterable[Location],
    canaries: Sequence[Canary],
) -> list[Column]:
    """Columns that say in which trials a place holds a canary, and in which encoding.

    ``levels`` are the levels of each trial, ``places`` those that no exact column speaks for.
    A place becomes a column where every trial with the canary that has the place shows it.
    Places whose own names change from trial to trial (a random path, a made-up host) are
    searched together, names included, as one place of their part.
    """
    if not canaries:
        return []
    found = []
    sent = _SearchedTexts(trials, tuple(places), canaries)
    for number, canary in enumerate(canaries):
        marked = [row for row, here in enumerate(levels) if here.get(canary.factor) == canary.level]
        for place in sent.places_of(marked):
            held = [sent.way(row, place, number) for row in marked if sent.has(row, place)]
            if None in held:
                continue
            values = tuple(
                (sent.way(row, place, number) or "") if sent.has(row, place) else None
                for row in range(len(trials))
            )
            found.append(Column(place, "canary", values))
    return found


def classify_canary(
    place: Location, way: str, held: Iterable[tuple[Features, tuple[str, ...]]]
) -> Classification:
    """The kind of signal that a canary column is, and how many such columns chance makes.

    ``held`` are trials that show the canary, each with the texts of its level.  Where they
    cannot be searched again one by one, chance is what was allowed to a single one of them.
    """
    trials = {str(number): trial for number, trial in enumerate(islice(held, _MAX_CLASSIFIED))}
    again = classify(
        place,
        routed=False,
        rerouted=False,
        values={label: "\n".join(sent.get(place, ())) for label, (sent, _) in trials.items()},
        needles={label: needles for label, (_, needles) in trials.items()},
        sent=lambda label: chain.from_iterable(trials[label][0].values()),
    )
    encoding = None if way == PLAIN else way
    searched = again.encoding == encoding and again.chance is not None
    kind: Kind = "copied" if encoding is None else "encoded"
    return Classification(kind, encoding, again.chance if searched else NEGLIGIBLE)


class _SearchedTexts:
    """What was sent at the places that are searched, trial by trial."""

    def __init__(
        self, trials: Sequence[Features], places: Sequence[Location], canaries: Sequence[Canary]
    ) -> None:
        self._needles = tuple(canary.needles for canary in canaries)
        self._hashed = tuple(canary.hashed for canary in canaries)
        often = Counter(place for trial in trials for place in trial)
        self._texts: list[dict[Location, str]] = []
        for trial in trials:
            texts: dict[Location, list[str]] = defaultdict(list)
            for place in places:
                if place in trial and often[place] > 1:
                    texts[place] += (restore_sent_text(place, text) for text in trial[place])
                elif place in trial:
                    texts[_generalise(place)] += (str(place), *trial[place])
            self._texts.append({place: "\n".join(text) for place, text in texts.items()})
        self._keyed: dict[tuple[int, int], dict[Location, str]] = {}
        self._trials = trials
        self._places = frozenset(places)

    def places_of(self, rows: Iterable[int]) -> list[Location]:
        """The places that these trials have."""
        return sorted({place for row in rows for place in self._texts[row]}, key=str)

    def has(self, row: int, place: Location) -> bool:
        return place in self._texts[row]

    def way(self, row: int, place: Location, canary: int) -> str | None:
        """How one trial shows one canary at one place."""
        plain = _find_encodings(self._needles, self._hashed, self._texts[row][place])[canary]
        return plain or self._with_keys(row, canary).get(place)

    def _with_keys(self, row: int, canary: int) -> Mapping[Location, str]:
        """Where one trial shows the canary hashed together with something else that it sent."""
        if (row, canary) not in self._keyed:
            texts = self._texts[row]
            names = list(texts)
            numbered = find_keyed_digests(
                dict(enumerate(texts.values())), self._keys(row), self._hashed[canary]
            )
            self._keyed[row, canary] = {names[number]: way for number, way in numbered.items()}
        return self._keyed[row, canary]

    def _keys(self, row: int) -> Iterator[str]:
        """What may be a key: of what is searched first, then of what never changes."""
        yield from list_keys(self._texts[row].values())
        yield from list_keys(
            text
            for place, found in self._trials[row].items()
            if place not in self._places
            for text in found
        )


def _generalise(place: Location) -> Location:
    """The part of a message that a place belongs to, without names that only it has."""
    host = place.host if place.channel in ("http", "websocket") else None
    return Location(place.channel, host, place.method, part=place.part)


_Texts = tuple[tuple[str, ...], ...]
_known_encodings: dict[tuple[_Texts, bytes], tuple[str | None, ...]] = {}
_MAX_KNOWN = 200_000


def _find_encodings(needles: _Texts, hashed: _Texts, text: str) -> tuple[str | None, ...]:
    """How a text shows each canary.

    Remembered by digest of the text, because trials are looked at again whenever others
    were added, and because most of them say the same.
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
