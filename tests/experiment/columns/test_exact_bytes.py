from lab.experiment.columns.exact_bytes import compare_exact_bytes
from lab.experiment.columns.extract import extract_feature_columns
from lab.observation.location import Location

PLACE = Location("http", "h", "POST", "/", "exact bytes", "")


def test_bytes_are_compared_where_contents_are_equal():
    values = [("c 1",), ("c 1", "d 2"), ("c 3",), ("e 4",), ()]
    assert compare_exact_bytes(values) == ["1", "1", "3", None, None]


def test_other_contents_alone_make_no_column():
    trials = [{PLACE: (pair,)} for pair in ("a 1", "b 2", "a 1", "b 2")]
    assert extract_feature_columns(trials, [0, 1, 0, 1]) == ([], [])


def test_other_bytes_of_the_same_contents_make_one():
    trials = [{PLACE: (pair,)} for pair in ("a 1", "a 2", "a 1", "a 2")]
    ((column,), noise) = extract_feature_columns(trials, [0, 1, 0, 1])
    assert (column.values, noise) == (("1", "2", "1", "2"), [])


def test_bytes_that_differ_between_replicates_are_noise():
    trials = [{PLACE: (pair,)} for pair in ("a 1", "a 2", "a 3", "a 4")]
    columns, (noisy,) = extract_feature_columns(trials, [0, 1, 0, 1])
    assert columns == []
    assert noisy.location == PLACE
