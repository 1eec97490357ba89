"""Contracts: a vendor states what a probe may do, and the lab searches for counterexamples.

A *probe* is code in a client that does something on some machines only, such as adding a mark
to requests where an account is resold.  Its vendor states on which machines it fires and on
which it must not, what it never sends and which hosts it never contacts.  Each statement is one
method of :class:`Contract`, called in an ``assert`` of a test; it returns a
:class:`~lab.testing.contracts.verdict.Verdict`.

Statements about machines are functions: ``lambda machine: machine["timezone"] in ZONES``.  They
apply literally to every machine that the lab can make, so a statement that omits a case is broken
just as by a probe that omits one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from lab.clients.base_spec import build_endpoint
from lab.clients.builtin_profiles import make_generic_profile
from lab.clients.profile import Client, Expectations, Profile, ProviderSettings
from lab.environment import Environment
from lab.errors import UsageError
from lab.factors.registry import get_factor, parse_level
from lab.reports.text.safe import make_visible
from lab.testing import current_subject
from lab.testing.contracts.claim import Claim, source_text
from lab.testing.contracts.context import OPTOUT, ContractContext, TestBed
from lab.testing.contracts.counterexample_search import Effort
from lab.testing.contracts.destinations import find_disallowed, parse_allowed_names
from lab.testing.contracts.function_constants import find_constants
from lab.testing.contracts.neighbours import interleave
from lab.testing.contracts.noninterference import NonInterference
from lab.testing.contracts.statement import Statement
from lab.testing.contracts.trial_budget import ProbePredicate
from lab.testing.contracts.verdict import Verdict
from lab.testing.observed import Observed
from lab.testing.subject import Subject

__all__ = ["Contract", "contract"]

_TWIN_EFFORT = Effort(1000, replicates=8)
_CELL_EFFORT = Effort(40, replicates=6)
_TWIN_SAMPLES = 200
_CELL_SAMPLES = 10

_NEVER_FIRED = (
    "it fired on no machine without the opt-out either, so its silence is no evidence; "
    "give examples=[{…}] of machines on which it fires"
)


def contract(
    client: str | Sequence[str] | Client | Callable[[], object] | Subject | None = None,
    *,
    fires: ProbePredicate | None = None,
    profile: str | Profile | None = None,
    optout: Mapping[str, str] | None = None,
    endpoint_variable: str | None = None,
    host: str | None = None,
    examples: Iterable[Mapping[str, str]] = (),
    factors: Iterable[str] | None = None,
    population: Mapping[str, Mapping[str, float]] | None = None,
    trials: int | None = None,
    samples: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    home: Path = Path(".lab"),
) -> Contract:
    """A contract for a client; its methods are the statements.

    >>> import socket, urllib.request
    >>> def probe():
    ...     urllib.request.urlopen("https://collect.example/start?on=" + socket.gethostname())
    >>> promise = lab.contract(probe, factors=["hostname"], trials=10, samples=2)
    >>> bool(promise.only_to("collect.example"))
    True
    >>> bool(promise.never_sends("hostname"))
    False

    Args:
        client: CLIENT as on the command line, or a Python callable without arguments, which runs
            in the lab's twin; left out, it is what ``--lab-client`` names.
        fires: Whether the probe fired, given what one trial sent:
            ``lambda seen: "x-probe" in seen.text``.
        profile: How the user of a callable configures it.
        optout: The opt-out variables of a callable.
        endpoint_variable: The variable of a callable that sets the endpoint.
        host: The official host of a callable.
        examples: Levels of machines that are worth a trial.
        factors: The factors that vary; by default all that reach the client.
        population: Weights of levels, where the machines of the rates are not uniform.
        trials: How many trials each statement may use to search (in the twin 1000, in cells 40).
        samples: How many machines estimate a rate on each side (200, 10).
        seconds: How long each search and each estimate may take.
        seed: Seeds the search and the samples.
        home: The folder of the lab's own files.

    Raises:
        UsageError: A factor or level is unknown, no client is named, or arguments for a callable
            were given for another client.
    """
    parts = (optout, endpoint_variable, host)
    if callable(client) and any(part is not None for part in parts):
        if profile is not None:
            raise UsageError("a profile has the opt-out and the endpoint already; give only one")
        profile = _build_profile(client, optout or {}, endpoint_variable, host)
    elif any(part is not None for part in parts):
        raise UsageError("optout, endpoint_variable and host are for a callable; write a profile")
    subject = (
        current_subject.get_subject()
        if client is None
        else client
        if isinstance(client, Subject)
        else Subject.open(client, home=home, seed=seed, profile=profile)
    )
    usual = _TWIN_EFFORT if subject.words is None else _CELL_EFFORT
    count = _TWIN_SAMPLES if subject.words is None else _CELL_SAMPLES
    effort = msgspec.structs.replace(
        usual, trials=_require_positive("trials", trials, usual.trials), seconds=seconds
    )
    context = ContractContext(
        subject,
        fires,
        mentions=find_constants(client) if callable(client) else None,
        examples=[
            {name: parse_level(name, text) for name, text in each.items()} for each in examples
        ],
        factors=factors,
        population=population,
        effort=effort,
        samples=_require_positive("samples", samples, count),
        seed=seed,
        own=not (client is None or isinstance(client, Subject)),
    )
    return Contract(context)


class Contract:
    """The statements about one client; :func:`contract` makes it.

    Statements share their trials.  A later statement begins with the machines on which the probe
    fired for an earlier one.
    """

    def __init__(self, context: ContractContext) -> None:
        self._context = context

    def __repr__(self) -> str:
        return f"<contract for {self._context.subject.label}>"

    def observe(self, environment: Environment) -> Observed:
        """What the client sends in an environment, such as one that breaks a statement."""
        return self._context.subject.observe(environment)

    def fires_when(self, statement: Statement) -> Verdict:
        """On every machine for which the statement holds, the probe fires.

        Unless the statement reads ``optout``, it is about users who did not opt out.
        """
        with self._context as context:
            misses, false_positives, bed = self._build_claims("fires_when", statement)
            return context.evaluate(
                misses, bed, bed.boundaries.inside, also_estimated=[false_positives]
            )

    def silent_unless(self, statement: Statement) -> Verdict:
        """Only on machines for which the statement holds does the probe fire.

        Unless the statement reads ``optout``, it is about users who did not opt out.
        """
        with self._context as context:
            misses, false_positives, bed = self._build_claims("silent_unless", statement)
            outside, alone = bed.boundaries.outside, bed.list_single_changes()
            tried = (*outside[: len(alone)], *interleave(outside[len(alone) :], alone))
            return context.evaluate(false_positives, bed, tried, also_estimated=[misses])

    def fires_exactly_when(self, statement: Statement) -> Verdict:
        """The probe fires on all machines for which the statement holds, and on no others."""
        name = f"fires_exactly_when({source_text(statement)})"
        both = self.silent_unless(statement), self.fires_when(statement)
        worst = min(both, key=lambda verdict: ("broken", "open", "held").index(verdict.outcome))
        tried = sum(verdict.tried for verdict in both)
        return msgspec.structs.replace(worst, statement=name, tried=tried)

    def silent_when_opted_out(self) -> Verdict:
        """Where the user has opted out, the probe never fires.

        Open if it fires nowhere without the opt-out either, as its silence is then no evidence.
        """
        with self._context as context:
            context.require_probe()
            context.require_factor(OPTOUT)
            (level,) = get_factor(OPTOUT).levels
            out = {OPTOUT: level}
            claim = Claim(
                name="silent_when_opted_out()",
                statement=lambda machine: True,
                expected=True,
                is_violated=context.budget.probe_fires,
                violation="fires although the user has opted out",
                rate_name="fires",
                among="machines whose user has opted out",
                fixed=out,
                missing=context.missing,
            )
            fired, bed = context.find_firing(), context.build_unrestricted_test_bed(out)
            tried = (*(each.but(out) for each in fired), *bed.list_single_changes())
            return context.evaluate(
                claim, bed, tried, vacuous_because=None if fired else _NEVER_FIRED
            )

    def never_sends(self, name: str) -> Verdict:
        """What leaves the machine does not depend on this factor, and holds no copy of its level.

        If the factor decides where traffic goes, another destination is no violation.
        """
        with self._context as context:
            context.require_factor(name)
            noninterference = NonInterference(context.budget, name, context.seed)
            control = get_factor(name).control
            claim = Claim(
                name=f"never_sends({name!r})",
                statement=lambda machine: machine[name] != control,
                expected=True,
                is_violated=lambda environment, replicate: noninterference.is_violated(environment),
                violation=f"reveals {name} in what it sends",
                rate_name="reveals it",
                among=f"machines with another {name} than the control",
                missing=context.missing,
                deterministic=True,
                describe=lambda environment: noninterference.find_violations(environment) or (),
            )
            bed = context.build_unrestricted_test_bed({})
            backgrounds = [bed.control, *context.find_firing()]
            levels = dict.fromkeys((*noninterference.levels, *bed.levels[name].mentioned))
            levels.pop(control, None)
            # Each level on the control machine, then each in the other backgrounds.
            first = [each.but({name: level}) for each in backgrounds for level in levels]
            alone = [
                each.but({name: noninterference.levels[0]}) for each in bed.list_single_changes()
            ]
            return context.evaluate(claim, bed, [*first, *alone], bases=first[:: len(levels)])

    def only_to(self, *hosts: str) -> Verdict:
        """Nothing goes to any other host, by whatever protocol; ``*`` stands for any text.

        The endpoint that a user configures stands for the provider's own host.  The configured
        proxy and name servers are part of the route and not destinations.
        """
        allowed = parse_allowed_names(hosts)
        with self._context as context:
            endpoint = build_endpoint(context.subject.client)

            def strays(environment: Environment, replicate: int = 0) -> tuple[str, ...] | None:
                trial = context.budget.run_trial(environment, replicate)
                if trial is None:
                    return None
                return find_disallowed(trial.observation, environment, endpoint, allowed)

            def has_strays(environment: Environment, replicate: int) -> bool | None:
                found = strays(environment, replicate)
                return None if found is None else bool(found)

            claim = Claim(
                name=f"only_to({', '.join(map(repr, hosts))})",
                statement=lambda machine: True,
                expected=True,
                is_violated=has_strays,
                violation="talks to others",
                rate_name="talks to others",
                among="machines",
                missing=context.missing,
                describe=lambda environment: (
                    make_visible(f"to {', '.join(strays(environment) or ())}"),
                ),
            )
            bed = context.build_unrestricted_test_bed({})
            return context.evaluate(
                claim, bed, (bed.control, *context.find_firing(), *bed.list_single_changes())
            )

    def _build_claims(self, name: str, statement: Statement) -> tuple[Claim, Claim, TestBed]:
        """The two ways to break a statement: misses and false positives."""
        context = self._context
        context.require_probe()
        bed = context.build_test_bed(statement)

        def silent(environment: Environment, replicate: int) -> bool | None:
            fired = context.budget.probe_fires(environment, replicate)
            return None if fired is None else not fired

        misses = Claim(
            name=f"{name}({source_text(statement)})",
            statement=statement,
            expected=True,
            is_violated=silent,
            violation="stays silent although the statement holds",
            rate_name="misses",
            among="machines for which the statement holds",
            fixed=bed.fixed,
            missing=context.missing,
        )
        false_positives = msgspec.structs.replace(
            misses,
            expected=False,
            is_violated=context.budget.probe_fires,
            violation="fires although the statement does not hold",
            rate_name="false positives",
            among="machines for which the statement does not hold",
        )
        return misses, false_positives, bed


def _build_profile(
    call: Callable[[], object], optout: Mapping[str, str], variable: str | None, host: str | None
) -> Profile:
    name = getattr(call, "__qualname__", type(call).__qualname__).rpartition(".")[2]
    plain = make_generic_profile(name, ("client",))
    provider = ProviderSettings(
        protocols=plain.provider.protocols,
        host=host,
        endpoint_variable=variable or plain.provider.endpoint_variable,
    )
    # A probe is no whole client: it need not talk to a model.
    expects = Expectations(provider=False)
    return msgspec.structs.replace(plain, optout=dict(optout), provider=provider, expects=expects)


def _require_positive(name: str, given: int | None, usual: int) -> int:
    if given is None:
        return usual
    if given < 1:
        raise UsageError(f"{name} is a number of at least 1, not {given}")
    return given
