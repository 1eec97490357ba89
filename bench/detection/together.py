"""All traffic to one destination as one value: for factors whose levels act on different fields.

A file that one level adds is one field, and another level's file is another field.  Tested field
by field, each level has only its own few trials as evidence.  AdFisher's classifier sees all
fields at once and does not have this problem.  So the methods that test fields also test what went
by one channel to one host as a whole: the values of all fields there that are present in every
trial.  If the whole depends on a factor, the factor is reported for each field there that
had a value under one of its levels which it never had under the control.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from bench.detection.oracle import Task, TrialData, make_effect
from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.confirm.effect import Effect
from lab.experiment.trials.contrasts import Changes, Setting

__all__ = ["join_groups", "split_effect"]


def join_groups(reading: TrialData) -> list[ColumnGroup]:
    """One group for each channel and host with several groups; its columns are all of theirs."""
    found: dict[tuple[str, str | None], list[tuple[ColumnGroup, list[Column]]]] = defaultdict(list)
    usable = [number for number, row in enumerate(reading.rows) if not row.broken]
    for group in reading.groups:
        if any(group.codes[row] < 0 for row in usable):
            continue
        here: dict[tuple[str, str | None], list[Column]] = defaultdict(list)
        for column in group.columns:
            here[column.location.channel, column.location.host].append(column)
        for place, columns in here.items():
            found[place].append((group, columns))
    made = []
    for members in found.values():
        if len(members) > 1:
            numbers: dict[tuple[int, ...], int] = {}
            codes = tuple(
                -1 if min(row) < 0 else numbers.setdefault(row, len(numbers))
                for row in zip(*(group.codes for group, _ in members), strict=True)
            )
            made.append(ColumnGroup(codes, tuple(column for _, own in members for column in own)))
    return made


def split_effect(
    task: Task, reading: TrialData, whole: ColumnGroup, name: str, p: float
) -> Iterator[Effect]:
    """What a factor does at the location of a whole, field by field."""
    control: Changes = frozenset()
    there = set(whole.columns)
    for group in reading.groups:
        columns = tuple(column for column in group.columns if column in there)
        usual = set(reading.codes(group, control))
        unusual = {
            level: sum(code not in usual for code in reading.codes(group, frozenset({level})))
            for level in (Setting(name, text) for text in task.levels[name])
        }
        shown = max(unusual, key=lambda level: unusual[level])
        if columns and usual and unusual[shown]:
            restricted = msgspec.structs.replace(group, columns=columns)
            yield make_effect(restricted, name, control, frozenset({shown}), p)
