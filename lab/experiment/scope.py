"""The scope of an audit: the factors with their levels, and what cannot be tried and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import zip_longest

import msgspec

from lab.clients.base_spec import build_base_spec, build_endpoint
from lab.clients.mining.env_vars import mine_env_var_names as names_in
from lab.clients.mining.hosts import find_host_words as words_in_files
from lab.clients.profile import Client
from lab.errors import UsageError
from lab.experiment.columns.canaries import Canary, generate_canary
from lab.experiment.mining import variable_mining
from lab.experiment.mining.variable_mining import MiningResult
from lab.experiment.options import AuditOptions
from lab.experiment.trials.contrasts import Setting
from lab.factors.host_spec import Endpoint, HostSpec
from lab.factors.registry import all_levels, factors, get_factor, is_inert, parse_level
from lab.factors.variables import names_of_other_factors
from lab.findings.report import FactorFacts, NotMeasured
from lab.sandbox.measurable import find_unmeasurable_factors

__all__ = ["Scope", "add_levels", "add_mined", "build_scope"]

_MAX_COMBINED_MINED = 6
"""Mined levels that are combined with other factors; each makes the covering array longer."""
_MAX_NAMED = 8


class Scope(msgspec.Struct, frozen=True):
    """The factors of an audit with their levels.

    Every factor that reaches the client has a level, varied or not, so that nothing is inherited
    from the host.

    Attributes:
        levels: By factor, the control first, then the levels that were requested or found, then
            the named ones.  A factor that is not varied has only its control.
        facts: The factors as the report lists them.
        not_measured: What cannot be tried, and why.
        endpoint: How the client's endpoint is configured.
        routes: The factors that change the route of the traffic.
        canaries: Unique levels, which are searched for in everything that is sent.
        mining_candidates: Variables with the values to set; mining finds those that matter.
        words: Words of the client's files for searches, the most promising first.
        single_only: Settings that are not tried together with others.
    """

    levels: Mapping[str, tuple[str, ...]]
    facts: tuple[FactorFacts, ...]
    not_measured: tuple[NotMeasured, ...]
    endpoint: Endpoint
    routes: frozenset[str]
    canaries: tuple[Canary, ...] = ()
    mining_candidates: Mapping[str, str] = {}
    words: tuple[str, ...] = ()
    single_only: frozenset[Setting] = frozenset()

    @property
    def digest(self) -> str:
        """A hash of the levels."""
        return hashlib.sha256(msgspec.json.encode(self.levels, order="sorted")).hexdigest()


def build_scope(client: Client, options: AuditOptions) -> Scope:
    """The scope of an audit.

    Raises:
        UsageError: If the options contradict each other or leave nothing to vary.
    """
    _check(options)
    wanted = options.factors if options.factors is not None else tuple(factors())
    for name in (*wanted, *options.levels):
        get_factor(name)
    _check_exploration(options, wanted)
    if stray := sorted(set(options.levels) - set(wanted)):
        raise UsageError(
            f"--levels {stray[0]}=… adds levels to a factor that --factors leaves out; "
            f"add {stray[0]} to --factors"
        )
    bare = build_base_spec(client)
    hindered = find_unmeasurable_factors(client)
    levels: dict[str, tuple[str, ...]] = {}
    facts = []
    not_measured = []
    canaries = []
    mining_candidates: Mapping[str, str] = {}
    for name, item in factors().items():
        why_not = hindered.get(name)
        if (
            why_not is None
            and name in wanted
            and is_inert(name, bare)
            and name not in options.levels
        ):
            why_not = "no level of it changes anything for this client's profile"
        if name in wanted and why_not is not None:
            not_measured.append(NotMeasured(f"factor {name}", why_not))
        varied = name in wanted and why_not is None
        added = tuple(parse_level(name, text) for text in options.levels.get(name, ()))
        canary = generate_canary(item, options.seed) if varied else None
        made_up: tuple[str, ...] = ()
        if canary is not None:
            canaries.append(canary)
            made_up = (canary.level,)
        if (
            name == variable_mining.FACTOR
            and varied
            and (names := _find_unassigned_variables(client, bare))
        ):
            mining_candidates = variable_mining.choose_values(names)
            values = tuple(dict.fromkeys((item.control, *added)))
        else:
            values = tuple(dict.fromkeys((item.control, *added, *item.levels, *made_up)))
        if name not in hindered:
            levels[name] = values if varied else (item.control,)
        if name in wanted:
            together = len(mining_candidates) if name == variable_mining.FACTOR else 0
            facts.append(
                FactorFacts(name, item.control, values[1:], why_not is None, why_not, together)
            )
    if not mining_candidates and all(len(values) == 1 for values in levels.values()):
        reasons = "; ".join(f"{item.what}: {item.why}" for item in not_measured)
        raise UsageError(f"no factor is left to vary ({reasons}); name others with --factors")
    return Scope(
        levels,
        tuple(facts),
        tuple(not_measured),
        build_endpoint(client),
        frozenset(name for name, item in factors().items() if item.routes),
        tuple(canaries),
        mining_candidates,
        _order_words(client) if options.search else (),
    )


def add_levels(scope: Scope, name: str, added: Sequence[str]) -> Scope:
    """The scope with more levels of a factor.

    Args:
        scope: The scope so far.
        name: The factor.
        added: The levels; those that the scope already has are ignored.
    """
    new = tuple(text for text in dict.fromkeys(added) if text not in scope.levels[name])
    facts = tuple(
        msgspec.structs.replace(fact, levels=(*fact.levels, *new)) if fact.name == name else fact
        for fact in scope.facts
    )
    control, *known = scope.levels[name]
    levels = {**scope.levels, name: (control, *new, *known)}
    return msgspec.structs.replace(scope, levels=levels, facts=facts)


def add_mined(scope: Scope, found: MiningResult) -> Scope:
    """The scope with what mining found as levels of the factor ``variables``.

    The first few are combined with other factors; all are tried alone.
    """
    name = variable_mining.FACTOR
    known = scope.levels[name]
    added = tuple(text for text in found.levels if text not in known)
    scope = add_levels(scope, name, added)
    missing = list(scope.not_measured)
    if found.untested:
        missing.append(
            NotMeasured(
                f"{len(found.untested)} variables that the client's files name",
                "set all together they change something, and there was no room for the trials "
                f"that would show which; lab audit --factors {name} has more",
            )
        )
    if found.copied:
        missing.append(
            NotMeasured(
                f"{len(found.copied)} more variables that are sent as they are",
                f"seen once each and not confirmed: {_list_some(found.copied)}",
            )
        )
    if alone := added[_MAX_COMBINED_MINED:]:
        missing.append(
            NotMeasured(
                f"{name} at {_list_some(alone)} together with other factors",
                "so many variables matter that these were tried alone only",
            )
        )
    return msgspec.structs.replace(
        scope,
        not_measured=tuple(missing),
        single_only=scope.single_only | {Setting(name, text) for text in alone},
    )


def _list_some(names: Sequence[str]) -> str:
    more = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _find_unassigned_variables(client: Client, bare: HostSpec) -> tuple[str, ...]:
    """The names of variables in the client's files that neither a factor nor the profile sets."""
    taken = (
        names_of_other_factors()
        | bare.variables.keys()
        | bare.optout.keys()
        | set(bare.endpoint.variables)
    )
    return tuple(name for name in names_in(client) if name not in taken)


def _order_words(client: Client) -> tuple[str, ...]:
    """Endings, hosts and keywords alternately, so that a few trials cover each kind."""
    found = words_in_files(client)
    turns = zip_longest(found.endings, found.hosts, found.keywords)
    return tuple(dict.fromkeys(word for turn in turns for word in turn if word is not None))


def _check_exploration(options: AuditOptions, wanted: Sequence[str]) -> None:
    """Check that what is to be swept or searched can be.

    Raises:
        UsageError: If a factor is not varied, has no end of levels, or has no budget.
    """
    for option, names in (("--sweep", options.sweep), ("--search", options.search)):
        for name in names:
            get_factor(name)
            if name not in wanted:
                raise UsageError(
                    f"{option} {name} needs a factor that --factors leaves out; "
                    f"add {name} to --factors"
                )
    for name in options.sweep:
        all_levels(name)
    if options.search_trials < 1:
        raise UsageError(f"--search-trials is at least 1, not {options.search_trials}")


def _check(options: AuditOptions) -> None:
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
