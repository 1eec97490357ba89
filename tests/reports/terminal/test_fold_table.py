from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from lab.findings.report import TableRow
from lab.reports.terminal.fold_table import fold

TABLES = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from("12")),
    st.tuples(st.sampled_from(["one", "two", None]), st.integers(1, 9), st.integers(0, 2)),
    min_size=1,
)
CAUSE = ("f", "g", "h")


def rows(table) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(dict(zip(CAUSE, levels, strict=True)), value, trials, dissenting)
        for levels, (value, trials, dissenting) in table.items()
    )


@given(TABLES)
def test_folding_says_what_the_table_says_and_what_was_not_tried(table):
    said = {}
    for line in fold(rows(table), CAUSE):
        there = list(product(*(line.levels[name] for name in CAUSE)))
        assert line.combinations == len(there)
        assert line.tried == sum(levels in table for levels in there)
        assert line.tried > 0
        for levels in there:
            assert levels not in said
            said[levels] = line.value
    assert table.keys() <= said.keys()
    assert all(said[levels] == value for levels, (value, _, _) in table.items())


@given(TABLES)
def test_folding_loses_no_trial(table):
    lines = fold(rows(table), CAUSE)
    assert sum(line.trials for line in lines) == sum(trials for _, trials, _ in table.values())
    assert sum(line.dissenting for line in lines) == sum(n for _, _, n in table.values())


def test_levels_that_behave_alike_are_one_line():
    zones = {"UTC": "-", "Asia/Tokyo": "/", "Asia/Seoul": "/", "Europe/Paris": "-"}
    lines = fold([TableRow({"timezone": z}, v, 3) for z, v in zones.items()], ("timezone",))
    assert [(line.levels["timezone"], line.value, line.trials) for line in lines] == [
        (("UTC", "Europe/Paris"), "-", 6),
        (("Asia/Tokyo", "Asia/Seoul"), "/", 6),
    ]


def test_an_interaction_is_reported_in_the_order_that_needs_fewer_lines():
    table = [
        TableRow({"a": a, "b": b}, "mark" if (a, b) == ("on", "2") else "none", 1)
        for a in ("off", "on")
        for b in ("1", "2", "3")
    ]
    lines = fold(table, ("a", "b"))
    assert len(lines) == 3
    (mark,) = [line for line in lines if line.value == "mark"]
    assert mark.levels == {"a": ("on",), "b": ("2",)}


def test_levels_that_were_tried_with_others_only_are_merged_where_nothing_contradicts():
    tried = [("unset", "UTC", "-"), ("a", "UTC", "-"), ("a", "Tokyo", "/"), ("b", "Tokyo", "/")]
    table = [TableRow({"endpoint": e, "zone": z}, value, 1) for e, z, value in tried]
    lines = fold(
        [*table, TableRow({"endpoint": "unset", "zone": "Tokyo"}, "-", 1)], ("endpoint", "zone")
    )
    assert len(lines) == 3
    (mark,) = [line for line in lines if line.value == "/"]
    assert mark.levels == {"endpoint": ("a", "b"), "zone": ("Tokyo",)}
    assert all(line.tried == line.combinations for line in lines)
