"""Finds which of hundreds of switches have an effect, by setting many at a time.

Adaptive group testing (Dorfman, 1943; binary splitting after Hwang, 1972), with two changes that
a client's variables require.  A switch may have an effect only together with another, so nothing
is tried alone first: all are set, and switches are *removed* as long as nothing changes (after
QuickXplain, Junker, 2004).  And a switch may mask others, such as one that makes the client exit
at once: so what was found is left out and the rest is tried again, until setting the rest changes
nothing.

The input is a *token* for each set that was tried: two sets with the same token behaved alike
(:mod:`lab.experiment.mining.behaviour_token`).  A set of ``n`` switches of which ``d`` have an
effect takes about ``d · log2(n / d)`` trials, and in the worst case, that each masks the next, as
many again.

Every search is a generator that does not know how trials are run: it yields sets to try, and is
sent their tokens.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

__all__ = ["GroupTesting", "Questions", "Switches"]

Switches = frozenset[str]
"""The switches that are set in one trial."""

Questions = Generator[tuple[Switches, ...], tuple[str, ...], None]
"""Yields sets to try, all at once; is sent their tokens in the same order."""

_Search = Generator[Switches, str, tuple[str, ...]]

_MAX_ROUNDS = 64


class GroupTesting:
    """The search and its results so far; it may be stopped at any time.

    Args:
        names: The switches.
        lanes: How many sets may be tried at the same time.

    Attributes:
        found: Minimal sets with an effect: one switch, or several that act only together.
        needed: Switches that have an effect beside others, and possibly none alone.
        unresolved: Switches not yet separated; setting all of them has an effect.  Empty at the
            end of a complete search.
    """

    def __init__(self, names: Sequence[str], lanes: int = 1) -> None:
        self.found: list[Switches] = []
        self.needed: list[str] = []
        self.unresolved: tuple[str, ...] = tuple(dict.fromkeys(names))
        self._lanes = max(1, lanes)

    def generate_questions(self) -> Questions:
        """Yield the sets to try, several at a time where they are independent."""
        (usual,) = yield (frozenset(),)
        for _ in range(_MAX_ROUNDS):
            if not self.unresolved:
                return
            (all_set,) = yield (frozenset(self.unresolved),)
            if all_set == usual:
                self.unresolved = ()
                return
            needed = yield from self._find_needed(self.unresolved, all_set)
            if not needed:
                return
            yield from self._separate(needed, usual)
            self.needed.clear()

    def _find_needed(
        self, names: tuple[str, ...], all_set: str
    ) -> Generator[tuple[Switches, ...], tuple[str, ...], tuple[str, ...]]:
        """Find a minimal set with the token of all names.

        The names are divided among lanes, each searched while all others stay set.
        """
        count = min(self._lanes, max(1, len(names) // 8))
        shares = [names[number::count] for number in range(count)]
        searches = [
            self._minimise(share, frozenset(names) - set(share), all_set)
            for share in shares
            if share
        ]
        needed = yield from _run_in_parallel(searches)
        if count > 1:
            (together,) = yield (frozenset(needed),)
            if together != all_set:
                # Where one of two is enough, lanes that each have the other set drop both.
                rest = tuple(name for name in names if name not in needed)
                needed += yield from _run_in_parallel(
                    [self._minimise(rest, frozenset(needed), all_set)]
                )
        return needed

    def _minimise(self, names: tuple[str, ...], always: Switches, wanted: str) -> _Search:
        """Find the names that must be set, in addition to ``always``, for the wanted token."""
        kept: tuple[str, ...] = ()
        while names:
            if (yield always.union(kept)) == wanted:
                return kept
            # Without the first ``low`` nothing changes; without the first ``high`` it does.
            low, high = 0, len(names)
            while high - low > 1:
                middle = (low + high) // 2
                if (yield always.union(kept, names[middle:])) == wanted:
                    low = middle
                else:
                    high = middle
            kept += (names[low],)
            self._record_needed(names[low])
            names = names[high:]
        return kept

    def _record_needed(self, name: str) -> None:
        self.needed.append(name)
        self.unresolved = tuple(other for other in self.unresolved if other != name)

    def _separate(self, needed: tuple[str, ...], usual: str) -> Questions:
        """Find which of the needed act alone, and together with which the others do."""
        tokens = yield tuple(frozenset({name}) for name in needed)
        alone = [name for name, token in zip(needed, tokens, strict=True) if token != usual]
        self.found += [frozenset({name}) for name in alone]
        for name in needed:
            if name not in alone and not any(name in found for found in self.found):
                partners = yield from _find_partners(name, [n for n in needed if n != name])
                self.found.append(frozenset({name, *partners}))


def _run_in_parallel(
    searches: Sequence[_Search],
) -> Generator[tuple[Switches, ...], tuple[str, ...], tuple[str, ...]]:
    """Run all searches at the same time, one question of each in every round."""
    results: dict[int, tuple[str, ...]] = {}
    asked: dict[int, Switches] = {}

    def advance(number: int, answer: str | None) -> None:
        try:
            search = searches[number]
            asked[number] = next(search) if answer is None else search.send(answer)
        except StopIteration as end:
            asked.pop(number, None)
            results[number] = end.value

    for number in range(len(searches)):
        advance(number, None)
    while asked:
        order = list(asked)
        answers = yield tuple(asked[number] for number in order)
        for number, answer in zip(order, answers, strict=True):
            advance(number, answer)
    return tuple(name for number in sorted(results) for name in results[number])


def _find_partners(
    name: str, others: list[str]
) -> Generator[tuple[Switches, ...], tuple[str, ...], tuple[str, ...]]:
    """Find a minimal set of others beside which this name has an effect."""
    kept: tuple[str, ...] = ()
    while others:
        low, high = 0, len(others)
        while low < high:
            middle = (low + high + 1) // 2
            around = frozenset((*kept, *others[middle:]))
            without, with_it = yield (around, around | {name})
            if without != with_it:
                low = middle
            else:
                high = middle - 1
        if low == len(others):
            return kept
        # With the first ``low`` gone it still matters; with one more it does not.
        kept += (others[low],)
        others = others[low + 1 :]
    return kept
