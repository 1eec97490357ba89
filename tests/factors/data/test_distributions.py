"""Distributions have valid os-release files and kernels that fit uname(2)."""

import shlex

import pytest

from lab.factors.data.distributions import DISTRIBUTIONS, read_os_release_entry

EACH = pytest.mark.parametrize("name", DISTRIBUTIONS)


@EACH
def test_os_release_is_valid_and_names_the_distribution(name):
    text = DISTRIBUTIONS[name].platform.os_release
    assert text.endswith("\n")
    for line in text.splitlines():
        (word,) = shlex.split(line)
        assert word.partition("=")[0].isupper()
    for entry in ("ID", "NAME", "PRETTY_NAME"):
        assert read_os_release_entry(text, entry)


@EACH
def test_texts_of_the_kernel_fit_the_fields_of_uname(name):
    distribution = DISTRIBUTIONS[name]
    for kernel in (distribution.platform.kernel, *distribution.clouds.values()):
        assert 0 < len(kernel.release) <= 64
        assert 0 < len(kernel.version) <= 64


def test_entries_are_read_with_and_without_quotes():
    text = 'ID=debian\nVERSION_ID="12"\nEMPTY=""\n'
    assert read_os_release_entry(text, "ID") == "debian"
    assert read_os_release_entry(text, "VERSION_ID") == "12"
    assert read_os_release_entry(text, "EMPTY") == ""
    assert read_os_release_entry(text, "VERSION") == ""
