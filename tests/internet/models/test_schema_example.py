import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.internet.models.schema_example import (
    LONGEST_TEXT,
    VALUES,
    get_properties,
    make_schema_example,
)
from tests.calls import count_calls


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "lab"),
        ({"type": "STRING"}, "lab"),
        ({"type": "string", "minLength": 5}, "labbb"),
        ({"type": "string", "maxLength": 2}, "la"),
        ({"type": "string", "format": "date"}, "2026-01-15"),
        ({"enum": ["b", "a"]}, "b"),
        ({"const": 7}, 7),
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "maximum": -2}, -2),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "number", "exclusiveMaximum": 0}, -0.5),
        ({"type": "boolean"}, False),
        ({"type": "null"}, None),
        ({"type": ["null", "integer"]}, 1),
        ({"type": ["null"]}, None),
        ({"type": "string", "default": "x"}, "x"),
        ({"type": "string", "default": None}, "lab"),
        ({"type": "array", "items": {"type": "integer"}}, []),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}]}, [1, 2]),
        ({"items": {}}, []),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {}),
        ({"properties": {"a": {"const": 1}, "b": {}}, "required": ["a"]}, {"a": 1}),
        ({"type": "object", "required": ["undescribed", 7]}, {"undescribed": "lab"}),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, 1),
        ({"oneOf": [{"const": 3}]}, 3),
        (
            {
                "allOf": [
                    {"$ref": "#/$defs/a"},
                    {"properties": {"y": {"const": 2}}, "required": ["y"]},
                ],
                "$defs": {"a": {"properties": {"x": {"const": 1}}, "required": ["x"]}},
            },
            {"x": 1, "y": 2},
        ),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"const": 4}}}, 4),
        ({"$ref": "#/nowhere"}, "lab"),
        ({}, "lab"),
        (True, "lab"),
        (False, None),
    ],
)
def test_the_simplest_value(schema, value):
    assert make_schema_example(schema) == value


def test_endless_schemas_come_to_an_end():
    loop = {"$ref": "#"}
    wide = {
        "properties": {str(number): {"$ref": "#"} for number in range(50)},
        "required": [str(number) for number in range(50)],
    }
    long = {"type": "array", "minItems": 10**9, "items": {"$ref": "#"}}
    for schema in (loop, wide, long):
        assert count_calls(lambda schema=schema: make_schema_example(schema)) < 20 * VALUES
    assert len(make_schema_example({"type": "string", "minLength": 10**12})) == LONGEST_TEXT


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "properties", "required", "items", "$ref", "anyOf", "allOf", "enum",
             "minimum", "maximum", "minItems", "minLength", "maxLength", "default", "format"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(json_values)
def test_no_schema_breaks_it(schema):
    assert make_schema_example(schema) == make_schema_example(schema) or "nan" in repr(
        make_schema_example(schema)
    )
    get_properties(schema)
