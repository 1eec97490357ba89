"""Hand-made trials, effects and contrasts for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.environment import Environment
from lab.experiment.columns.column import Column, ColumnGroup, number_values
from lab.experiment.columns.ladder import View
from lab.experiment.confirm.effect import Effect
from lab.experiment.tabulate.pair_columns import ColumnContrast
from lab.experiment.trials.contrasts import TrialTable, find_changes
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.observation.features import Features
from lab.observation.location import Location

CONTROL = Environment.of({"ci": "none", "hostname": "workstation", "timezone": "UTC"})
BODY = Location("http", "api.example", "POST", "/v1", "body", "/x")


class Study:
    """Trials at hand-made levels, the control environment's first."""

    def __init__(self, *trials: tuple[Mapping[str, str], Features]) -> None:
        environments = [CONTROL.but(levels) for levels, _ in trials]
        self.rows = [
            Row(PlannedTrial(environment, number), features)
            for number, (environment, (_, features)) in enumerate(
                zip(environments, trials, strict=True)
            )
        ]
        self.trials = TrialTable(CONTROL, environments)

    def changes(self, **levels: str):
        """Return levels as changes against the control."""
        return find_changes(CONTROL, CONTROL.but(levels))

    def effect(
        self, *columns: Column, levels: Mapping[str, str], factor: str = "", disturbing=frozenset()
    ) -> Effect:
        """Return the effect of these levels, of which the pair differs in ``factor``."""
        right = self.changes(**levels)
        factor = factor or min(levels)
        left = self.changes(**{name: level for name, level in levels.items() if name != factor})
        group = ColumnGroup(number_values(columns[0].values), columns)
        return Effect(group, tuple(sorted(levels)), (right,), left, right, factor, disturbing)


def contrast(
    left: str | None,
    right: str | None,
    *,
    location: Location = BODY,
    view: View = "exact",
    covert: bool = False,
    values: Sequence[str | None] | None = None,
    levels: Mapping[str, str] | None = None,
) -> ColumnContrast:
    """Return one column with what both sides of the pair send."""
    column = Column(location, view, tuple(values or (left, right)))
    effect = Study().effect(column, levels=levels or {"timezone": "Asia/Tokyo"})
    return ColumnContrast(effect, column, left, right, covert)
