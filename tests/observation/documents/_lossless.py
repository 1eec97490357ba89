"""What every reader must keep: other bytes have other leaves."""

from hypothesis import strategies as st

from lab.observation.documents.body import flatten_body


def group(body, content_type=""):
    """The leaves as an observation keeps them: the values of each place, in order."""
    found = {}
    for leaf in flatten_body(body, content_type):
        found.setdefault((leaf.part, leaf.pointer), []).append(leaf.value)
    return found


def find_leaves(body, content_type="", part="body"):
    """The last value at each pointer of one part."""
    return {
        leaf.pointer: leaf.value for leaf in flatten_body(body, content_type) if leaf.part == part
    }


def mutate(data, body):
    """The body with a few of its bytes changed, left out, repeated or inserted."""
    changed = bytearray(body)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(changed)))
        end = min(len(changed), start + data.draw(st.integers(0, 3)))
        piece = data.draw(st.one_of(st.just(bytes(changed[start:end]) * 2), st.binary(max_size=3)))
        changed[start:end] = piece
    return bytes(changed)
