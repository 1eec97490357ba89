"""One round of reasoning: all trials so far in, what they show and what to run next out.

Three steps, each a pure function of records: find the causes of what varies
(:mod:`~lab.experiment.isolate.cause_search`), test the hypotheses
(:mod:`~lab.experiment.confirm.hypothesis_tests`), choose the next trials
(:mod:`~lab.experiment.isolate.next_trials`).  An audit that was stopped and resumed therefore
reaches the same conclusions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from lab.environment import Environment
from lab.experiment.columns.alignment_cache import AlignmentCache
from lab.experiment.columns.canaries import Canary
from lab.experiment.columns.column import ColumnGroup, NoisyLocation
from lab.experiment.columns.extract import extract_columns
from lab.experiment.confirm.effect import Effect
from lab.experiment.confirm.hypothesis_tests import evaluate_hypotheses
from lab.experiment.isolate.cause_search import find_causes
from lab.experiment.isolate.next_trials import choose_next_trials
from lab.experiment.trials.contrasts import Changes, Setting, TrialTable
from lab.experiment.trials.row import Row
from lab.observation.location import Location

__all__ = ["Analysis", "analyse"]


class Analysis(msgspec.Struct, frozen=True):
    """What the trials so far show, and which further trials would decide what is open.

    Attributes:
        effects: Every cause with its minimal pair and the test of it.
        noise: The locations that are stable in no view, and why.
        wanted: The changes of trials that would decide what is open.
        checks: The settings to try without anything else that acts on the same columns, and for
            each of them what else acts.
        unexplained: Groups of columns that no cause of at most three factors explains.
    """

    effects: tuple[Effect, ...]
    noise: tuple[NoisyLocation, ...]
    wanted: tuple[Changes, ...]
    checks: Mapping[Setting, frozenset[Setting]]
    unexplained: tuple[ColumnGroup, ...]

    @property
    def is_open(self) -> bool:
        """Whether further trials would decide anything."""
        return bool(self.wanted or self.checks)


def analyse(
    rows: Sequence[Row],
    control: Environment,
    *,
    routes: frozenset[str],
    seed: int,
    hypotheses: int = 0,
    canaries: Sequence[Canary] = (),
    designed: Collection[Environment] | None = None,
    settled: Collection[Location] = (),
    alignments: AlignmentCache | None = None,
) -> Analysis:
    """Find causes, test hypotheses and choose the next trials.

    Args:
        rows: The trials so far; the first must be of the control environment.
        control: The environment with every factor at its control.
        routes: The factors that change the route of the traffic.
        seed: Decides between trials that would serve equally well.
        hypotheses: The number of hypotheses that were ever tested, for the correction.
        canaries: Unique levels that are searched for at locations that are noise.
        designed: The environments that were planned before anything was known; all if None.
        settled: Locations about which no further trials are requested.
        alignments: Alignments of earlier rounds; they save work and change no result.
    """
<<<<<<< HEAD
    environments = [row.environment for row in rows]
    found, noise = extract_columns(rows, canaries)
    trials = TrialTable(control, environments, designed)
    fresh = [
        (index, trials.changes[index], row.trial)
        for index, row in enumerate(rows)
        if row.trial.is_confirmation
    ]

    effects: list[Effect] = []
    wanted: dict[Changes, None] = {}
    checks: dict[Setting, set[Setting]] = defaultdict(set)
    doubts: list[RepeatRequest] = []
    unexplained = []
    open_pairs: list[tuple[ColumnGroup, tuple[str, ...], tuple[Changes, ...]]] = []
    active: list[frozenset[Setting]] = []
    unsettled = [item.seen for item in noise if item.seen is not None]
    for group in group_columns(found):
        if all(c.view == "word" and not _depends_on_a_factor(c, trials) for c in group.columns):
            unsettled.append(group.columns[0])
            continue
        inference = infer_causes(trials, group, seed)
        if not all(column.location in settled for column in group.columns):
            wanted.update(dict.fromkeys(inference.wanted))
            doubts += inference.doubts
            for level in inference.checks:
                checks[level] |= inference.active
        if inference.unexplained:
            unexplained.append(group)
        if not inference.hypotheses:
            unsettled.append(group.columns[0])
        open_pairs += [(group, h.cause, h.combinations) for h in inference.hypotheses]
        active += [inference.active] * len(inference.hypotheses)

    made_up = frozenset(Setting(canary.factor, canary.level) for canary in canaries)
    chosen = _choose_representatives(open_pairs, Counter(here for _, here, _ in fresh), made_up)
    for (group, cause, shown), right, levels in zip(open_pairs, chosen, active, strict=True):
        left, factor = _choose_left_side(right, cause, group, trials, routes)
        disturbing = levels - right
        effect = Effect(group, cause, shown, left, right, factor, disturbing)
        before, after, block = split_sides(effect, fresh)
        replicates = min(len(before), len(after))
        effects.append(
            effect.with_test(permutation_p_value(before, after), replicates, block=block)
        )
    for effect in _find_shifts(rows, trials, unsettled, tuple(effects), routes):
        parts = split_rounds(effect, fresh)
        replicates = sum(min(len(before), len(after)) for before, after in parts)
        effects.append(effect.with_test(stratified_fisher_p(parts), replicates, looks=len(parts)))
    looked = [min(1.0, one.p_value * (LOOKS if one.shift is None else _SHIFTED)) for one in effects]
    adjusted = adjust_p_values(looked, hypotheses)
    return Analysis(
        tuple(
            msgspec.structs.replace(effect, p_adjusted=p)
            for effect, p in zip(effects, adjusted, strict=True)
        ),
        tuple(dict.fromkeys(NoisyLocation(item.location, item.why) for item in noise)),
        (*wanted, *choose_repeats(doubts, wanted)),
        {level: frozenset(others) - {level} for level, others in checks.items()},
        tuple(unexplained),
    )


def _depends_on_a_factor(word: Column, trials: TrialTable) -> bool:
    """Whether a word that comes and goes does so, by and large, with the levels of one factor.

    At a place where all else is noise most words do so by chance.  Told by lambda (Goodman and
    Kruskal, Measures of association for cross classifications, 1954): by how much knowing the
    level lowers the number of wrong guesses at whether the word is there.
    """
    rows = [row for row, value in enumerate(word.values) if value is not None]
    rows = [row for row in rows if trials.designed[row]]
    there = [word.values[row] != "" for row in rows]
    wrong = min(sum(there), len(there) - sum(there))
    for name in trials.levels:
        tried = Counter(trials.get_level(row, name) for row in rows)
        seen = Counter(
            trials.get_level(row, name) for row, one in zip(rows, there, strict=True) if one
        )
        left = sum(min(seen[level], count - seen[level]) for level, count in tried.items())
        if wrong and left <= (1 - _LAMBDA) * wrong:
            return True
    return False


def _find_shifts(
    rows: Sequence[Row],
    trials: TrialTable,
    unsettled: Sequence[Column],
    plain: Sequence[Effect],
    routes: frozenset[str],
) -> Iterator[Effect]:
    """Suspected effects on what is noise, where the factor does nothing plainer to the host.

    What decides where traffic goes decides by which way and how long it takes, too, which tells
    nothing.  What the plainer effects do at the same host would pass for a shift, so trials that
    have any of their levels test none.
    """
    times = derive_time_measures([None if row.broken else row.timings for row in rows])
    # What was repeated because it looked odd is no fair sample.
    fair = [
        designed and (not row.trial.is_repetition or not levels)
        for designed, row, levels in zip(trials.designed, rows, trials.changes, strict=True)
    ]
    found = screen_shifts([*derive_measures(unsettled), *times], trials.changes, fair)
    active: dict[str | None, set[Setting]] = defaultdict(set)
    causes: dict[Location, set[str]] = defaultdict(set)
    told: set[tuple[str, str | None, str]] = set()
    for effect in plain:
        for column in effect.group.columns:
            causes[column.location].update(effect.cause)
            gone = effect.replicates >= _ENOUGH and effect.p_value > _NOTHING
            if len(effect.cause) == 1 and not gone:
                told.add((column.location.channel, column.location.host, effect.factor))
            active[column.location.host] |= effect.disturbing | effect.right
    for shift in found:
        place, (name, _) = shift.measure.location, shift.level
        timed = shift.measure.nature == "seconds"
        if name in causes[place] or (place.channel, place.host, name) in told:
            continue
        if name in routes and (timed or is_route(place, routed=True, rerouted=True)):
            continue
        group = ColumnGroup(shift.marks, (Column(place, "rate", shift.labels),))
        right = frozenset({shift.level})
        others = {other.level for other in found if other.measure.location == place}
        others |= set[Setting]().union(*active.values()) if timed else active[place.host]
        disturbing = frozenset(others) - right
        yield Effect(group, (name,), (right,), frozenset(), right, name, disturbing, shift=shift)


def _choose_representatives(
    hypotheses: Sequence[tuple[ColumnGroup, tuple[str, ...], tuple[Changes, ...]]],
    fresh: Mapping[Changes, int],
    made_up: frozenset[Setting],
) -> list[Changes]:
    """For each hypothesis the combination to confirm, as few different ones as possible.

    Greedy set cover over all hypotheses of the same cause; what was already run comes first,
    then what has no ``made_up`` level, because somebody will read it.
    """
    members: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, (_, cause, _) in enumerate(hypotheses):
        members[cause].append(index)
    chosen: dict[int, Changes] = {}
    for indices in members.values():
        left = set(indices)
        while left:
            votes = Counter(c for index in left for c in hypotheses[index][2])
            best = max(
                votes, key=lambda c: (fresh.get(c, 0), c.isdisjoint(made_up), votes[c], sorted(c))
            )
            covered = {index for index in left if best in hypotheses[index][2]}
            chosen.update(dict.fromkeys(covered, best))
            left -= covered
    return [chosen[index] for index in range(len(hypotheses))]


def _choose_left_side(
    right: Changes,
    cause: tuple[str, ...],
    group: ColumnGroup,
    trials: TrialTable,
    routes: frozenset[str],
) -> tuple[Changes, str]:
    """The other side of the minimal pair: one level of the cause taken back to the control.

    Preferred is a factor without an effect of its own here, and one that is not about
    routing, because that makes the plainer pair.
    """

    def alone(factor: str) -> bool:
        level = frozenset(item for item in right if item.factor == factor)
        rows = trials.rows_by_changes.get(level, ())
        usual = trials.rows_by_changes.get(frozenset(), ())
        seen = {group.codes[row] for row in rows}
        return not seen <= {group.codes[row] for row in usual}

    factor = min(cause, key=lambda name: (alone(name), name in routes, name))
    return frozenset(item for item in right if item.factor != factor), factor
=======
    columns, noise = extract_columns(rows, canaries, alignments)
    trials = TrialTable(control, [row.environment for row in rows], designed)
    causes = find_causes(trials, columns, seed)
    effects = evaluate_hypotheses(
        causes,
        [item.seen for item in noise if item.seen is not None],
        rows,
        trials,
        canaries=[Setting(canary.factor, canary.level) for canary in canaries],
        routes=routes,
        tested=hypotheses,
    )
    following = choose_next_trials(causes, settled)
    return Analysis(
        effects,
        tuple(dict.fromkeys(NoisyLocation(item.location, item.why) for item in noise)),
        following.wanted,
        following.checks,
        causes.unexplained,
    )
>>>>>>> bce27f3 (Split the analysis in three and reuse alignments between rounds)
