from lab.observation.documents.leaf import (
    Leaf,
    describe_element_order,
    describe_exact_bytes,
    digest_leaves,
    join_pointer,
    label_element,
)


def test_a_name_is_one_word_of_a_pointer():
    assert join_pointer("/a", "b/c~d") == "/a/b~1c~0d"
    assert label_element("mcp/read") == "[mcp~1read]"
    assert label_element("run-20261120") == label_element(None) == label_element("") == "*"


def test_the_order_of_named_elements():
    contents = [[Leaf("body", "/[a]", "1")], [Leaf("body", "/[b]", "2")]]
    assert describe_element_order("/x", ["[a]", "[b]"], contents) == [
        ("element order", "/x", "[a]\n[b]")
    ]


def test_elements_that_share_a_name_are_numbered_and_told_apart_by_what_they_contain():
    one, two = [Leaf("body", "/*", "1")], [Leaf("body", "/*", "2")]
    order, contents = describe_element_order("", ["[a]", "*", "[a]"], [one, two, two])
    assert order.value == "[a]\n*\n[a] 2"
    assert contents.pointer == "/*"
    assert contents.value.split("\n") == [
        digest_leaves(one),
        digest_leaves(two),
        digest_leaves(two),
    ]
    (unnamed,) = describe_element_order("", ["*", "*"], [one, two])
    assert unnamed.pointer == "/*"


def test_exact_bytes_differ_only_in_the_half_that_differs():
    leaves = [Leaf("body", "", "x")]
    one, other = (describe_exact_bytes("", leaves, data).value.split() for data in (b"a", b"b"))
    assert one[0] == other[0]
    assert one[1] != other[1]
    assert describe_exact_bytes("", [], b"a").value.split() == [digest_leaves([]), one[1]]


def test_a_digest_of_leaves_depends_on_where_one_text_ends():
    assert digest_leaves([Leaf("body", "a", "b")]) != digest_leaves([Leaf("body", "ab", "")])
