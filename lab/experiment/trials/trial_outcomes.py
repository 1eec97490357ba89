"""How the client ran in all trials of an audit: which trials count, and whether any do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from lab.clients.profile import Client
from lab.environment import Environment
from lab.experiment.trials.expectations import NormalRun
from lab.experiment.trials.handshake_tally import HandshakeTally
from lab.experiment.trials.planned import PlannedTrial
from lab.observation.last_line import read_last_line
from lab.observation.records import Exit, Observation
from lab.observation.tls_failures import describe_tls_failure, suggest_for_tls_failure

__all__ = ["INCOMPLETE", "Defect", "TrialOutcomes"]

INCOMPLETE = "complete record"
"""What a trial lacks in which a limit was hit, or the lab's servers could not read everything."""


class Defect(msgspec.Struct, frozen=True):
    """What is wrong with a trial: what it lacks of a normal run; nothing: it did not finish."""

    missed: tuple[str, ...]


class TrialOutcomes:
    """The ends of all trials so far, and what each lacks of a normal run."""

    def __init__(self, client: Client, control: Environment) -> None:
        self._control = control
        self._normal = NormalRun(client)
        self._handshakes = HandshakeTally()
        self._exits: dict[PlannedTrial, Exit] = {}
        self._silent: dict[PlannedTrial, bool] = {}
        self._missing: dict[PlannedTrial, tuple[str, ...]] = {}
        self._missing_anywhere: dict[PlannedTrial, tuple[str, ...]] = {}
        self._incomplete: set[PlannedTrial] = set()

    def record(self, trial: PlannedTrial, seen: Observation) -> None:
        """Take note of one trial."""
        self._exits[trial] = seen.exit
        self._silent[trial] = not seen.events
        self._missing[trial] = self._normal.list_missing(trial.environment, seen)
        self._missing_anywhere[trial] = (
            self._normal.list_missing(trial.environment, seen, anywhere=True)
            if self._missing[trial]
            else ()
        )
        if seen.truncated:
            self._incomplete.add(trial)
        self._handshakes.count(seen)

    def find_defects(self) -> Mapping[PlannedTrial, Defect]:
        """The trials of which only how they ended can be compared.

        Such a trial did not finish, ended in another way than usual without having sent anything,
        or lacks what a normal run has; unless the client always does so in the control
        environment.  One that sends its request to the model to another host is compared.  A
        trial of which the lab could not record everything never counts.
        """
        usual = self._find_usual_exit()
        usually_missing = self._list_usually_missing()
        can_fail = usual.verdict == "finished" and not self._is_all_silent
        found = {}
        for trial, end in self._exits.items():
            # Of a trial that was ended early, that is all there is to say.
            missing = self._missing_anywhere[trial] if end.verdict == "finished" else ()
            missed = tuple(words for words in missing if words not in usually_missing)
            failed = end.verdict != "finished" or (self._silent[trial] and end.code != usual.code)
            if trial in self._incomplete:
                missed = (*missed, INCOMPLETE)
            if missed or (failed and can_fail):
                found[trial] = Defect(missed)
        return found

    # --- the control environment -------------------------------------------------------------

    def list_exits(self, environment: Environment) -> list[Exit]:
        """How the trials of one environment ended."""
        return [end for trial, end in self._exits.items() if trial.environment == environment]

    def list_warnings(self, environment: Environment) -> Iterator[str]:
        """What looks wrong about the client in this environment, one line each."""
        ends = self.list_exits(environment)
        if not ends:
            return
        verdicts = Counter(end.verdict for end in ends)
        codes = Counter(end.code for end in ends)
        if (usual := verdicts.most_common(1)[0][0]) != "finished":
            yield f"the client does not end by itself in the control environment: {usual}"
        elif (code := codes.most_common(1)[0][0]) != self._normal.exit_code:
            last = read_last_line(ends[0])
            yield f"the client exits with {code} in the control environment: {last!r}"
        if all(
            silent for trial, silent in self._silent.items() if trial.environment == environment
        ):
            yield "the client sent nothing at all in the control environment"
        for host, reason in self._handshakes.list_refused():
            hint = suggest_for_tls_failure(reason)
            yield (
                f"every handshake with {host} failed ({describe_tls_failure(reason)}), so what the"
                f" client sends there is not seen{f'; {hint}' if hint is not None else ''}"
            )
        for words in self._list_usually_missing():
            yield f"most runs of the client in the control environment have no {words}"

    def _list_usually_missing(self) -> tuple[str, ...]:
        """What most trials of the control environment lack of a normal run."""
        trials = [trial for trial in self._missing if trial.environment == self._control]
        counts = Counter(words for trial in trials for words in self._missing[trial])
        return tuple(words for words, count in counts.items() if 2 * count > len(trials))

    def _find_usual_exit(self) -> Exit:
        ends = self.list_exits(self._control)
        usual = Counter((end.verdict, end.code) for end in ends).most_common(1)[0][0]
        return next(end for end in ends if (end.verdict, end.code) == usual)

    # --- all trials --------------------------------------------------------------------------

    @property
    def _is_all_silent(self) -> bool:
        return all(self._silent.values())

    @property
    def has_failed_silently(self) -> bool:
        """Whether the client failed in every trial and sent nothing in any."""
        return self._is_all_silent and self._explain_failure() is not None

    def explain_unmeasured(self) -> str | None:
        """Why the trials say nothing about the client, in words; None where they do.

        They say nothing where the client sent nothing, where every handshake failed, where it
        failed in every trial, or where it does not do in the control environment what a normal
        run does.
        """
        if not self._exits:
            return "no trial ran"
        failed = self._explain_failure()
        if self._is_all_silent:
            words = f"the client sent nothing in any of {len(self._exits)} trials"
            return f"{words}; {failed}" if failed else words
        if (words := self._handshakes.explain() or "") != "":
            return words
        if missing := self._list_usually_missing():
            words = f"most runs of the client in the control environment have no {missing[0]}"
            return f"{words}; {failed}" if failed else words
        if len(self._incomplete) == len(self._exits):
            return "the lab could not record everything that the client sent in any trial"
        return f"the client failed in every trial: {failed}" if failed else None

    def _explain_failure(self) -> str | None:
        """How the client failed, where it failed in every trial."""
        ends = list(self._exits.values())
        normal = self._normal.exit_code
        if any(end.verdict == "finished" and end.code == normal for end in ends):
            return None
        end = ends[0]
        if end.verdict != "finished":
            return f"it did not end by itself ({end.verdict})"
        how = f"signal {end.signal}" if end.code is None else f"exit code {end.code}"
        last = read_last_line(end)
        return f"it ended with {how}" + (f": {last!r}" if last else "")
