"""The mining phase: which of the variables that a client's files mention have an effect.

A client's files contain hundreds of names, and most have no effect.  First one trial sets each
name to a unique text, and these texts are searched for in everything that was sent: a copy needs
no comparison, and for a client that sends its whole environment every name would have an effect.
The other names are set many at a time (:mod:`lab.experiment.mining.group_testing`), each to
``1``, the value of most switches, together with the factor's own named levels.  The result
becomes levels of the factor ``variables``, to be tried alone and with other factors, and confirmed
like any other level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence

import msgspec

from lab.environment import Environment
from lab.experiment.events import EngineEvent
from lab.experiment.mining.behaviour_token import choose_views
from lab.experiment.mining.group_testing import GroupTesting, Switches
from lab.experiment.trials.phase_runner import PhaseRunner
from lab.experiment.trials.planned import PlannedTrial
from lab.factors.registry import get_factor
from lab.factors.variables import format_level, parse_assignments
from lab.observation.features import Features

__all__ = ["FACTOR", "MiningResult", "choose_values", "make_unique_text", "mine_variables"]

FACTOR = "variables"
_UNIQUE_TEXT = re.compile(r"vq[0-9]{6}xk")
_MAX_COPIES = 3
"""Copied variables that become levels."""
_MAX_REPEATS = 4
_REPLICATES = 2
"""Replicates of the trial that sets everything: what differs between them is noise."""


class MiningResult(msgspec.Struct, frozen=True):
    """The result of mining.

    Attributes:
        levels: New levels of the factor.
        untested: Names for which a limit left no trials.
        copied: Further names whose texts were sent; there are too many to make levels of all.
    """

    levels: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()


def choose_values(names: Sequence[str]) -> dict[str, str]:
    """Return the value to set for each name: that of the factor's named levels, or ``1``."""
    named = (parse_assignments(text) for text in get_factor(FACTOR).levels)
    general = {name: value for level in named for name, value in level.items()}
    return {**dict.fromkeys(names, "1"), **general}


def mine_variables(
    values: Mapping[str, str],
    control: Environment,
    runner: PhaseRunner,
    *,
    lanes: int,
    seed: int,
    exceeds_limit: Callable[[int], bool],
) -> Generator[EngineEvent, None, MiningResult]:
    """Find which variables have an effect; the control environment must have been measured.

    Args:
        values: The variables, and the value to set for each.
        control: The control environment.
        runner: Runs the trials.
        lanes: How many sets may be tried at the same time.
        seed: The seed of the unique texts.
        exceeds_limit: Whether so many more trials would exceed a limit.

    Returns:
        The result, after the events of the trials.
    """
    if not values or exceeds_limit(1 + _REPLICATES):
        return MiningResult(untested=tuple(values))
    texts = {name: make_unique_text(number, seed) for number, name in enumerate(values)}
    marked = control.but({FACTOR: format_level(texts)})
    yield from runner.run([PlannedTrial(marked)])
    copied = _find_copied(texts, runner.features(marked))
    # Two texts each, because only a value that follows its level is a copy.
    levels = [
        format_level({name: text})
        for name in copied[:_MAX_COPIES]
        for text in (texts[name], texts[name][::-1])
    ]
    names = tuple(name for name in values if name not in copied)

    def level(chosen: Switches) -> str:
        return format_level({name: values[name] for name in chosen})

    if not names:
        return MiningResult(tuple(levels), copied=copied[_MAX_COPIES:])
    everything = control.but({FACTOR: level(frozenset(names))})
    yield from runner.run([PlannedTrial(everything, number) for number in range(_REPLICATES)])
    alike = choose_views([runner.features(control), runner.features(everything)])
    tokens: dict[Environment, str] = {}

    def find_tokens(environments: Sequence[Environment]) -> Generator[EngineEvent, None, bool]:
        """Find the tokens of these environments; false where a limit is reached.

        An unseen token is either new behaviour or a one-off failure; the trial is repeated before
        the token is accepted.
        """
        missing = [one for one in dict.fromkeys(environments) if one not in tokens]
        if missing and exceeds_limit(len(missing)):
            return False
        yield from runner.run([PlannedTrial(one) for one in missing])
        for one in missing:
            seen = [alike.token(features) for features in runner.features(one)]
            for number in range(1, _MAX_REPEATS):
                accepted = _accept_token(seen, frozenset(tokens.values()))
                if accepted is not None or exceeds_limit(1):
                    break
                yield from runner.run([PlannedTrial(one, number)])
                seen = [alike.token(features) for features in runner.features(one)]
            if not seen:
                return False
            tokens[one] = _accept_token(seen, frozenset(tokens.values())) or seen[-1]
        return True

    search = GroupTesting(names, lanes)
    questions = search.generate_questions()
    answers: tuple[str, ...] | None = None
    while True:
        try:
            sets = next(questions) if answers is None else questions.send(answers)
        except StopIteration:
            break
        environments = [control.but({FACTOR: level(chosen)}) for chosen in sets]
        if not (yield from find_tokens(environments)):
            break
        answers = tuple(tokens[environment] for environment in environments)
    levels += [level(chosen) for chosen in search.found]
    levels += [level(frozenset({name})) for name in search.needed]
    return MiningResult(tuple(dict.fromkeys(levels)), search.unresolved, copied[_MAX_COPIES:])


def make_unique_text(number: int, seed: int) -> str:
    """Return a text that represents one variable and occurs nowhere else."""
    return f"vq{(seed * 7919 + number) % 1_000_000:06d}xk"


def _accept_token(seen: Sequence[str], known: frozenset[str]) -> str | None:
    """Return the token of a set that is no one-off failure; None while that is undecided."""
    for token in seen:
        if token in known or seen.count(token) > 1:
            return token
    return None


def _find_copied(texts: Mapping[str, str], trials: Sequence[Features]) -> tuple[str, ...]:
    """Return the variables whose unique text was sent somewhere."""
    sent = "\n".join(
        text for features in trials for values in features.values() for text in values
    ).lower()
    there = set(_UNIQUE_TEXT.findall(sent))
    return tuple(name for name, text in texts.items() if text in there)
