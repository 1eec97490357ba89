import io
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.observation.documents._lossless import find_leaves, group, mutate

MEMBERS = {"log.json": b'{"zone":"UTC"}', "notes/a.txt": b"hi"}


def make_zip(members, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def make_tar(members, layout=tarfile.PAX_FORMAT, **facts):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=layout) as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            for fact, value in facts.items():
                setattr(entry, fact, value)
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


@pytest.mark.parametrize(("name", "make"), [("zip", make_zip), ("tar", make_tar)])
def test_members_stand_under_their_names(name, make):
    body = make(MEMBERS)
    assert find_leaves(body) == {
        f"/({name})/[log.json]/zone": "UTC",
        f"/({name})/[notes~1a.txt]": "hi",
    }
    order = find_leaves(body, part="element order")
    assert order[f"/({name})"] == "[log.json]\n[notes~1a.txt]"


def test_what_an_archive_says_of_a_member():
    body = make_tar({"a": b"x"}, uname="ada", uid=1001, mtime=7)
    facts = find_leaves(body, part="packing")
    assert facts["tar/[a]/owner"] == "ada"
    assert int(facts["tar/[a]/user id"], 8) == 1001
    assert int(facts["tar/[a]/time"], 8) == 7
    assert "zip/[a]/time" in find_leaves(make_zip({"a": b"x"}), part="packing")


@pytest.mark.parametrize("layout", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_long_name_is_read(layout):
    body = make_tar({"folder/" * 7 + "n" * 60 + "é.txt": b"hi"}, layout)
    leaves = find_leaves(body)
    assert "hi" in leaves.values()
    assert any("(pax)" in pointer or "*" in pointer for pointer in leaves)


def test_bytes_behind_the_last_member_are_kept():
    assert find_leaves(make_tar({"a": b"x"}) + b"behind")["/(tar)/(rest)"].endswith("behind")


makers = st.sampled_from([make_zip, make_tar])
members = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.binary(max_size=20), max_size=3)


@given(st.data(), makers, members)
def test_a_changed_archive_has_other_leaves(data, make, members):
    body = make(members)
    other = mutate(data, body)
    assert (group(body) == group(other)) == (body == other)
