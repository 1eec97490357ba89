"""What an audit tries: factors with their levels, and what cannot be tried and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from lab.clients.profile import Client
from lab.errors import UsageError
from lab.experiment.canaries import Canary, made_up_level
from lab.experiment.options import Options
from lab.factors.registry import factor, factors, inert, level
from lab.factors.surroundings import Endpoint
from lab.findings.report import FactorFacts, NotMeasured
from lab.sandbox.laboratory import bare_surroundings, endpoint_of
from lab.sandbox.reach import unreachable

__all__ = ["Scope", "scope"]


class Scope(msgspec.Struct, frozen=True):
    """``levels`` has the control first; a factor that is not varied has its control alone.

    Every factor that reaches the client has a level, varied or not, so that nothing is left
    to the host.
    """

    levels: Mapping[str, tuple[str, ...]]
    facts: tuple[FactorFacts, ...]
    not_measured: tuple[NotMeasured, ...]
    endpoint: Endpoint
    routes: frozenset[str]
    canaries: tuple[Canary, ...] = ()

    @property
    def digest(self) -> str:
        """Identifies what is tried."""
        return hashlib.sha256(msgspec.json.encode(self.levels, order="sorted")).hexdigest()


def scope(client: Client, options: Options) -> Scope:
    """The scope of an audit; UsageError for options that make no sense."""
    _check(options)
    wanted = options.factors if options.factors is not None else tuple(factors())
    for name in (*wanted, *options.levels):
        factor(name)
    if stray := sorted(set(options.levels) - set(wanted)):
        raise UsageError(
            f"--levels {stray[0]}=… adds levels to a factor that --factors leaves out; "
            f"add {stray[0]} to --factors"
        )
    bare = bare_surroundings(client)
    hindered = unreachable(client)
    levels: dict[str, tuple[str, ...]] = {}
    facts = []
    not_measured = []
    canaries = []
    for name, item in factors().items():
        why_not = hindered.get(name)
        if why_not is None and name in wanted and inert(name, bare) and name not in options.levels:
            why_not = "no level of it changes anything for this client's profile"
        if name in wanted and why_not is not None:
            not_measured.append(NotMeasured(f"factor {name}", why_not))
        varied = name in wanted and why_not is None
        added = tuple(level(name, text) for text in options.levels.get(name, ()))
        canary = made_up_level(item, options.seed) if varied else None
        if canary is not None:
            canaries.append(canary)
            added = (*added, canary.level)
        values = tuple(dict.fromkeys((item.control, *item.levels, *added)))
        if name not in hindered:
            levels[name] = values if varied else (item.control,)
        if name in wanted:
            facts.append(FactorFacts(name, item.control, values[1:], why_not is None, why_not))
    if all(len(values) == 1 for values in levels.values()):
        reasons = "; ".join(f"{item.what}: {item.why}" for item in not_measured)
        raise UsageError(f"no factor is left to vary ({reasons}); name others with --factors")
    return Scope(
        levels,
        tuple(facts),
        tuple(not_measured),
        endpoint_of(client),
        frozenset(name for name, item in factors().items() if item.routes),
        tuple(canaries),
    )


def _check(options: Options) -> None:
    if not 0 < options.alpha < 1:
        raise UsageError(f"--alpha is a probability between 0 and 1, not {options.alpha}")
    if options.strength not in (1, 2, 3):
        raise UsageError(f"--strength is 1, 2 or 3, not {options.strength}")
    if options.jobs is not None and not 1 <= options.jobs <= 64:
        raise UsageError(f"--jobs is between 1 and 64, not {options.jobs}")
    if options.max_trials is not None and options.max_trials < 1:
        raise UsageError(f"--max-trials is at least 1, not {options.max_trials}")
    if options.max_time is not None and options.max_time <= 0:
        raise UsageError(f"--max-time is a number of seconds above 0, not {options.max_time}")
