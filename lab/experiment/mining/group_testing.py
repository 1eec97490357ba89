"""Which of hundreds of switches matter, found by setting many at a time.

Adaptive group testing (Dorfman, 1943; binary splitting after Hwang, 1972), with two changes
that a client's variables need.  A switch may matter only together with another, so nothing
is tried alone first: everything is set, and switches are *taken away* as long as nothing
changes (after QuickXplain, Junker, 2004).  And a switch may hide others, as one that makes
the client stop at once does: so what was found is left out, and the rest is tried again,
until setting the rest changes nothing.

What comes in is a *token* for each set that was tried: two sets with the same token behaved
alike (:mod:`lab.experiment.mining.behaviour_token`).  A set of ``n`` switches of which ``d`` matter
takes about ``d · log2(n / d)`` trials, and the same again in the worst case that each hides the
next.

Everything is a generator of questions, which knows nothing of how they are answered:
it yields sets to try, and is sent their tokens.
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
    """The search, and what it has found so far: it may be stopped at any time.

    ``found`` are the sets that change something, each as small as it can be: one switch, or
    several that act together only.  ``needed`` are switches that matter beside others, of
    which it is not yet known what they do alone.  ``left`` are those not yet told apart,
    empty once the search is over; setting all of them changes something.
    """

    def __init__(self, names: Sequence[str], lanes: int = 1) -> None:
        self.found: list[Switches] = []
        self.needed: list[str] = []
        self.left: tuple[str, ...] = tuple(dict.fromkeys(names))
        self._lanes = max(1, lanes)

    def questions(self) -> Questions:
        """The trials that the search wants, several at a time where they are independent."""
        (usual,) = yield (frozenset(),)
        for _ in range(_MAX_ROUNDS):
            if not self.left:
                return
            (all_set,) = yield (frozenset(self.left),)
            if all_set == usual:
                self.left = ()
                return
            needed = yield from self._needed(self.left, all_set)
            if not needed:
                return
            yield from self._apart(needed, usual)
            self.needed.clear()

    def _needed(
        self, names: tuple[str, ...], all_set: str
    ) -> Generator[tuple[Switches, ...], tuple[str, ...], tuple[str, ...]]:
        """A smallest set that behaves as all of these do.

        The names are divided among lanes, each searched while all others stay set.
        """
        count = min(self._lanes, max(1, len(names) // 8))
        shares = [names[number::count] for number in range(count)]
        searches = [
            self._smallest(share, frozenset(names) - set(share), all_set)
            for share in shares
            if share
        ]
        needed = yield from _run_in_parallel(searches)
        if count > 1:
            (together,) = yield (frozenset(needed),)
            if together != all_set:
                # Where one of two is enough, lanes that each rely on the other drop both.
                rest = tuple(name for name in names if name not in needed)
                needed += yield from _run_in_parallel(
                    [self._smallest(rest, frozenset(needed), all_set)]
                )
        return needed

    def _smallest(self, names: tuple[str, ...], always: Switches, wanted: str) -> _Search:
        """The names that have to stay set, beside those that always are, for the wanted token."""
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
            self._matters(names[low])
            names = names[high:]
        return kept

    def _matters(self, name: str) -> None:
        self.needed.append(name)
        self.left = tuple(other for other in self.left if other != name)

    def _apart(self, needed: tuple[str, ...], usual: str) -> Questions:
        """Which of the needed act alone, and with whom the others do."""
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
    """All searches at the same time, one question of each in every round."""
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
    """The fewest others beside which this one makes a difference."""
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
